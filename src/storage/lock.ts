/**
 * One process per journal. The lock names its owner; an owner that is dead, on this machine, holds nothing. A
 * lock from another machine is not believed for ever either: a pod that was killed cannot take its lock away.
 */
import { lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isAlive } from './processes.ts';
import { systemError } from './system_error.ts';
import { UserError } from './user_error.ts';

const LOCK_FILE = 'journal.lock';

/** Throws when a live process on this machine holds the folder. Returns how to give it free. */
export function takeLock(folder: string): () => void {
  const path = join(folder, LOCK_FILE);
  const own = `${hostname()} ${process.pid}\n`;
  for (;;) {
    try {
      writeFileSync(path, own, { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw systemError(`write ${path}`, error);
    }
    expectFile(path);
    const owner = liveOwner(path);
    if (owner !== null) {
      throw new UserError(
        `${folder} is being written by process ${owner}`,
        `if that is not so, remove ${path}`,
      );
    }
    removeLock(path);
  }
}

function removeLock(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    throw systemError(`remove ${path}`, error);
  }
}

function liveOwner(path: string): number | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return null;
  }
  const [host, number] = text.trim().split(' ');
  const owner = Number(number);
  const isOther = host === hostname() && Number.isSafeInteger(owner) && owner > 0 && owner !== process.pid;
  return isOther && isAlive(owner) ? owner : null;
}

/** A folder or a pipe of that name holds nothing and cannot be taken away for the asking. */
function expectFile(path: string): void {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined || there.isFile()) return;
  throw new UserError(`${path} is in the way: it is no file of ipvsim`, 'remove it, or choose another --out');
}
