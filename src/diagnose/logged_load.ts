/** Connections that a proxy's access log tells of, as the rows of a replay: one for each connect that it timed. */
import { type LoggedRequest, loggedRequest } from '../evidence/logged_request.ts';
import { FIRST_RETRY_MS, median } from '../evidence/timed.ts';
import { type ImportedReplay, type ReplayRow, replayLoad } from '../import/replay_load.ts';

export interface LoggedLoad {
  readonly replay: ImportedReplay;
  readonly connections: number;
  /** From the first connect to the end of the log, in whole seconds. */
  readonly duration_s: number;
  readonly notes: readonly string[];
}

export interface LoggedRequests {
  readonly requests: readonly LoggedRequest[];
  /** Lines without a time. */
  readonly without: number;
}

interface Connect {
  readonly start_s: number;
  readonly request: LoggedRequest;
}

/** Answers of a proxy whose upstream did not: it has connected, or tried to. */
const OF_UPSTREAM = new Set([502, 504]);

/** Where the lines of a log that name their upstream went, the busiest first. */
export function upstreamsOf({
  requests,
}: LoggedRequests): { readonly address: string; readonly connections: number }[] {
  const called = new Map<string, number>();
  for (const { upstream } of requests)
    if (upstream !== null) called.set(upstream, (called.get(upstream) ?? 0) + 1);
  return [...called]
    .map(([address, connections]) => ({ address, connections }))
    .toSorted((a, b) => b.connections - a.connections);
}

/**
 * Those that went to `service`, and those of which the log does not tell where; null where none is known with its time
 * and its connect.
 */
export function loggedLoad({ requests, without }: LoggedRequests, service: string | null): LoggedLoad | null {
  const own = requests.filter(({ upstream }) => upstream === null || upstream === service);
  const connects = withStarts(own).filter(({ request }) => hasConnected(request));
  if (connects.length === 0) return null;
  const first_s = connects.reduce((least, { start_s }) => Math.min(least, start_s), Number.POSITIVE_INFINITY);
  const last_s = own.reduce((most, { at_s }) => Math.max(most, at_s), first_s);
  const notes: string[] = [];
  const say = (count: number, what: string): void => {
    if (count > 0) notes.push(`${count} requests ${what}`);
  };
  say(without, 'have no time in the log: left out');
  say(requests.length - own.length, 'went to another upstream: left out');
  say(own.length - connects.length, 'opened no connection: left out');
  say(
    connects.filter(({ request }) => request.connect_ms === 0).length,
    'connected in 0 ms, as over a connection that was kept, too: each is replayed with a connection of its own',
  );
  if (isCoarse(own)) notes.push('the log has whole seconds: the lines of each are spread over it');
  const trip_ns = tripOf(connects);
  const rows = connects.map(({ start_s, request }) => rowOf(start_s - first_s, request, trip_ns ?? 0));
  return {
    replay: replayLoad(
      rows.toSorted((a, b) => a.start_ns - b.start_ns),
      trip_ns,
    ),
    connections: connects.length,
    duration_s: Math.ceil(last_s - first_s) + 1,
    notes,
  };
}

export function requestsIn(text: string): LoggedRequests {
  const requests: LoggedRequest[] = [];
  let without = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const request = loggedRequest(line);
    if (request === null) without++;
    else requests.push(request);
  }
  return { requests, without };
}

function hasConnected({ connect_ms, answer_ms, status }: LoggedRequest): boolean {
  return connect_ms !== null || (answer_ms !== null && status !== null && OF_UPSTREAM.has(status));
}

function isCoarse(requests: readonly LoggedRequest[]): boolean {
  return requests.every(({ at_s }) => Number.isInteger(at_s));
}

/** A line is written when its request ends, unless it says when it began. */
function withStarts(requests: readonly LoggedRequest[]): Connect[] {
  const perSecond = new Map<number, number>();
  const spread = isCoarse(requests);
  if (spread) for (const { at_s } of requests) perSecond.set(at_s, (perSecond.get(at_s) ?? 0) + 1);
  const before = new Map<number, number>();
  return requests.map((request) => {
    const { at_s, isBegin, whole_ms } = request;
    const place = before.get(at_s) ?? 0;
    before.set(at_s, place + 1);
    const exact_s = spread ? at_s + (place + 0.5) / perSecond.get(at_s)! : at_s;
    return { start_s: isBegin ? exact_s : exact_s - whole_ms / 1000, request };
  });
}

function rowOf(
  start_s: number,
  { connect_ms, answer_ms, answerBytes, status }: LoggedRequest,
  trip_ns: number,
): ReplayRow {
  const row: ReplayRow = { start_ns: Math.round(start_s * 1e6) * 1000 };
  // What a proxy answers by itself says nothing of the real server.
  if (connect_ms === null || answer_ms === null || (status !== null && OF_UPSTREAM.has(status))) return row;
  return {
    ...row,
    ...(answerBytes === null ? {} : { responseBytes: Math.max(1, answerBytes) }),
    // What the proxy saw is the server's time and a way there and back.
    service_ns: Math.max(0, Math.round((answer_ms - connect_ms) * 1e3) * 1000 - trip_ns),
  };
}

/** The median handshake without those that were repeated; null where the log's milliseconds cannot tell it from nothing. */
function tripOf(connects: readonly Connect[]): number | null {
  const times = connects.flatMap(({ request: { connect_ms } }) =>
    connect_ms !== null && connect_ms < FIRST_RETRY_MS ? [connect_ms] : [],
  );
  const trip_ns = Math.round(median(times) * 1e6);
  return trip_ns > 0 ? trip_ns : null;
}
