/** Runs a simulation in slices, so that Ctrl-C is heard and the progress line moves in between. */
import { setImmediate } from 'node:timers/promises';
import type { Result } from '../measure/result.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { createRun } from '../simulate.ts';
import type { Interrupt } from './interrupt.ts';
import type { Progress } from './progress.ts';

/** Some tens of milliseconds of work. */
const EVENTS_PER_SLICE = 100_000;

export interface Watch {
  readonly interrupt: Interrupt;
  readonly progress: Progress;
  /** Stands beside the progress bar. */
  readonly label: string;
}

/** The scenario's result; marked as interrupted, and covering what was done, when the user stopped it. */
export async function drive(scenario: Scenario, watch: Watch): Promise<Result> {
  const run = createRun(scenario);
  while (!run.advance(EVENTS_PER_SLICE)) {
    watch.progress.update(run.now_ns / run.end_ns, watch.label);
    await setImmediate();
    if (watch.interrupt.asked) break;
  }
  watch.progress.clear();
  return run.result(watch.interrupt.asked);
}
