/** A case made ready to run by the built library. */
import { existsSync, readFileSync } from 'node:fs';
import type { Run } from '../../src/index.ts';
import { type BenchCase, CASES } from './cases.ts';

export interface ReadyCase extends BenchCase {
  /** Makes the run; until then its tables take no memory. */
  readonly start: () => Run;
}

export async function readyCase(name: string | undefined): Promise<ReadyCase> {
  const found = CASES.find((candidate) => candidate.name === name);
  if (found === undefined) throw new RangeError(`no case ${name}`);
  const { createRun, parseScenario } = await builtLibrary();
  const { scenario, problems } = parseScenario(scenarioText(found.scenario), { set: found.set });
  if (scenario === null) throw new RangeError(problems.map(({ message }) => message).join('; '));
  return { ...found, start: () => createRun(scenario) };
}

function scenarioText(source: string): string {
  if (source.includes('\n')) return source;
  return readFileSync(new URL(`../../scenarios/${source}.yaml`, import.meta.url), 'utf8');
}

/** The type is that of the source, so that types can be checked before anything is built. */
type Library = typeof import('../../src/index.ts');

/** The library as its users run it: what `npm run build` made, which is faster than src/ file by file. */
async function builtLibrary(): Promise<Library> {
  const file = new URL('../../dist/index.js', import.meta.url);
  if (!existsSync(file)) throw new Error('dist/index.js is missing: run npm run build first');
  return await import(file.href);
}
