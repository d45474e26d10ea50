/**
 * What a request costs in counted work, not in time: events, heap operations, hash probes and packets of a few
 * runs. The same on every machine, so a change of these figures is a change of the program.
 */
import { readyCase } from './case_run.ts';

export interface WorkCounts {
  readonly requests: number;
  readonly perRequest: Readonly<Record<string, number>>;
}

/** Runs the first `seconds` of a benchmark case and counts. */
export async function workCounts(name: string, seconds: number): Promise<WorkCounts> {
  const run = (await readyCase(name)).start();
  run.advanceTo(seconds * 1e9);
  const { totals } = run.result(true);
  const per = (count: number) => Number((count / totals.complete).toFixed(3));
  return {
    requests: totals.complete,
    perRequest: Object.fromEntries(Object.entries(run.work()).map(([key, count]) => [key, per(count)])),
  };
}
