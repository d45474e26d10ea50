/** Recordings on disk: which files are meant, and their text, compressed or not. */
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { systemError } from '../../storage/system_error.ts';
import { UserError } from '../../storage/user_error.ts';
import { filesBelow } from './files_below.ts';

export interface RecordingFile {
  readonly path: string;
  /** The path below the folder that was given, or the file's own name; without its endings. */
  readonly name: string;
}

const ENDING = /\.jsonl(\.gz)?$/;

/** The files that `path` stands for: itself, or every recording in a folder and its folders, by name. */
export async function recordingFiles(path: string): Promise<RecordingFile[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [{ path, name: basename(path).replace(ENDING, '') }];
    const names = await filesBelow(path, (name) => ENDING.test(name));
    if (names.length === 0) throw new UserError(`${path} holds no recording (.jsonl or .jsonl.gz)`);
    return names.map((name) => ({ path: join(path, name), name: name.replace(ENDING, '') }));
  } catch (error) {
    throw systemError(`read ${path}`, error);
  }
}

/** No recording comes near; without a limit a small file could fill the memory. */
const LARGEST_MIB = 64;
const LARGEST_BYTES = LARGEST_MIB * 1024 * 1024;

/** The text of a recording; whether it is compressed is told by its first bytes, not by its name. */
export async function readRecording(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    const { size } = await stat(path);
    if (size > LARGEST_BYTES) throw new UserError(`${path}: larger than ${LARGEST_MIB} MiB`);
    bytes = await readFile(path);
  } catch (error) {
    throw systemError(`read ${path}`, error);
  }
  const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const plain = isCompressed ? await decompress(path, bytes) : bytes;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(plain);
  } catch {
    throw new UserError(`${path}: not a recording: the file is not text`);
  }
}

async function decompress(path: string, bytes: Buffer): Promise<Buffer> {
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: LARGEST_BYTES });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR') throw new UserError(`${path}: the compressed file is cut short`);
    if (code === 'ERR_BUFFER_TOO_LARGE') throw new UserError(`${path}: larger than ${LARGEST_MIB} MiB`);
    throw new UserError(`${path}: the compressed file is damaged: ${message}`);
  }
}
