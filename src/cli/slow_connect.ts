/** Two runs of one scenario: the first finds the connect that a question is about, the second records it. */
import { type ConnectAttempt, type ConnectQuery, findConnect } from '../measure/connects.ts';
import type { TraceEvent } from '../measure/trace.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { loggedRun, tracedRun } from '../trace_run.ts';
import { driveRun, type Watch } from './drive.ts';
import { requireReached } from './instant.ts';

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
  await driveRun(run, { ...watch, label: `${watch.label}: looking for the connect` }, () => {
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
    follow: [{ address: attempt.source, port: attempt.sourcePort }],
    from_ns: (past ? attempt.previous?.start_ns : undefined) ?? attempt.start_ns,
    to_ns: (attempt.end_ns ?? scenario.duration_ns) + AFTERMATH_NS,
  });
  await driveRun(run, { ...watch, label: `${watch.label}: recording its packets` }, () => recorder.done);
  return recorder.events;
}
