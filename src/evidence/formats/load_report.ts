/**
 * Reports of load generators: ab, hey, wrk, k6 and vegeta. Only ab, hey and k6 time connects; of the others the
 * percentiles of whole requests are read, in which a retransmitted SYN stands out as a whole second.
 */
import type { ClientError } from '../fact.ts';
import { type Format, type Line, Notes } from '../format.ts';
import { FIRST_RETRY_MS } from '../timed.ts';

const BEGINNINGS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [
    /^(?:This is ApacheBench|Server Software:|Document Path:|Concurrency Level:|Connection Times \(ms\))/u,
    'ab',
  ],
  [/^Running \S+ test @ /u, 'wrk'],
  [/^Summary:$/u, 'hey'],
  [/^Requests\s+\[total, rate/u, 'vegeta'],
  [/^\s*(?:http_req|checks_|vus|iteration)\w*\.+:|^\s*(?:WARN|ERRO)\[\d+\] /u, 'k6'],
];

const ERRORS: readonly (readonly [pattern: RegExp, error: ClientError])[] = [
  [/cannot assign requested address|EADDRNOTAVAIL|address not available/iu, 'no port'],
  [/connection reset by peer|ECONNRESET/iu, 'reset'],
  [/connection refused|ECONNREFUSED/iu, 'refused'],
  [/no route to host|network is unreachable|EHOSTUNREACH|EPERM|operation not permitted/iu, 'unreachable'],
  [
    /i\/o timeout|context deadline exceeded|timed out|ETIMEDOUT|the timeout specified has expired/iu,
    'timeout',
  ],
];

const UNITS: Readonly<Record<string, number>> = { us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000 };

/** The first SYN is sent again after a second. */
const SECOND_MS = 1000;

interface Seen {
  requests: number;
  rate: number | null;
  concurrency: number | null;
  duration_s: number | null;
  connect: { median: number; max: number; line: Line; sd?: number; excess?: number } | null;
  /** Percentile to milliseconds, of whole requests. */
  readonly percentiles: Map<number, number>;
  percentilesAt: Line | null;
  /** Of requests without their connect. */
  processing: { median: number; max: number; line: Line } | null;
}

export const LOAD_REPORT: Format = {
  name: 'a load generator',
  begins: (line) => BEGINNINGS.some(([pattern]) => pattern.test(line)),
  toTheEnd: true,
  read(lines) {
    const notes = new Notes();
    const name = BEGINNINGS.find(([pattern]) => pattern.test(lines[0]!.text))?.[1] ?? 'ab';
    const seen: Seen = {
      requests: 0,
      rate: null,
      concurrency: null,
      duration_s: null,
      connect: null,
      percentiles: new Map(),
      percentilesAt: null,
      processing: null,
    };
    for (const line of lines) readLine(line, seen, notes);
    conclude(lines[0]!, seen, notes);
    return notes.as(`report of ${name}`);
  },
};

function readLine(line: Line, seen: Seen, notes: Notes): void {
  const text = line.text.trim();
  const number = (pattern: RegExp): number | null => {
    const digits = pattern.exec(text)?.[1];
    return digits === undefined ? null : Number(digits);
  };
  seen.concurrency ??= number(/^Concurrency Level:\s+(\d+)/u) ?? number(/threads and (\d+) connections/u);
  seen.rate ??= number(/^Requests per second:\s+([\d.]+)/u) ?? number(/^Requests\/sec:\s+([\d.]+)/u);
  seen.duration_s ??=
    number(/^Time taken for tests:\s+([\d.]+) seconds/u) ??
    number(/^Total:\s+([\d.]+) secs/u) ??
    number(/^\d+ requests in ([\d.]+)s,/u);
  const vegeta = /^Requests\s+\[total, rate[^\]]*\]\s+(\d+), ([\d.]+)/u.exec(text);
  const k6 = /^http_reqs\.*:\s+(\d+)\s+([\d.]+)\/s/u.exec(text);
  const counted = vegeta ?? k6;
  if (counted !== null) {
    seen.requests = Number(counted[1]);
    seen.rate = Number(counted[2]);
  }
  seen.requests ||= number(/^Complete requests:\s+(\d+)/u) ?? number(/^(\d+) requests in /u) ?? 0;
  const row = /^(Connect|Processing):\s+\d+\s+\d+\s+([\d.]+)\s+(\d+)\s+(\d+)$/u.exec(text);
  if (row?.[1] === 'Connect')
    seen.connect = {
      median: Number(row[3]),
      max: Number(row[4]),
      line,
      sd: Number(row[2]),
    };
  if (row?.[1] === 'Processing') seen.processing = { median: Number(row[3]), max: Number(row[4]), line };
  // hey has the average, the fastest and the slowest of each part of a request.
  const part = /^(DNS\+dialup|resp wait):\s+([\d.]+) secs, ([\d.]+) secs, ([\d.]+) secs/u.exec(text);
  if (part !== null) {
    const [mean = 0, fastest = 0, slowest = 0] = part.slice(2).map((each) => Number(each) * 1000);
    if (part[1] === 'resp wait') seen.processing = { median: mean, max: slowest, line };
    else seen.connect = { median: fastest, max: slowest, line, excess: mean - fastest };
  }
  const responses = /^\[\d{3}\]\s+(\d+) responses$/u.exec(text);
  if (responses !== null) seen.requests += Number(responses[1]);
  const [median, max, mean] = k6Values(text, 'http_req_connecting', ['med', 'max', 'avg']);
  if (median !== undefined && max !== undefined && mean !== undefined)
    seen.connect = { median, max, line, excess: mean - median };
  // Without the connect, other than the percentiles of the others.
  const [middle, most] = k6Values(text, 'http_req_duration', ['med', 'max']);
  if (middle !== undefined && most !== undefined) seen.processing = { median: middle, max: most, line };
  readPercentiles(text, line, seen);
  readErrors(text, line, notes);
}

function readPercentiles(text: string, line: Line, seen: Seen): void {
  const put = (percentile: number, value_ms: number): void => {
    seen.percentilesAt ??= line;
    seen.percentiles.set(percentile, value_ms);
  };
  // ab: `50%  12`; wrk: `50%  1.20ms`; hey: `50% in 0.0102 secs`, or `50%% in`.
  const bare = text.endsWith(LONGEST) ? text.slice(0, -LONGEST.length).trimEnd() : text;
  const row = /^([\d.]+)%{1,2}\s+(?:in )?([\d.]+) ?(secs|us|µs|ms|s|m)?$/u.exec(bare);
  if (row !== null) {
    const unit = row[3] === 'secs' ? 's' : (row[3] ?? 'ms');
    put(Number(row[1]), Number(row[2]) * UNITS[unit]!);
  }
  const vegeta = /^Latencies\s+\[([^\]]+)\]\s+(.*)/u.exec(text);
  if (vegeta !== null) {
    const values = vegeta[2]!.split(/,\s*/u);
    vegeta[1]!.split(/,\s*/u).forEach((name, index) => {
      const percentile = name === 'max' ? 100 : Number(name);
      if (Number.isFinite(percentile)) put(percentile, milliseconds(values[index] ?? ''));
    });
  }
}

/** What ab writes behind the slowest request. */
const LONGEST = '(longest request)';

/** Those values of a k6 metric, in milliseconds; fewer where the line has not all of them. */
function k6Values(text: string, metric: string, names: readonly string[]): number[] {
  const [head = '', ...words] = text.split(/\s+/u);
  if (!head.startsWith(metric) || !head.endsWith(':')) return [];
  return names.flatMap((name) => {
    const word = words.find((each) => each.startsWith(`${name}=`));
    return word === undefined ? [] : [milliseconds(word.slice(name.length + 1))];
  });
}

function readErrors(text: string, line: Line, notes: Notes): void {
  const wrk = /^Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/u.exec(text);
  if (wrk !== null) {
    const reset = Number(wrk[2]) + Number(wrk[3]);
    if (reset > 0) notes.add(line, { kind: 'error', error: 'reset', count: reset });
    if (Number(wrk[4]) > 0) notes.add(line, { kind: 'error', error: 'timeout', count: Number(wrk[4]) });
    return;
  }
  const error = ERRORS.find(([pattern]) => pattern.test(text))?.[1];
  if (error === undefined) return;
  const count = Number(/^\[(\d+)\]/u.exec(text)?.[1] ?? 1);
  notes.add(line, { kind: 'error', error, count });
}

function conclude(first: Line, seen: Seen, notes: Notes): void {
  const { requests, connect, percentiles, percentilesAt } = seen;
  const { rate, concurrency, duration_s } = seen;
  if (rate !== null || concurrency !== null)
    notes.add(first, { kind: 'load', rate, concurrency, duration_s });
  const share = slowShare(seen);
  if (connect !== null) {
    const retried = connect.max < FIRST_RETRY_MS ? 0 : share === null ? null : Math.round(share * requests);
    notes.add(connect.line, {
      kind: 'connects',
      count: requests,
      // ab's table tells of one slow connect at least.
      retried: retried === 0 && connect.max >= FIRST_RETRY_MS ? 1 : retried,
      median_ms: connect.median,
    });
  }
  const median = percentiles.get(50);
  if (seen.processing !== null)
    notes.add(seen.processing.line, {
      kind: 'requests',
      count: requests,
      median_ms: seen.processing.median,
      slowest_ms: seen.processing.max,
    });
  else if (percentilesAt !== null && median !== undefined)
    notes.add(percentilesAt, {
      kind: 'requests',
      count: requests,
      median_ms: median,
      slowest_ms: Math.max(...percentiles.values()),
    });
}

/** The share of requests at a whole second and more, where the server's part explains none of it. */
function slowShare({ percentiles, processing, connect }: Seen): number | null {
  const ownShare = connect === null ? null : connectShare(connect);
  if (percentiles.size === 0) return ownShare;
  const ofServer = processing !== null && processing.max >= FIRST_RETRY_MS;
  if (ofServer && connect !== null && connect.max < FIRST_RETRY_MS) return 0;
  const slow = [...percentiles]
    .filter(([, value]) => value >= FIRST_RETRY_MS)
    .map(([percentile]) => percentile);
  const fast = [...percentiles]
    .filter(([, value]) => value < FIRST_RETRY_MS)
    .map(([percentile]) => percentile);
  const last = fast.length === 0 ? 0 : Math.max(...fast);
  if (slow.length === 0) return Math.min(ownShare ?? 0, 1 - last / 100);
  // Between the last percentile that is fast and the first that is slow: the larger share is the nearer one.
  const share = 1 - (last + Math.min(...slow)) / 200;
  // Where only the very slowest is slow, or the server has its part in it, the connects themselves tell more.
  const isVague = ofServer || Math.min(...slow) === 100;
  return isVague ? Math.min(share, ownShare ?? 1) : share;
}

/** By how the connects lie, where the report says more of them than their slowest; null where it does not. */
function connectShare({ max, median, sd, excess }: NonNullable<Seen['connect']>): number | null {
  if (max < FIRST_RETRY_MS) return 0;
  // Their mean is a second above the others' for each share of one.
  if (excess !== undefined)
    return median >= FIRST_RETRY_MS ? 1 : Math.min(1, Math.max(0, excess) / SECOND_MS);
  if (sd === undefined) return null;
  // A share s that takes a second more than the others deviates by the root of s(1 - s) seconds.
  const root = Math.sqrt(Math.max(0, 1 - 4 * (sd / SECOND_MS) ** 2));
  if (root === 0) return null;
  return median < FIRST_RETRY_MS ? (1 - root) / 2 : (1 + root) / 2;
}

/** `1.02s`, `12.5ms`, `1m3s`. */
function milliseconds(text: string): number {
  let sum = 0;
  for (const [, digits = '', unit = ''] of text.matchAll(/([\d.]{1,20})(us|µs|ms|s|m)/gu))
    sum += Number(digits) * (UNITS[unit] ?? 0);
  return sum;
}
