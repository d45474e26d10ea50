/** Runs with an observer: every connect and request of a run, the packets of a part of it, or the life of source ports. */
import { ConnectLog } from './measure/connects.ts';
import type { PortOwner } from './measure/port_events.ts';
import { PortLog } from './measure/port_log.ts';
import { RequestLog, type RequestsWanted } from './measure/requests.ts';
import { type TraceOptions, TraceRecorder } from './measure/trace.ts';
import type { Scenario } from './scenario/scenario.ts';
import { createRun, type Run } from './simulate.ts';

export interface LoggedRun {
  readonly run: Run;
  readonly log: ConnectLog;
  readonly requests: RequestLog;
}

/** A run that keeps a row per connection attempt, and the requests that a question may be about. */
export function loggedRun(scenario: Scenario, wanted: RequestsWanted = {}): LoggedRun {
  let log: ConnectLog | undefined;
  let requests: RequestLog | undefined;
  const run = createRun(scenario, {
    tap: (skbs, clock) => (log = new ConnectLog(skbs, clock)),
    requests: (network, next) => (requests = new RequestLog(network, next, wanted)),
  });
  return { run, log: log!, requests: requests! };
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

export interface PortsRun {
  readonly run: Run;
  readonly log: PortLog;
}

/** A run that keeps what happens to the source ports of one client address. */
export function portsRun(scenario: Scenario, owner: PortOwner): PortsRun {
  let log: PortLog | undefined;
  const run = createRun(scenario, {
    tap: (skbs, clock) => (log = new PortLog(skbs, clock, scenario, owner)),
  });
  return { run, log: log! };
}
