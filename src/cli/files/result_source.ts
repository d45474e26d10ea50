/** Where a saved result comes from: result.json, the folder that holds it, or `-` for standard input. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Result } from '../../measure/result.ts';
import { readResult } from '../../report/saved_result.ts';
import { systemError } from '../../storage/system_error.ts';
import { UserError } from '../../storage/user_error.ts';
import { readText } from './text_file.ts';

/** A result with a row per millisecond of an hour is that large. */
const LARGEST_MIB = 512;

/**
 * The results that a name stands for: itself, or those in the folders below a folder that has none of its own,
 * in order of their names.
 */
export async function findResults(source: string): Promise<readonly string[]> {
  if (!(await isFolder(source)) || (await namesResult(source))) return [source];
  const below = await readdir(source, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw systemError(`read ${source}`, error);
  });
  const found = below.filter((entry) => entry.isFile() && entry.name === 'result.json');
  if (found.length === 0) {
    const hint = 'ipvsim run SCENARIO --out DIR writes one';
    throw new UserError(`there is no result.json in ${source} or below it`, hint);
  }
  return found.map(({ parentPath }) => parentPath).sort();
}

/** The command that made a result, as the run left it beside it; null where it did not. */
export async function commandBeside(source: string): Promise<string | null> {
  if (source === '-') return null;
  const folder = (await isFolder(source)) ? source : dirname(source);
  const text = await readFile(join(folder, 'command.txt'), 'utf8').catch(() => null);
  return text?.startsWith('ipvsim ') ? text.trim() : null;
}

export async function loadResult(source: string): Promise<Result> {
  const path = (await isFolder(source)) ? join(source, 'result.json') : source;
  const { text, label } = await readText(path, LARGEST_MIB);
  const { result, trouble } = readResult(text);
  if (result === null) throw new UserError(`cannot use ${label}: ${trouble}`);
  return result;
}

/** Whether a name means a saved result rather than a scenario. */
export async function namesResult(source: string): Promise<boolean> {
  if (/\.json$/i.test(source)) return true;
  const there = await stat(join(source, 'result.json')).catch(() => null);
  return there?.isFile() ?? false;
}

async function isFolder(source: string): Promise<boolean> {
  if (source === '-') return false;
  return (await stat(source).catch(() => null))?.isDirectory() ?? false;
}

/**
 * What is done with saved results: their form has been checked, but nobody can check that their figures belong
 * together. A report that stumbles over them says so; with IPVSIM_DEBUG=1 the error itself is shown.
 */
export function withSaved<T>(sources: readonly string[], work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError || process.env.IPVSIM_DEBUG) throw error;
    const { name, message } = error as Error;
    throw new UserError(
      `cannot use ${sources.join(', ')}: it holds figures that no run writes (${name}: ${message})`,
      'where ipvsim wrote it as it is, this is a bug: please report it with the file',
    );
  }
}
