/** Kernel releases in a scenario file: as a YAML value, and in words; what they mean is kernel/release's business. */
import { type KernelRelease, readKernel } from '../kernel/release/release.ts';
import { type Reader, reject } from './reading.ts';

export const readKernelVersion: Reader<KernelRelease> = (raw) => {
  const text = typeof raw === 'number' ? String(raw) : raw;
  return typeof text === 'string' ? readKernel(text) : reject('must be text, a kernel release');
};
