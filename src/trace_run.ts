/** Runs with an observer: every connect of a run, or the packets of a part of it. */
import { ConnectLog } from './measure/connects.ts';
import { type TraceOptions, TraceRecorder } from './measure/trace.ts';
import type { Scenario } from './scenario/scenario.ts';
import { parseEndpoint } from './scenario/units.ts';
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
  const all = { tunnel: tunnelEnds(scenario), ...options };
  const run = createRun(scenario, { tap: (skbs, clock) => (recorder = new TraceRecorder(skbs, clock, all)) });
  return { run, recorder: recorder! };
}

/**
 * Outer addresses of a tunnelled packet: the director numbers real servers in the order in which they are
 * added. Its own address is in no scenario; the service's stands for it.
 */
function tunnelEnds(scenario: Scenario): NonNullable<TraceOptions['tunnel']> {
  const ends = scenario.services.flatMap((service) =>
    service.realServers.map(({ address }) => endsOf(service.address, address)),
  );
  for (const { action } of scenario.events) {
    if (action.kind !== 'add') continue;
    const service = scenario.services.find(({ name }) => name === action.service);
    ends.push(endsOf(service?.address ?? action.realServer.address, action.realServer.address));
  }
  return (nexthop) => ends[nexthop] ?? { source: 0, destination: 0 };
}

function endsOf(service: string, realServer: string) {
  return { source: parseEndpoint(service).address, destination: parseEndpoint(realServer).address };
}
