/** Which scenarios `ipvsim check` is about: files, folders with files, and names of shipped ones. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../storage/user_error.ts';
import { filesBelow } from './files_below.ts';
import { readScenarioText } from './scenario_source.ts';
import type { NamedText } from './text_file.ts';

export interface CheckedFile extends NamedText {
  /** What was given or found, for the command that repeats the run. */
  readonly source: string;
  /** False for a shipped scenario called by its name: no golden is looked for beside it, and none is written. */
  readonly own: boolean;
}

/** Sorted by path, each file once. */
export async function checkedFiles(paths: readonly string[]): Promise<CheckedFile[]> {
  const files = new Map<string, CheckedFile>();
  for (const path of paths) {
    const there = await stat(path).catch(() => null);
    const found = there?.isDirectory() ? await scenariosIn(path) : [path];
    for (const source of found) {
      const own = there !== null && source !== '-';
      files.set(source, { ...(await readScenarioText(source)), source, own });
    }
  }
  return [...files.values()].sort((a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : 0));
}

async function scenariosIn(folder: string): Promise<string[]> {
  const found = await filesBelow(folder, (name) => /\.ya?ml$/i.test(name));
  if (found.length === 0) throw new UserError(`${folder} holds no scenario (.yaml or .yml)`);
  return found.map((name) => join(folder, name));
}
