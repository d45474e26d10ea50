/** Two runs of one scenario: the first finds the request that a question is about, the second records it. */
import { accountOf, type RequestAccount } from './causes/account.ts';
import type { ConnectAttempt } from './measure/connects.ts';
import type { RequestLog, RequestRecord, RequestsWanted } from './measure/requests.ts';
import type { TraceEvent } from './measure/trace.ts';
import { count } from './report/numbers.ts';
import type { WhyAsked } from './report/why.ts';
import { addressBook } from './scenario/address_book.ts';
import type { Scenario } from './scenario/scenario.ts';
import type { Run } from './simulate.ts';
import type { AddressBook, BookedEndpoint } from './text/address_book.ts';
import { endpointText } from './text/endpoint.ts';
import { loggedRun, tracedRun } from './trace_run.ts';

/**
 * Which request: the worst of all, one under way at an instant, the n-th connect, the worst from a port, or the last
 * connect from an address and port that had begun by an instant.
 */
export type RequestQuery =
  | { readonly kind: 'worst' }
  | { readonly kind: 'at'; readonly at_ns: number }
  | { readonly kind: 'connect'; readonly number: number }
  | { readonly kind: 'port'; readonly port: number }
  | { readonly kind: 'opened'; readonly source: string; readonly at_ns: number };

/** Runs on until the end, or until `enough` says so. Command line and page have each their own way to do it. */
export type Advance = (run: Run, enough: () => boolean) => Promise<void>;

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
  advance: Advance,
): Promise<AskedRequest | null> {
  const { run, log, requests } = loggedRun(scenario, wantedBy(query));
  if (query.kind === 'connect') {
    const { number } = query;
    await advance(run, () => log.attempts[number - 1]?.end_ns != null);
    const found = log.attempts[number - 1];
    return found === undefined ? null : ofConnect(found, addressBook(scenario));
  }
  if (query.kind === 'opened') {
    const { source, at_ns } = query;
    const from = addressBook(scenario).endpoint(source);
    await advance(run, () => run.now_ns > at_ns && opened(log.attempts, from, at_ns)?.end_ns != null);
    const found = opened(log.attempts, from, at_ns);
    return found === undefined ? null : ofConnect(found, addressBook(scenario));
  }
  await advance(run, () => requests.isSettled);
  const record = query.kind === 'at' ? requests.atInstant() : requests.worst();
  if (record === null) return null;
  return {
    record,
    chosen: howChosen(query, record, requests),
    attempt: carrier(log.attempts, record, addressBook(scenario)),
  };
}

function opened(
  attempts: readonly ConnectAttempt[],
  { address, port }: BookedEndpoint,
  at_ns: number,
): ConnectAttempt | undefined {
  return attempts.findLast(
    (one) => one.sourcePort === port && one.source === address && one.start_ns <= at_ns,
  );
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
function ofConnect(attempt: ConnectAttempt, book: AddressBook): AskedRequest {
  const { start_ns, end_ns, outcome } = attempt;
  return {
    attempt,
    chosen: '',
    record: {
      client: -1,
      ends: {
        protocol: attempt.protocol,
        source: book.format(attempt.source),
        sourcePort: attempt.sourcePort,
        destination: book.format(attempt.destination),
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
  book: AddressBook,
): ConnectAttempt | null {
  if (ends === null || ends.protocol === 'udp') return null;
  const source = book.address(ends.source);
  const destination = book.address(ends.destination);
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

export interface RecordedRequest {
  readonly account: RequestAccount;
  readonly events: readonly TraceEvent[];
}

/** Its packets, with those of its connection, or of the connection before from the same port. */
export async function recordRequest(
  scenario: Scenario,
  { record, attempt }: AskedRequest,
  advance: Advance,
): Promise<RecordedRequest> {
  const { ends, start_ns, end_ns } = record;
  if (ends === null) return { account: accountOf(scenario, [], record), events: [] };
  const began = attempt?.start_ns ?? start_ns;
  const { run, recorder } = tracedRun(scenario, {
    follow: [endpointText(ends.source, ends.sourcePort)],
    from_ns: began < start_ns ? began : (attempt?.previous?.start_ns ?? start_ns),
    ...(end_ns === null ? {} : { to_ns: end_ns }),
    limit: LIMIT,
    keep: 'last',
  });
  await advance(run, () => recorder.done);
  return { account: accountOf(scenario, recorder.events, record), events: recorder.events };
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
    source: ends === null ? null : endpointText(ends.source, ends.sourcePort),
    destination: ends === null ? null : endpointText(ends.destination, ends.destinationPort),
  };
}
