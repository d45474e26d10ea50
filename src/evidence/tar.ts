/**
 * Reads a tar archive that is in memory: names and contents of its regular files, in order. Names are labels for
 * messages and nothing else: no path is followed, no link, nothing is written.
 *
 * The header is that of POSIX.1-1988 (ustar), which GNU tar and busybox write for short names and small files.
 */

export interface TarFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Archive {
  readonly files: readonly TarFile[];
  /** What was not read, and why. */
  readonly skipped: readonly { readonly name: string; readonly why: string }[];
}

const BLOCK = 512;
const MOST_FILES = 1000;
const REGULAR = ['0', '\u0000', '7'];
/** Extended headers of pax and GNU tar: longer names, times. Names are cut, which hurts nobody here. */
const HEADERS = ['x', 'g', 'L', 'K'];
const DIRECTORY = '5';

export function isTar(bytes: Uint8Array): boolean {
  return (
    bytes.length >= BLOCK && text(bytes, 257, 5) === 'ustar' && sumOf(bytes, 0) === number(bytes, 148, 8)
  );
}

export function readTar(bytes: Uint8Array): Archive {
  const files: TarFile[] = [];
  const skipped: { name: string; why: string }[] = [];
  let at = 0;
  while (at + BLOCK <= bytes.length && bytes[at] !== 0) {
    const name = nameAt(bytes, at);
    const size = number(bytes, at + 124, 12);
    const kind = text(bytes, at + 156, 1) || '\u0000';
    if (size === null || sumOf(bytes, at) !== number(bytes, at + 148, 8)) {
      skipped.push({ name: `byte ${at}`, why: 'the archive is damaged from here on' });
      break;
    }
    const from = at + BLOCK;
    at = from + Math.ceil(size / BLOCK) * BLOCK;
    if (HEADERS.includes(kind) || kind === DIRECTORY) continue;
    if (!REGULAR.includes(kind)) skipped.push({ name, why: 'a link or a device, not a file: not followed' });
    else if (from + size > bytes.length) skipped.push({ name, why: 'cut off: the archive ends inside it' });
    else if (files.length >= MOST_FILES) {
      skipped.push({ name, why: `the archive has more than ${MOST_FILES} files` });
      break;
    } else files.push({ name, bytes: bytes.subarray(from, from + size) });
  }
  return { files, skipped };
}

function nameAt(bytes: Uint8Array, at: number): string {
  const prefix = text(bytes, at + 345, 155);
  const name = text(bytes, at, 100);
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** A field up to its NUL. */
function text(bytes: Uint8Array, from: number, length: number): string {
  const field = bytes.subarray(from, from + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** Octal digits; null for anything else, such as the base-256 of files beyond 8 GiB. */
function number(bytes: Uint8Array, from: number, length: number): number | null {
  const digits = text(bytes, from, length).trim();
  return /^[0-7]{1,12}$/u.test(digits) ? Number.parseInt(digits, 8) : null;
}

/** The header's bytes added up, its sum taken for spaces. */
function sumOf(bytes: Uint8Array, at: number): number {
  let sum = 0;
  for (let index = 0; index < BLOCK; index++)
    sum += index >= 148 && index < 156 ? 0x20 : (bytes[at + index] ?? 0);
  return sum;
}
