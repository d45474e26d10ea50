/** Runs with an observer: every connect of a run, or the packets of a part of it. */
import { ConnectLog } from './measure/connects.ts';
import { type TraceOptions, TraceRecorder } from './measure/trace.ts';
import type { Scenario } from './scenario/scenario.ts';
import { createRun, type Run } from './simulate.ts';

export interface LoggedRun {
  readonly run: Run;
  readonly log: ConnectLog;
}

/** A run that keeps a row per connection attempt. */
export function loggedRun(scenario: Scenario): LoggedRun {
  let log: ConnectLog | undefined;
  const run = createRun(scenario, { tap: (skbs, clock) => (log = new ConnectLog(skbs, clock)) });
  return { run, log: log! };
}

export interface TracedRun {
  readonly run: Run;
  readonly recorder: TraceRecorder;
}

/** A run that writes down packets, decisions and drops; `recorder.done` says when nothing more is wanted. */
export function tracedRun(scenario: Scenario, options: TraceOptions): TracedRun {
  let recorder: TraceRecorder | undefined;
  // The run has real servers only when it is made, after its observer.
  const all: TraceOptions = { realServer: (number) => run.realServer(number), ...options };
  const run: Run = createRun(scenario, {
    tap: (skbs, clock) => (recorder = new TraceRecorder(skbs, clock, all)),
  });
  return { run, recorder: recorder! };
}
