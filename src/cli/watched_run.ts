/** Runs a simulation in slices, so that Ctrl-C is heard and the progress line moves in between. */
import { setImmediate } from 'node:timers/promises';
import type { Result } from '../measure/result.ts';
import { type RunLimits, runInSlices } from '../run_slices.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { createRun, type Run } from '../simulate.ts';
import { givenUpError } from '../sweep/sweep.ts';
import type { Interrupt } from './interrupt.ts';
import type { Progress } from './progress.ts';

export interface Watch {
  readonly interrupt: Interrupt;
  readonly progress: Progress;
  /** Stands beside the progress bar. */
  readonly label: string;
  readonly limits: RunLimits;
}

/** The scenario's result; marked as interrupted, and covering what was done, when the user stopped it. */
export async function runWatched(scenario: Scenario, watch: Watch): Promise<Result> {
  const run = createRun(scenario);
  await advanceWatched(run, watch);
  return run.result(watch.interrupt.asked);
}

/** Runs on until the end, until the user asks to stop, or until `enough` says so. */
export async function advanceWatched(
  run: Run,
  watch: Watch,
  enough: () => boolean = () => false,
): Promise<void> {
  const { interrupt, progress, label, limits } = watch;
  const turn = async () => {
    progress.update(run.now_ns / run.end_ns, label);
    await setImmediate();
    return interrupt.asked || enough();
  };
  try {
    const givenUp = await runInSlices(run, limits, { turn, now_ms: () => performance.now() });
    if (givenUp !== null) throw givenUpError(givenUp);
  } finally {
    progress.clear();
  }
}
