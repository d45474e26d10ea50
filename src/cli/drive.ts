/** Runs a simulation in slices, so that Ctrl-C is heard and the progress line moves in between. */
import { setImmediate } from 'node:timers/promises';
import type { Result } from '../measure/result.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { createRun, type Run } from '../simulate.ts';
import { UserError } from '../storage/user_error.ts';
import type { Interrupt } from './interrupt.ts';
import type { Progress } from './progress.ts';

/** Some tens of milliseconds of work. */
const EVENTS_PER_SLICE = 50_000;

export interface Watch {
  readonly interrupt: Interrupt;
  readonly progress: Progress;
  /** Stands beside the progress bar. */
  readonly label: string;
  /** The run is given up beyond this number of events. */
  readonly maxEvents?: number | null;
}

/** The scenario's result; marked as interrupted, and covering what was done, when the user stopped it. */
export async function drive(scenario: Scenario, watch: Watch): Promise<Result> {
  const run = createRun(scenario);
  await driveRun(run, watch);
  return run.result(watch.interrupt.asked);
}

/** Runs on until the end, until the user asks to stop, or until `enough` says so. */
export async function driveRun(run: Run, watch: Watch, enough: () => boolean = () => false): Promise<void> {
  const { interrupt, progress, label, maxEvents = null } = watch;
  const limit = maxEvents ?? Number.POSITIVE_INFINITY;
  try {
    while (!run.advance(Math.min(EVENTS_PER_SLICE, limit - run.events + 1))) {
      if (run.events > limit) throw tooLong(run, limit);
      progress.update(run.now_ns / run.end_ns, label);
      await setImmediate();
      if (interrupt.asked || enough()) return;
    }
  } finally {
    progress.clear();
  }
}

function tooLong(run: Run, limit: number): UserError {
  const reached = `${(run.now_ns / 1e9).toFixed(1)} s of ${run.end_ns / 1e9} s`;
  return new UserError(
    `given up after ${limit} events, at ${reached}`,
    'a shorter run or a higher --max-events',
  );
}
