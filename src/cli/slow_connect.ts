/** Further runs of a scenario: one finds the connect that a question is about, others record it and its client's ports. */
import { type ConnectAttempt, type ConnectQuery, findConnect } from '../measure/connects.ts';
import { portOwners } from '../measure/port_events.ts';
import type { Result } from '../measure/result.ts';
import type { TraceEvent } from '../measure/trace.ts';
import { type PortsTold, portMoments } from '../report/ports/port_moments.ts';
import { addressBook } from '../scenario/address_book.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { loggedRun, portsRun, tracedRun } from '../trace_run.ts';
import { requireReached } from './instant.ts';
import { advanceWatched, type Watch } from './watched_run.ts';

/** Time after an instant in which the connects under way then show whether they are slow: SYNs at 1, 3 and 7 s. */
const SETTLED_NS = 10e9;
/** Time after a connect in which its request ends, so that the trace shows what it leaves behind. */
const AFTERMATH_NS = 1e9;

/** Null when there is no such connect in the run. */
export async function findAttempt(
  scenario: Scenario,
  query: ConnectQuery,
  watch: Watch,
): Promise<ConnectAttempt | null> {
  const { run, log } = loggedRun(scenario);
  await advanceWatched(run, { ...watch, label: `${watch.label}: looking for the connect` }, () => {
    if ('at_ns' in query) return run.now_ns > query.at_ns + SETTLED_NS;
    if ('request' in query) return log.attempts[query.request - 1]?.end_ns != null;
    return false;
  });
  if ('at_ns' in query && !watch.interrupt.asked) requireReached('--at', query.at_ns, run);
  return findConnect(log.attempts, query);
}

/** The packets of that connect; with `past`, also those of the one before it from the same port. */
export async function traceAttempt(
  scenario: Scenario,
  attempt: ConnectAttempt,
  past: boolean,
  watch: Watch,
): Promise<readonly TraceEvent[]> {
  const { run, recorder } = tracedRun(scenario, {
    follow: [addressBook(scenario).formatEndpoint(attempt.source, attempt.sourcePort)],
    from_ns: (past ? attempt.previous?.start_ns : undefined) ?? attempt.start_ns,
    to_ns: (attempt.end_ns ?? scenario.duration_ns) + AFTERMATH_NS,
  });
  await advanceWatched(
    run,
    { ...watch, label: `${watch.label}: recording its packets` },
    () => recorder.done,
  );
  return recorder.events;
}

/** What became of the source ports of the client that made the attempt, up to the last moment worth a picture. */
export async function watchPorts(
  result: Result,
  { source, destination, destinationPort }: ConnectAttempt,
  watch: Watch,
): Promise<PortsTold | null> {
  const { scenario } = result;
  const book = addressBook(scenario);
  const address = book.format(source);
  const own = portOwners(scenario).filter((owner) => owner.address === address);
  const virtual = book.formatEndpoint(destination, destinationPort);
  const owner = own.find((one) => one.virtual === virtual) ?? own[0];
  const moments_ns = portMoments(result);
  if (owner === undefined || moments_ns.length === 0) return null;
  const { run, log } = portsRun(scenario, owner);
  const label = `${watch.label}: watching its ports`;
  await advanceWatched(run, { ...watch, label }, () => run.now_ns > moments_ns.at(-1)!);
  return { owner, events: log.events, moments_ns };
}
