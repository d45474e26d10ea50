/**
 * Kernel releases as `uname -r` prints them: which ones the model knows, and in which order they came. What
 * a release does differently is the kernel stage's business; this stage must know which settings it has.
 */
import { accept, expectReading, type Reader, type Reading, reject } from './reading.ts';

export interface KernelVersion {
  /** As written: `3.10.0-1127.el7`. */
  readonly text: string;
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** Red Hat's and CentOS 7's 3.10, which carries patches of much later kernels. */
  readonly el7: boolean;
}

/** For messages and documentation. */
export const SUPPORTED_KERNELS =
  '3.10.0-1127.el7 (CentOS and RHEL 7), 3.10 (vanilla), 4.0 to 4.20, 5.0 to 5.19, 6.0 to 6.19, 7.0 to 7.2';

/** The last minor release of each major one; 7.2 is the newest that has been recorded. */
const LAST_MINOR: Readonly<Record<number, number>> = { 4: 20, 5: 19, 6: 19, 7: 2 };

const RELEASE = /^(\d{1,3})\.(\d{1,3})(?:\.(\d{1,5}))?([-+~._a-zA-Z][-+~._a-zA-Z0-9]*)?$/;

export const readKernelVersion: Reader<KernelVersion> = (raw) => {
  const text = typeof raw === 'number' ? String(raw) : raw;
  if (typeof text !== 'string' || text.length > 64) return notARelease();
  const match = RELEASE.exec(text);
  if (match === null) return notARelease(/^v(\d.*)$/.exec(text)?.[1]);
  const version: KernelVersion = {
    text,
    major: Number(match[1]),
    minor: Number(match[2]),
    patch: Number(match[3] ?? 0),
    el7: /^3\.10\..*\.el7/.test(text),
  };
  return supported(version, match[4] ?? '');
};

function notARelease(better?: string): Reading<never> {
  const hint = better === undefined ? null : `did you mean ${better}?`;
  return reject('must be a kernel release as uname -r prints it, like 5.4 or 3.10.0-1127.el7', hint);
}

function supported(version: KernelVersion, suffix: string): Reading<KernelVersion> {
  const { major, minor } = version;
  if (major === 3 && minor === 10) {
    // A build number alone may be any distribution's: taking it for vanilla 3.10 would hide the cliff.
    if (version.el7 || !/^-\d{3}/.test(suffix)) return accept(version);
    const build = /^-\d+(\.\d+)*/.exec(suffix)![0];
    return reject(
      'is ambiguous: 3.10 with a build number is CentOS 7 only with .el7 in its name',
      `did you mean 3.10.0${build}.el7? (3.10 alone is the vanilla kernel)`,
    );
  }
  const last = LAST_MINOR[major];
  if (last !== undefined && minor <= last) return accept(version);
  const newest = major > 7 || (major === 7 && minor > LAST_MINOR[7]!);
  const why = newest
    ? 'must not be newer than the newest kernel that the model knows'
    : 'must be a kernel that the model knows';
  return reject(why, `supported: ${SUPPORTED_KERNELS}`);
}

/** A release that has been checked; throws RangeError for anything else. */
export function parseKernelVersion(text: string): KernelVersion {
  return expectReading(readKernelVersion(text), text);
}

/** Whether `version` is the release `major.minor` or a later one; el7 counts as the 3.10 it is called. */
export function kernelAtLeast(version: KernelVersion, major: number, minor: number): boolean {
  return version.major === major ? version.minor >= minor : version.major > major;
}

/** Ticks per second that the kernel's distributors build with. */
export function defaultHz(version: KernelVersion): number {
  return version.el7 ? 1000 : 250;
}
