/** Evidence as it is handed in: texts, or archives of texts, compressed or not. Everything is bounded. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Capture } from '../../evidence/capture/capture.ts';
import { isCapture } from '../../evidence/capture/packet_file.ts';
import { hostNamedIn } from '../../evidence/hosts.ts';
import { plainText } from '../../evidence/plain_text.ts';
import type { Unplaced } from '../../evidence/recognise.ts';
import { isTar, readTar } from '../../evidence/tar.ts';
import { UserError } from '../../storage/user_error.ts';
import { captureOf, isCaptureFile, readCapture } from './capture_file.ts';
import { type NamedText, readBytes } from './text_file.ts';

/** Tables of a busy node have some hundred thousand lines. */
const LARGEST_MIB = 64;
/** What a compressed file may grow to: a bomb is no evidence. */
const LARGEST_UNPACKED = 256 * 1024 * 1024;

export interface HandedIn {
  readonly texts: readonly NamedText[];
  /** Where all of it was taken, as an archive with a `uname -a` tells; null where it does not. */
  readonly host: string | null;
  /** Members of archives that were not read. */
  readonly unplaced: readonly Unplaced[];
  /** Packets, where it is a capture. */
  readonly capture: Capture | null;
}

const MOST_FILES = 100;

/** Each of them, `-` being standard input. Throws a UserError where there are too many. */
export async function readAllEvidence(
  sources: readonly string[],
  progress: (share: number, file: string) => Promise<boolean>,
): Promise<readonly HandedIn[]> {
  if (sources.length > MOST_FILES) throw new UserError(`at most ${MOST_FILES} files at a time`);
  if (sources.filter((source) => source === '-').length > 1)
    throw new UserError('standard input can be read only once');
  const handedIn: HandedIn[] = [];
  for (const source of sources) {
    if (source !== '-' && (await isCaptureFile(source))) {
      const capture = await readCapture(source, (share) => progress(share, source));
      handedIn.push({ texts: [], host: null, unplaced: [], capture });
    } else handedIn.push(await readEvidence(source));
  }
  return handedIn;
}

/** `-` is standard input. */
async function readEvidence(source: string): Promise<HandedIn> {
  const { bytes: raw, label } = await readBytes(source, LARGEST_MIB);
  const bytes = await unpacked(raw);
  if (bytes === null) {
    const mib = LARGEST_UNPACKED / 1024 / 1024;
    const why = `compressed, and damaged or larger than ${mib} MiB when unpacked`;
    return { texts: [], host: null, unplaced: [{ file: label, line: 1, why }], capture: null };
  }
  if (isCapture(bytes)) {
    return { texts: [], host: null, unplaced: [], capture: await captureOf(bytes, label) };
  }
  if (!isTar(bytes)) {
    return { texts: [{ text: decoded(bytes), label }], host: null, unplaced: [], capture: null };
  }
  const { files, skipped } = readTar(bytes);
  const named = (name: string): string => `${label}:${name.replace(/^\.\//u, '')}`;
  const texts = files.map(({ name, bytes: content }) => ({ text: decoded(content), label: named(name) }));
  return {
    texts,
    host: hostNamedIn(texts.map(({ text }) => text)),
    unplaced: skipped.map(({ name, why }) => ({ file: named(name), line: 1, why })),
    capture: null,
  };
}

async function unpacked(bytes: Uint8Array): Promise<Uint8Array | null> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: LARGEST_UNPACKED });
  } catch {
    return null;
  }
}

/** PowerShell redirects in UTF-16, with a mark at the beginning. */
function decoded(bytes: Uint8Array): string {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const encoding = !isUtf16 ? 'utf-8' : bytes[0] === 0xff ? 'utf-16le' : 'utf-16be';
  return plainText(new TextDecoder(encoding).decode(bytes));
}
