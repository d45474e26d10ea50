/** The scenarios and lessons that come with ipvsim: every YAML file in the package's scenarios/ and lessons/. */
import { readdir, readFile } from 'node:fs/promises';
import { parse } from 'yaml';

const SCENARIOS = new URL('../../../scenarios/', import.meta.url);
const LESSONS = new URL('../../../lessons/', import.meta.url);
const ENDING = '.yaml';

export interface Shipped {
  readonly name: string;
  readonly text: string;
}

/** Sorted by name. */
export function shippedScenarios(): Promise<readonly Shipped[]> {
  return textsIn(SCENARIOS);
}

/** In their order. */
export function shippedLessons(): Promise<readonly Shipped[]> {
  return textsIn(LESSONS);
}

/** The title of a shipped file, on a line of its own: read without the rest, so that a list of hundreds comes at once. */
export function titleOf({ text }: Shipped): string {
  const line = /^title: .*$/mu.exec(text);
  return line === null ? '' : (parse(line[0]) as { readonly title: string }).title;
}

async function textsIn(folder: URL): Promise<readonly Shipped[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(ENDING)).sort();
  return await Promise.all(
    files.map(async (file) => ({
      name: file.slice(0, -ENDING.length),
      text: await readFile(new URL(file, folder), 'utf8'),
    })),
  );
}
