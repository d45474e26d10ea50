/** Reads the files that a scenario names: those of its own folder and of folders in it, and no others. */
import { realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { type Beside, filesNamed } from '../../scenario/beside.ts';
import { UserError } from '../../storage/user_error.ts';
import { readText } from './text_file.ts';

/** A million rows and more. */
const LARGEST_MIB = 128;

/** What a scenario at that path names and that is there. */
export async function readBeside(path: string, text: string): Promise<Beside> {
  // Few scenarios name any, and a text is not parsed twice for nothing.
  if (!text.includes('replay')) return {};
  const folder = await realpath(path === '-' ? '.' : dirname(path));
  const files = await Promise.all(
    filesNamed(text).map(async (name) => {
      const file = await realpath(join(folder, name)).catch(() => null);
      if (file === null) return [];
      const way = relative(folder, file);
      if (isAbsolute(name) || way.split(sep)[0] === '..' || isAbsolute(way)) {
        const hint = 'a scenario names files of its own folder only';
        throw new UserError(`${name} is not beside the scenario`, hint);
      }
      if (!(await stat(file)).isFile()) return [];
      return [[name, (await readText(file, LARGEST_MIB)).text] as const];
    }),
  );
  return Object.fromEntries(files.flat());
}
