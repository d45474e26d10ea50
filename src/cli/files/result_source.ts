/** Where a saved result comes from: result.json, the folder that holds it, or `-` for standard input. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '../../measure/result.ts';
import { readResult } from '../../report/saved_result.ts';
import { UserError } from '../../storage/user_error.ts';
import { readText } from './text_file.ts';

/** A result with a row per millisecond of an hour is that large. */
const LARGEST_MIB = 512;

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
