/**
 * One process per journal. The lock names its owner; an owner that is dead, on this machine, holds nothing. A
 * lock from another machine is not believed for ever either: a pod that was killed cannot take its lock away.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
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
    const owner = liveOwner(path);
    if (owner !== null) {
      throw new UserError(
        `${folder} is being written by process ${owner}`,
        `if that is not so, remove ${path}`,
      );
    }
    rmSync(path, { force: true });
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
  if (host !== hostname() || !(owner > 0) || owner === process.pid) return null;
  try {
    process.kill(owner, 0);
    return owner;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? owner : null;
  }
}
