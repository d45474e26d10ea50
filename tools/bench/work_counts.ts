/**
 * What a request costs in counted work, not in time: events, heap operations, hash probes and packets of a few
 * runs. The same on every machine, so a change of these figures is a change of the program.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseScenario } from '../../src/scenario/parse.ts';
import { createRun } from '../../src/simulate.ts';
import { CASES } from './cases.ts';

export interface WorkCounts {
  readonly requests: number;
  readonly perRequest: Readonly<Record<string, number>>;
}

/** Runs the first `seconds` of a benchmark case and counts. */
export function workCounts(name: string, seconds: number): WorkCounts {
  const found = CASES.find((candidate) => candidate.name === name);
  if (found === undefined) throw new RangeError(`no case ${name}`);
  const { scenario: source, set } = found;
  const file = fileURLToPath(new URL(`../../scenarios/${source}.yaml`, import.meta.url));
  const text = source.includes('\n') ? source : readFileSync(file, 'utf8');
  const { scenario } = parseScenario(text, { set });
  if (scenario === null) throw new RangeError(`the scenario of ${name} is wrong`);
  const run = createRun(scenario);
  run.advanceTo(seconds * 1e9);
  const { totals, work } = run.result(true);
  const per = (count: number) => Number((count / totals.complete).toFixed(3));
  return {
    requests: totals.complete,
    perRequest: Object.fromEntries(Object.entries(work).map(([key, count]) => [key, per(count)])),
  };
}
