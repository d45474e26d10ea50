/** Instants that users name: one that a run does not reach is a mistake, not a question about its end. */
import { duration } from '../report/numbers.ts';
import type { Run } from '../simulate.ts';
import { UserError } from '../storage/user_error.ts';

/** Refuses an instant beyond the duration, before anything runs. */
export function requireWithin(option: string, at_ns: number | undefined, duration_ns: number): void {
  if (at_ns === undefined || at_ns <= duration_ns) return;
  throw new UserError(
    `${option} ${duration(at_ns)} lies after the end of the run, which lasts ${duration(duration_ns)}`,
    `--set duration=${duration(at_ns)} makes it longer`,
  );
}

/** Refuses one that a run with `until: idle` did not reach. */
export function requireReached(option: string, at_ns: number | undefined, run: Run): void {
  if (at_ns === undefined || at_ns <= run.now_ns || !run.isIdle) return;
  throw new UserError(
    `${option} ${duration(at_ns)} lies after the end of the run: the last answer came at ${duration(run.now_ns)}`,
    '--set until=duration lets it go on',
  );
}
