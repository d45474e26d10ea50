/** Captures as they are read: a stream of any length, compressed or not, in the memory of its connections. */
import { createReadStream, type ReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import type { Capture } from '../../evidence/capture/capture.ts';
import { FlowTable, MOST_FLOWS } from '../../evidence/capture/flows.ts';
import { CaptureReader, isCapture } from '../../evidence/capture/packet_file.ts';
import { systemError } from '../../storage/system_error.ts';
import { AddressBook } from '../../text/address_book.ts';

/** Told between pieces of the file; true ends the reading. */
export type CaptureProgress = (share: number) => Promise<boolean>;

/** Whether a file is a capture, by its first bytes; what cannot be read is for those to tell who read it. */
export async function isCaptureFile(path: string): Promise<boolean> {
  const there = await stat(path).catch(() => null);
  if (there === null || !there.isFile()) return false;
  try {
    const source = createReadStream(path, { end: 64 * 1024 });
    for await (const head of await unpacked(source, path)) {
      source.destroy();
      return isCapture(head);
    }
  } catch {
    // An archive of one block is cut off here.
  }
  return false;
}

export async function readCapture(path: string, progress: CaptureProgress): Promise<Capture> {
  const { size } = await stat(path).catch((error: unknown) => {
    throw systemError(`read ${path}`, error);
  });
  const source = createReadStream(path);
  return await captureIn(await unpacked(source, path), path, () =>
    progress(size === 0 ? 1 : source.bytesRead / size),
  );
}

/** The capture that some bytes are. */
export async function captureOf(bytes: Uint8Array, label: string): Promise<Capture> {
  return await captureIn([bytes], label, async () => false);
}

async function captureIn(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  label: string,
  turn: () => Promise<boolean>,
): Promise<Capture> {
  const book = new AddressBook();
  const table = new FlowTable(book);
  const reader = new CaptureReader(book, (packet) => table.add(packet));
  let cut: string | null = null;
  try {
    for await (const chunk of chunks) {
      reader.push(chunk);
      if (await turn()) break;
    }
  } catch (error) {
    // A damaged archive still has what came before the damage.
    if (!isDamage(error)) throw systemError(`read ${label}`, error);
    cut = error.message;
  }
  const read = reader.end();
  const skipped = new Map(read.skipped);
  if (table.lost > 0) skipped.set(`of connections beyond the first ${MOST_FLOWS}`, table.lost);
  const summary = { ...read, skipped, trouble: read.trouble ?? cut };
  return { file: label, flows: table.flows, sent: table.sent, summary };
}

/** What zlib says of an archive that ends too early, or is not what it was. */
function isDamage(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

async function unpacked(source: ReadStream, path: string): Promise<AsyncIterable<Buffer>> {
  const two = Buffer.alloc(2);
  const file = await open(path);
  await file.read(two, 0, 2, 0);
  await file.close();
  if (two[0] !== 0x1f || two[1] !== 0x8b) return source;
  const stream = source.pipe(createGunzip());
  source.on('error', (error) => stream.destroy(error));
  return stream;
}
