/**
 * Kernel releases as people paste them: what `uname -r`, `uname -a`, /proc/version and Ubuntu's
 * /proc/version_signature print. The reading says which system it is, which release of kernel.org it stands for and
 * which switches are on, off or cannot be told; it never takes a distributor's .0 for the release of that number.
 */
import { DEBIAN_FAMILY } from './debian_family.ts';
import { KERNEL_ORG, OTHER_SYSTEMS, unknownSystem } from './other_systems.ts';
import { RHEL } from './rhel.ts';
import { type Branch, SWITCH_NAMES, type SwitchName } from './switches.ts';
import type { Pasted, Source, System } from './system.ts';
import { type Answer, answer, compareBranches } from './tree.ts';

export interface KernelRelease {
  /** What the text comes down to, without host names and dates; reads the same. */
  readonly text: string;
  /** As `uname -r` prints it. */
  readonly release: string;
  /** The numbers of the release, as kube-proxy reads them: vendors' patches do not show. */
  readonly major: number;
  readonly minor: number;
  readonly source: Source;
  readonly answers: Readonly<Record<SwitchName, Answer>>;
}

export type KernelReading =
  | { readonly ok: true; readonly value: KernelRelease }
  | { readonly ok: false; readonly message: string; readonly hint: string | null };

/** The first that matches reads it. */
export const SYSTEMS: readonly System[] = [...OTHER_SYSTEMS, ...RHEL, ...DEBIAN_FAMILY, ...KERNEL_ORG];

/** For messages and documentation. */
export const SUPPORTED_KERNELS =
  '3.10.0-1127.el7 (CentOS and RHEL 7), 3.10 (vanilla), 4.0 to 4.20, 5.0 to 5.19, 6.0 to 6.19, 7.0 to 7.2';

/** The last minor release of each major one; 7.2 is the newest that has been recorded. */
const LAST_MINOR: Readonly<Record<number, number>> = { 4: 20, 5: 19, 6: 19, 7: 2 };

/** A line of /proc/version with its compilers stays below. */
const LONGEST = 512;
const WANTED = 'must be a kernel release as uname -r or uname -a prints it, like 5.4 or 3.10.0-1127.el7';

const RELEASE = /^(\d{1,3})\.(\d{1,3})(?:\.(\d{1,5}))?(?:\.\d{1,3})?([-+~._a-zA-Z][-+~._a-zA-Z0-9]*)?$/;

export function readKernel(raw: string): KernelReading {
  if (raw.length > LONGEST) return reject(WANTED);
  const found = evidence(raw);
  const match = found === null || found.release.length > 64 ? null : RELEASE.exec(found.release);
  if (found === null || match === null) {
    const better = /^v(\d.*)$/.exec(raw)?.[1];
    return reject(WANTED, better === undefined ? null : `did you mean ${better}?`);
  }
  const branch: Branch = [Number(match[1]), Number(match[2])];
  const pasted: Pasted = { ...found, branch, patch: match[3] === undefined ? null : Number(match[3]) };
  const refusal = unsupported(pasted);
  if (refusal !== null) return refusal;
  const source = sourceOf(pasted);
  const answers = Object.fromEntries(SWITCH_NAMES.map((name) => [name, answer(source.tree, name)]));
  const value = {
    text: found.text,
    release: found.release,
    major: branch[0],
    minor: branch[1],
    source,
    answers: answers as KernelRelease['answers'],
  };
  return { ok: true, value };
}

function sourceOf(pasted: Pasted): Source {
  for (const system of SYSTEMS) {
    const match = system.pattern.exec(pasted.release);
    if (match !== null) return system.read(pasted, match);
  }
  return unknownSystem(pasted);
}

interface Evidence extends Pick<Pasted, 'release' | 'upstream'> {
  readonly text: string;
}

/** The release in a pasted line, and what the line says of the release of kernel.org. */
function evidence(raw: string): Evidence | null {
  const words = raw.replace(/^\[ {0,9}\d{1,9}\.\d{1,9}\] /, '').split(' ');
  const signature = ubuntuSignature(words.map((word) => word.replace(/^\(|\)$/g, '')));
  if (signature !== null) return signature;
  const release = releaseIn(words);
  if (release === undefined) return null;
  // Not the compiler's "(Debian 12.2.0-14)" in /proc/version.
  const version = words[words.indexOf('Debian') + 1] ?? '';
  const numbers = /^(\d{1,3})\.(\d{1,3})\.(\d{1,5})-\d[-+~.\w]{0,40}$/.exec(version);
  if (!words.includes('Debian') || numbers === null) return { text: release, release, upstream: null };
  return { text: `${release} Debian ${version}`, release, upstream: threeNumbers(numbers.slice(1)) };
}

/** `Ubuntu 5.4.0-100.113-generic 5.4.166`, alone or at the end of /proc/version. */
function ubuntuSignature(words: readonly string[]): Evidence | null {
  for (const [index, word] of words.entries()) {
    if (word !== 'Ubuntu') continue;
    const [name = '', point = ''] = words.slice(index + 1);
    const parts = /^(\d{1,3}\.\d{1,3}\.\d{1,5}-\d{1,5})\.[^-]{1,40}-([a-z][-a-z0-9]{0,40})$/.exec(name);
    const numbers = /^(\d{1,3})\.(\d{1,3})\.(\d{1,5})$/.exec(point);
    if (parts === null || numbers === null) continue;
    const release = `${parts[1]}-${parts[2]}`;
    return { text: `Ubuntu ${name} ${point}`, release, upstream: threeNumbers(numbers.slice(1)) };
  }
  return null;
}

/** Of /proc/version, `uname -a`, `uname -sr`, `uname -rv` or `uname -r`. */
function releaseIn(words: readonly string[]): string | undefined {
  if (words[0] === 'Linux') return words[1] === 'version' || words.length > 2 ? words[2] : words[1];
  const isAlone = words.length === 1 || /^(?:#\d|Debian$)/.test(words[1]!);
  return isAlone ? words[0] : undefined;
}

function threeNumbers(texts: readonly string[]): [number, number, number] {
  return [Number(texts[0]), Number(texts[1]), Number(texts[2])];
}

function unsupported({ branch: [major, minor], release }: Pasted): KernelReading | null {
  if (major === 3 && minor === 10) {
    // A build number alone may be any distribution's: taking it for vanilla 3.10 would hide the cliff.
    const build = /^[\d.]+(-\d{3,}(?:\.\d+)*)/.exec(release)?.[1];
    if (build === undefined || /\.el7/.test(release)) return null;
    return reject(
      'is ambiguous: 3.10 with a build number is CentOS 7 only with .el7 in its name',
      `did you mean 3.10.0${build}.el7? (3.10 alone is the vanilla kernel)`,
    );
  }
  const last = LAST_MINOR[major];
  if (last !== undefined && minor <= last) return null;
  const isNewer = major > 7 || (major === 7 && minor > LAST_MINOR[7]!);
  const why = isNewer
    ? 'must not be newer than the newest kernel that the model knows'
    : 'must be a kernel that the model knows';
  return reject(why, `supported: ${SUPPORTED_KERNELS}`);
}

function reject(message: string, hint: string | null = null): KernelReading {
  return { ok: false, message, hint };
}

/** A release that has been checked; throws RangeError for anything else. */
export function expectKernel(text: string): KernelRelease {
  const reading = readKernel(text);
  if (!reading.ok) throw new RangeError(`kernel ${JSON.stringify(text)} ${reading.message}`);
  return reading.value;
}

/** Whether the switch is on for certain; what cannot be told counts as off, and has been complained of where it matters. */
export function kernelHas(kernel: KernelRelease, name: SwitchName): boolean {
  return kernel.answers[name].state === 'yes';
}

/** Whether the release is called `major.minor` or later, whatever patches are in it. */
export function kernelAtLeast(kernel: KernelRelease, major: number, minor: number): boolean {
  return compareBranches([kernel.major, kernel.minor], [major, minor]) >= 0;
}

/** Which release of kernel.org it stands for: `5.4.166`, `5.4.291 or later`, `4.18 with patches of its own`. */
export function upstreamText({ source: { tree } }: KernelRelease): string {
  const branch = tree.base.join('.');
  const least = `${branch}.${tree.least}`;
  if (tree.isCandidate === true) return `before ${branch}`;
  if (tree.others === 'anything') return `${tree.least === 0 ? branch : least} with patches of its own`;
  if (tree.least === tree.most) return least;
  return Number.isFinite(tree.most) ? `${least} to ${branch}.${tree.most}` : `${least} or later`;
}
