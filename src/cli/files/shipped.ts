/** The scenarios that come with ipvsim: every YAML file in the package's scenarios/. */
import { readdir, readFile } from 'node:fs/promises';

const FOLDER = new URL('../../../scenarios/', import.meta.url);

export interface ShippedScenario {
  readonly name: string;
  readonly text: string;
}

/** Sorted by name. */
export async function shippedScenarios(): Promise<readonly ShippedScenario[]> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.yaml')).sort();
  return await Promise.all(
    files.map(async (file) => ({
      name: file.slice(0, -'.yaml'.length),
      text: await readFile(new URL(file, FOLDER), 'utf8'),
    })),
  );
}
