/** What a line of an access log says of its request: nginx with keys that its log_format names, envoy as text or JSON. */
import { timeOf } from './log_time.ts';

const CONNECT = /\b(uct|(?:upstream_)?connect_(?:time|duration(?:_ms)?))"?[=:] ?"?(-|[\d.]+)/u;
const OF_UPSTREAM = /\b(u[rh]t|upstream_(?:response|header)_time)"?[=:] ?"?(-|[\d.]+)/u;
/** The whole of it as the proxy has it, its client's part included. */
const WHOLE = /\b(rt|(?:request|response)_time|duration)"?[=:] ?"?([\d.]+)/u;
const UPSTREAM =
  /\b(?:ua|upstream(?:_(?:addr|host|address))?)"?[=:] ?"?((?:\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[[\da-f:.]{2,45}\]):\d{1,5})\b/u;
/** Of envoy, whose times are in milliseconds. */
const IN_MS = /duration/u;
/** `"GET / HTTP/1.1" 503 UF,URX - 0 91 57 ...`: flags are letters, where nginx has a number of bytes. */
const ENVOY = /HTTP\/\d(?:\.\d)?" \d{1,3} (-|[A-Z]{2,}(?:,[A-Z]{2,})*) (.*)/u;
/** Bytes received, bytes sent, duration, and the upstream's part of it. */
const ENVOY_TIMES = /(?:^|\s)\d+ (\d+) (\d+) (?:\d+|-)(?:\s|$)/u;
const STATUS = /HTTP\/\d(?:\.\d)?" (\d{3}) (?:(\d+)\b)?|"?\b(?:status|response_code)"?[=:]\s*"?(\d{3})\b/u;
const SENT = /\b(?:bytes_sent|body_bytes_sent)"?[=:]\s*"?(\d+)/u;
/** nginx's log begins a line with the client or a bracket when the request ended; envoy's has when it began. */
const BEGAN = /"start_time"|^\[\d{4}-/u;

/** In milliseconds; with a second upstream it is that of the last one. Null where the line has none. */
export function connectOf(text: string): number | null {
  const found = CONNECT.exec(text);
  if (found === null) return null;
  const [whole, key = '', value = ''] = found;
  const rest = text.slice(found.index + whole.length);
  return inMs(key, /^, (-|[\d.]+)/u.exec(rest)?.[1] ?? value);
}

/** Whether the line has a place for it, if only a dash. */
export function hasConnect(text: string): boolean {
  return CONNECT.test(text);
}

/** What the answer took, connecting included; null where the line has no time of it. */
export function answerOf(text: string): number | null {
  const duration = ENVOY_TIMES.exec(envoyOf(text).rest)?.[2];
  if (duration !== undefined) return Number(duration);
  const [, key = '', value = '-'] = OF_UPSTREAM.exec(text) ?? WHOLE.exec(text) ?? [];
  return inMs(key, value);
}

/** Envoy's flags and what stands behind them; empty where it is none of its lines. */
export function envoyOf(text: string): { readonly flags: string; readonly rest: string } {
  const [, flags = '', rest = ''] = ENVOY.exec(text) ?? [];
  return { flags, rest };
}

export interface LoggedRequest {
  /** When its line was written or, of envoy, when it began; seconds. */
  readonly at_s: number;
  readonly isBegin: boolean;
  readonly connect_ms: number | null;
  readonly answer_ms: number | null;
  /** All of it, as its client saw it. */
  readonly whole_ms: number;
  readonly answerBytes: number | null;
  /** `10.96.0.10:80`, where the line tells where it was sent. */
  readonly upstream: string | null;
  readonly status: number | null;
}

/** Null where the line has no time. */
export function loggedRequest(text: string): LoggedRequest | null {
  const at_s = timeOf(text);
  if (at_s === null) return null;
  const answer_ms = answerOf(text);
  const [, key = '', value = '-'] = WHOLE.exec(text) ?? [];
  const [, ofNginx, bytes, ofJson] = STATUS.exec(text) ?? [];
  const sent = SENT.exec(text)?.[1] ?? ENVOY_TIMES.exec(envoyOf(text).rest)?.[1] ?? bytes;
  const status = ofNginx ?? ofJson;
  return {
    at_s,
    isBegin: BEGAN.test(text),
    connect_ms: connectOf(text),
    answer_ms,
    whole_ms: inMs(key, value) ?? answer_ms ?? 0,
    answerBytes: sent === undefined ? null : Number(sent),
    upstream: UPSTREAM.exec(text)?.[1] ?? null,
    status: status === undefined ? null : Number(status),
  };
}

function inMs(key: string, value: string): number | null {
  const number = Number(value);
  if (value === '-' || !Number.isFinite(number)) return null;
  return IN_MS.test(key) ? number : number * 1000;
}
