/**
 * Writing results: every file appears whole or not at all. All are first written beside their place under
 * temporary names and flushed to the disk, so that a full disk is met before anything is replaced; then they
 * are renamed, the last one (result.json) last, so that its presence says that the others are there too.
 */
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../../storage/make_folder.ts';
import { systemError } from '../../storage/system_error.ts';
import { UserError } from '../../storage/user_error.ts';

export interface OutputFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** A name from a scenario or a label as a file name: no separators, no dots in front, no surprises. */
export function slug(text: string): string {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .slice(0, 80);
  return plain.replace(/^[.-]+|[.-]+$/g, '') || 'scenario';
}

/**
 * A path of folders for a path that a user gave: different for different paths, and below wherever it is put. What
 * is unusual in a name, and what leads elsewhere (`..`, a slash in front), is written as %XX.
 */
export function folderFor(path: string): string {
  const name = (part: string) => (/^\.+$/.test(part) ? part.replaceAll('.', '%2E') : encoded(part) || '%2F');
  return path.split('/').map(name).join('/');
}

function encoded(text: string): string {
  const hex = (byte: number) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return text.replace(/[^-._A-Za-z0-9]/gu, (character) => [...Buffer.from(character)].map(hex).join(''));
}

/** Makes the folder and tries to write into it, so that a long run is not done for nothing. */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    makeFolder(folder);
    const probe = temporaryName(join(folder, 'probe'));
    await (await open(probe, 'wx')).close();
    await rm(probe);
  } catch (error) {
    throw await folderError(folder, error);
  }
}

/** mkdir calls a file in the way EEXIST; the user is told what it is. */
async function folderError(folder: string, error: unknown): Promise<unknown> {
  const there = await stat(folder).catch(() => null);
  if (there === null || there.isDirectory()) return systemError(`write to ${folder}`, error);
  return new UserError(`cannot write to ${folder}: it is a file, not a folder`, 'give another --out');
}

/** Writes `files` into `folder`; the last of them vouches for the others. */
export async function writeFolder(folder: string, files: readonly OutputFile[]): Promise<void> {
  await prepareFolder(folder);
  const written: string[] = [];
  try {
    for (const file of files) {
      const temporary = temporaryName(join(folder, file.name));
      written.push(temporary);
      await writeFlushed(temporary, file.content);
    }
    const witness = files.at(-1);
    if (witness !== undefined) await rm(join(folder, witness.name), { force: true });
    for (const file of files) await rename(written.shift()!, join(folder, file.name));
    await flushFolder(folder);
  } catch (error) {
    await Promise.all(written.map((path) => rm(path, { force: true }).catch(() => undefined)));
    throw systemError(`write to ${folder}`, error);
  }
}

/** Writes one file, whole or not at all. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = temporaryName(path);
  try {
    // A device or a pipe (/dev/stdout, >(...)) is written to as it is: there is nothing to rename over.
    const there = await stat(path).catch(() => null);
    if (there !== null && !there.isFile() && !there.isDirectory()) return await writePlain(path, content);
    await writeFlushed(temporary, content);
    await rename(temporary, path);
    await flushFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw systemError(`write ${path}`, error);
  }
}

function temporaryName(path: string): string {
  return join(dirname(path), `.${path.slice(path.lastIndexOf('/') + 1)}.${process.pid}.tmp`);
}

async function writeFlushed(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writePlain(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
  } finally {
    await file.close();
  }
}

/** Makes the new names themselves durable; some file systems do not let a folder be opened, and need not. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
