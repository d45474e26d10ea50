/** Two runs of one scenario: the first finds the request that a question is about, the second records it. */
import { accountOf, type RequestAccount } from '../causes/account.ts';
import type { ConnectAttempt } from '../measure/connects.ts';
import type { RequestLog, RequestRecord, RequestsWanted } from '../measure/requests.ts';
import { count } from '../report/numbers.ts';
import type { WhyAsked } from '../report/why.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { parseEndpoint } from '../scenario/units.ts';
import { formatAddress } from '../text/ipv4.ts';
import { loggedRun, tracedRun } from '../trace_run.ts';
import { requireReached } from './instant.ts';
import { advanceWatched, type Watch } from './watched_run.ts';

/** Which request: the worst of all, one under way at an instant, the n-th connect, or the worst from a port. */
export type RequestQuery =
  | { readonly kind: 'worst' }
  | { readonly kind: 'at'; readonly at_ns: number }
  | { readonly kind: 'connect'; readonly number: number }
  | { readonly kind: 'port'; readonly port: number };

export interface AskedRequest {
  readonly record: RequestRecord;
  /** How it was chosen, as a relative clause. */
  readonly chosen: string;
  /** The connect of the connection that carried it; null for datagrams and where no port was found. */
  readonly attempt: ConnectAttempt | null;
}

/** Packets of one port that are kept; more than that only a connection has that lasts. */
const LIMIT = 20_000;

/** Null when there is no such request in the run. */
export async function findRequest(
  scenario: Scenario,
  query: RequestQuery,
  watch: Watch,
): Promise<AskedRequest | null> {
  const { run, log, requests } = loggedRun(scenario, wantedBy(query));
  await advanceWatched(run, watch, () =>
    query.kind === 'connect' ? log.attempts[query.number - 1]?.end_ns != null : requests.isSettled,
  );
  if (query.kind === 'connect') {
    const found = log.attempts[query.number - 1];
    return found === undefined ? null : ofConnect(found);
  }
  if (query.kind === 'at' && !watch.interrupt.asked) requireReached('--at', query.at_ns, run);
  const record = query.kind === 'at' ? requests.atInstant() : requests.worst();
  if (record === null) return null;
  return { record, chosen: howChosen(query, record, requests), attempt: carrier(log.attempts, record) };
}

function wantedBy(query: RequestQuery): RequestsWanted {
  if (query.kind === 'at') return { at_ns: query.at_ns };
  return query.kind === 'port' ? { port: query.port } : {};
}

function howChosen(
  query: RequestQuery,
  { errno }: RequestRecord,
  { answered, failures }: RequestLog,
): string {
  if (query.kind !== 'worst') return '';
  const failed = [...failures.values()].reduce((sum, times) => sum + times, 0);
  if (errno === null) return `the slowest of ${count(answered)}`;
  const same = failures.get(errno) ?? 0;
  if (failed === 1) return 'the only one that failed';
  return same === failed
    ? `the first of ${count(failed)} that failed`
    : `the first of ${count(same)} that failed so, of ${count(failed)} that failed`;
}

/** A connect by itself is a request as far as the question goes. */
function ofConnect(attempt: ConnectAttempt): AskedRequest {
  const { start_ns, end_ns, outcome } = attempt;
  return {
    attempt,
    chosen: '',
    record: {
      client: -1,
      ends: {
        protocol: 'tcp',
        source: formatAddress(attempt.source),
        sourcePort: attempt.sourcePort,
        destination: formatAddress(attempt.destination),
        destinationPort: attempt.destinationPort,
      },
      start_ns,
      end_ns,
      errno: outcome === 'refused' ? 'ECONNREFUSED' : null,
    },
  };
}

/** The last connect from the request's port to its place before it began. */
function carrier(
  attempts: readonly ConnectAttempt[],
  { ends, start_ns }: RequestRecord,
): ConnectAttempt | null {
  if (ends === null || ends.protocol === 'udp') return null;
  const { address: source } = parseEndpoint(`${ends.source}:1`);
  const { address: destination } = parseEndpoint(`${ends.destination}:1`);
  return (
    attempts.findLast(
      (one) =>
        one.sourcePort === ends.sourcePort &&
        one.destinationPort === ends.destinationPort &&
        one.source === source &&
        one.destination === destination &&
        one.start_ns <= start_ns,
    ) ?? null
  );
}

/** Its packets, with those of its connection, or of the connection before from the same port. */
export async function traceRequest(
  scenario: Scenario,
  { record, attempt }: AskedRequest,
  watch: Watch,
): Promise<RequestAccount> {
  const { ends, start_ns, end_ns } = record;
  if (ends === null) return accountOf(scenario, [], record);
  const began = attempt?.start_ns ?? start_ns;
  const { run, recorder } = tracedRun(scenario, {
    follow: [parseEndpoint(`${ends.source}:${ends.sourcePort}`)],
    from_ns: began < start_ns ? began : (attempt?.previous?.start_ns ?? start_ns),
    ...(end_ns === null ? {} : { to_ns: end_ns }),
    limit: LIMIT,
    keep: 'last',
  });
  await advanceWatched(run, watch, () => recorder.done);
  return accountOf(scenario, recorder.events, record);
}

export function askedOf(scenario: Scenario, { record, chosen }: AskedRequest): WhyAsked {
  const { ends, client } = record;
  const config =
    scenario.clients[client] ??
    scenario.clients.find(({ addresses }) => ends !== null && addresses.includes(ends.source));
  return {
    chosen,
    client: config?.name ?? '',
    protocol: ends?.protocol ?? 'tcp',
    source: ends === null ? null : `${ends.source}:${ends.sourcePort}`,
    destination: ends === null ? null : `${ends.destination}:${ends.destinationPort}`,
  };
}
