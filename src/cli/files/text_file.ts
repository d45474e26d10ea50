/** Text that a user hands in: a file or standard input, never more than there is sense in. */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Beside } from '../../scenario/beside.ts';
import { systemError } from '../../storage/system_error.ts';
import { UserError } from '../../storage/user_error.ts';

/** No scenario or listing comes near; a log or a disk image given by mistake does. */
const LARGEST_MIB = 16;

export interface NamedText {
  readonly text: string;
  /** What messages call it: the path as given, or `standard input`. */
  readonly label: string;
  /** Of a scenario: the files that it names. */
  readonly beside?: Beside;
}

/** `-` is standard input. */
export async function readText(source: string, largest_mib = LARGEST_MIB): Promise<NamedText> {
  const { bytes, label } = await readBytes(source, largest_mib);
  return { text: bytes.toString('utf8'), label };
}

/** The same, as it is. */
export async function readBytes(
  source: string,
  largest_mib: number,
): Promise<{ bytes: Buffer; label: string }> {
  const label = source === '-' ? 'standard input' : source;
  try {
    const stream = source === '-' ? process.stdin : createReadStream(source);
    return { bytes: await collect(stream, label, largest_mib), label };
  } catch (error) {
    throw systemError(`read ${label}`, error);
  }
}

async function collect(stream: Readable, label: string, largest_mib: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > largest_mib * 1024 * 1024) throw new UserError(`${label} is larger than ${largest_mib} MiB`);
  }
  return Buffer.concat(chunks);
}
