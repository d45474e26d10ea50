/**
 * Files that are there whole or not at all: written as a draft beside their name, flushed to the disk, then renamed.
 * A full disk is met before anything is replaced. drafts.ts clears away what a killed process left.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { clearLeftDrafts, draftName } from './drafts.ts';
import { makeFolder } from './make_folder.ts';
import { systemError } from './system_error.ts';
import { UserError } from './user_error.ts';

type Content = string | Uint8Array;

export interface NamedContent {
  readonly name: string;
  readonly content: Content;
}

/** Writes one file, in place of one that may be there. */
export function writeWhole(path: string, content: Content): void {
  const draft = draftName(path);
  try {
    // A device or a pipe (/dev/stdout, >(...)) is written to as it is: there is nothing to rename over.
    const there = statSync(path, { throwIfNoEntry: false });
    if (there !== undefined && !there.isFile() && !there.isDirectory()) {
      writeFileSync(path, content);
      return;
    }
    clearLeftDrafts(dirname(path));
    writeFlushed(draft, content);
    renameSync(draft, path);
    flushFolder(dirname(path));
  } catch (error) {
    discard(draft);
    throw systemError(`write ${path}`, error);
  }
}

/** Writes a file that must not be there yet; false when it is. */
export function writeNew(path: string, content: Content): boolean {
  const draft = draftName(path);
  try {
    if (existsSync(path)) return false;
    writeFlushed(draft, content);
    // A link, unlike a rename, replaces nothing.
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    if ((error as NodeJS.ErrnoException).syscall !== 'link') throw systemError(`write ${path}`, error);
    // A file system without links.
    writeWhole(path, content);
    return true;
  } finally {
    discard(draft);
  }
}

/**
 * Writes files that belong together; the last of them vouches for the others. In a folder that has none yet it comes
 * last. Where it replaces one, the others are taken away first: at no moment does a file lie beside a witness that
 * is not its own, and at none is there no witness.
 */
export function writeTogether(folder: string, files: readonly NamedContent[]): void {
  prepareFolder(folder);
  const drafts = files.map(({ name, content }) => ({
    path: join(folder, name),
    draft: draftName(join(folder, name)),
    content,
  }));
  try {
    for (const { draft, content } of drafts) writeFlushed(draft, content);
    const witness = drafts.at(-1);
    const others = drafts.slice(0, -1);
    const replaces = witness !== undefined && existsSync(witness.path);
    if (replaces) {
      for (const { path } of others) rmSync(path, { force: true });
      flushFolder(folder);
      renameSync(witness.draft, witness.path);
    }
    for (const { path, draft } of others) renameSync(draft, path);
    if (!replaces && witness !== undefined) renameSync(witness.draft, witness.path);
    flushFolder(folder);
  } catch (error) {
    for (const { draft } of drafts) discard(draft);
    throw systemError(`write to ${folder}`, error);
  }
}

/** Makes the folder and tries to write into it, so that a long run is not done for nothing. */
export function prepareFolder(folder: string): void {
  try {
    makeFolder(folder);
    clearLeftDrafts(folder);
    const probe = draftName(join(folder, 'probe'));
    closeSync(openSync(probe, 'w'));
    rmSync(probe);
  } catch (error) {
    throw folderError(folder, error);
  }
}

/** mkdir calls a file in the way EEXIST; the user is told what it is. */
function folderError(folder: string, error: unknown): unknown {
  const there = existsSync(folder) ? statSync(folder) : null;
  if (there === null || there.isDirectory()) return systemError(`write to ${folder}`, error);
  return new UserError(`cannot write to ${folder}: it is a file, not a folder`, 'give another --out');
}

/** A write may take fewer bytes than given; the rest must follow. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}

function writeFlushed(path: string, content: Content): void {
  const file = openSync(path, 'w');
  try {
    writeAll(file, typeof content === 'string' ? Buffer.from(content) : content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes the new names themselves durable; some file systems do not let a folder be opened, and need not. */
function flushFolder(folder: string): void {
  try {
    const handle = openSync(folder, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    // The files are there; how soon their names survive a loss of power is up to the file system.
  }
}

function discard(draft: string): void {
  try {
    rmSync(draft, { force: true });
  } catch {
    // Whatever keeps it from being removed is told by the error that led here.
  }
}
