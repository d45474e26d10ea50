/** `mkdir -p`; Node's own tries for ever where a folder cannot be made and is not there either (in /proc). */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Throws what the system call threw: EEXIST where a file is in the way. */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (isFolder(folder)) return;
    const parent = dirname(folder);
    const mayHelp =
      (error as NodeJS.ErrnoException).code === 'ENOENT' && parent !== folder && !isFolder(parent);
    if (!mayHelp) throw error;
    makeFolder(parent);
    makeFolder(folder);
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
