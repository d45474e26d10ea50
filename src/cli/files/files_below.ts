/** The files below a folder. Links are followed, but a folder that is met again is not read again: links may go round. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemError } from '../../storage/system_error.ts';
import { UserError } from '../../storage/user_error.ts';

/** No project has as many; a home or root folder given by mistake does. */
const MOST_ENTRIES = 200_000;

/** Paths below `folder`, sorted, of files whose name `accepts` takes. Hidden folders and node_modules are left out. */
export async function filesBelow(folder: string, accepts: (name: string) => boolean): Promise<string[]> {
  const found: string[] = [];
  const seen = new Set<string>();
  let entries = 0;
  const walk = async (path: string, below: string): Promise<void> => {
    const { dev, ino } = await stat(path);
    if (seen.has(`${dev}:${ino}`)) return;
    seen.add(`${dev}:${ino}`);
    for (const entry of (await readdir(path, { withFileTypes: true })).sort(byName)) {
      const { name } = entry;
      if (++entries > MOST_ENTRIES) throw new UserError(`${folder} holds more than ${MOST_ENTRIES} files`);
      if (name.startsWith('.') || name === 'node_modules') continue;
      const inner = join(path, name);
      const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && (await leadsToFolder(inner)));
      if (isFolder) await walk(inner, join(below, name));
      else if (accepts(name)) {
        await expectFile(inner);
        found.push(join(below, name));
      }
    }
  };
  try {
    await walk(folder, '');
  } catch (error) {
    throw systemError(`read ${folder}`, error);
  }
  return found.sort();
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

async function leadsToFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

/** A pipe would be waited for; nobody who names a folder means one. */
async function expectFile(path: string): Promise<void> {
  if (!(await stat(path)).isFile()) throw new UserError(`${path} is not a file that could be read`);
}
