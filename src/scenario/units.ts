/**
 * Values that are written with a unit or in dots: durations, rates, byte sizes, addresses, endpoints and
 * port ranges. A reader says what the value must be instead, and guesses what was meant where a habit is
 * known to mislead. Values without a unit are in plain_values.ts.
 */
import { accept, type Reader, reject } from './reading.ts';

const UNIT_NS = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 } as const;

/** How people write the units otherwise. */
const HABITS: ReadonlyMap<string, keyof typeof UNIT_NS> = new Map(
  Object.entries({
    nsec: 'ns',
    usec: 'us',
    µs: 'us',
    msec: 'ms',
    millis: 'ms',
    sec: 's',
    secs: 's',
    second: 's',
    seconds: 's',
    min: 'm',
    mins: 'm',
    minute: 'm',
    minutes: 'm',
    hour: 'h',
    hours: 'h',
    hr: 'h',
  } as const),
);

const DURATION = /^(?:\d+(?:\.\d+)?(?:ns|us|ms|s|m|h))+$/;
const DURATION_PART = /(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)/gy;
/** Longer texts are no slip in a duration; nothing is guessed about them. */
const LONGEST_DURATION = 64;
export const DURATION_PATTERN = DURATION.source;

const A_DURATION = 'must be a time with a unit, like 60s or 2m';

/** `60s`, `1.5ms`, `1m30s` in whole nanoseconds. */
export const readDuration: Reader<number> = (raw) => {
  if (typeof raw === 'number') {
    if (raw < 0) return reject('must not be negative');
    return reject(A_DURATION, Number.isFinite(raw) ? `did you mean ${raw}s?` : null);
  }
  if (typeof raw !== 'string') return reject(A_DURATION);
  if (raw.length > LONGEST_DURATION) return reject(A_DURATION);
  if (raw.startsWith('-') && DURATION.test(raw.slice(1))) return reject('must not be negative');
  if (!DURATION.test(raw)) return reject(A_DURATION, durationMeant(raw));
  let value_ns = 0;
  for (const [, amount, unit] of raw.matchAll(DURATION_PART)) {
    value_ns += Math.round(Number(amount) * UNIT_NS[unit as keyof typeof UNIT_NS]);
  }
  if (value_ns > Number.MAX_SAFE_INTEGER) return reject('must be at most 100 days');
  return accept(value_ns);
};

function durationMeant(raw: string): string | null {
  const clock = /^(\d{1,4}):(\d{2})$/.exec(raw);
  if (clock !== null) return `YAML reads ${raw} as text; write ${Number(clock[1])}m${Number(clock[2])}s`;
  const spelt = /^(\d+(?:[._]\d+)*) ?([a-zµ]*)$/i.exec(raw);
  if (spelt === null) return null;
  const amount = spelt[1]!.replaceAll('_', '');
  const word = spelt[2]!.toLowerCase();
  const unit = word === '' ? 's' : Object.hasOwn(UNIT_NS, word) ? word : HABITS.get(word);
  return unit === undefined ? null : `did you mean ${amount}${unit}?`;
}

/** Between the two limits, both included. */
export function durationBetween(least: string, most: string): Reader<number> {
  const least_ns = (readDuration(least) as { value: number }).value;
  const most_ns = (readDuration(most) as { value: number }).value;
  return (raw) => {
    const reading = readDuration(raw);
    if (!reading.ok || (reading.value >= least_ns && reading.value <= most_ns)) return reading;
    return reject(`must be between ${least} and ${most}`);
  };
}

const RATE = /^(\d+(?:\.\d+)?)(k|M)?\/(s|m|h)$/;
export const RATE_PATTERN = RATE.source;
const RATE_SCALE = { k: 1e3, M: 1e6 } as const;
const RATE_SECONDS = { s: 1, m: 60, h: 3600 } as const;

/** `200/s`, `5k/s`, `30/m` in events per second, greater than zero. */
export const readRate: Reader<number> = (raw) => {
  const wanted = 'must be a rate with a unit, like 200/s or 5k/s';
  if (typeof raw === 'number') return reject(wanted, raw > 0 ? `did you mean ${raw}/s?` : null);
  const match = typeof raw === 'string' && raw.length <= 32 ? RATE.exec(raw) : null;
  if (match === null) return reject(wanted);
  const scale = match[2] === undefined ? 1 : RATE_SCALE[match[2] as keyof typeof RATE_SCALE];
  const rate = (Number(match[1]) * scale) / RATE_SECONDS[match[3] as keyof typeof RATE_SECONDS];
  if (rate < 1e-6 || rate > 1e7) return reject('must be more than zero and at most 10M/s');
  return accept(rate);
};

const BYTES = /^(\d+(?:\.\d+)?)(B|kB|KiB|MB|MiB)$/;
export const BYTES_PATTERN = BYTES.source;
const BYTE_UNITS = { B: 1, kB: 1e3, KiB: 1024, MB: 1e6, MiB: 1024 ** 2 } as const;

/** `612` or `64KiB` in bytes, up to a largest number of MiB. */
export function bytesUpTo(mebibytes: number): Reader<number> {
  const wanted = `must be a number of bytes up to ${mebibytes} MiB, like 612 or 64KiB`;
  return (raw) => {
    const match = typeof raw === 'string' && raw.length <= 32 ? BYTES.exec(raw) : null;
    const bytes =
      match === null ? raw : Math.round(Number(match[1]) * BYTE_UNITS[match[2] as keyof typeof BYTE_UNITS]);
    if (typeof bytes !== 'number' || !Number.isInteger(bytes)) return reject(wanted);
    return bytes >= 0 && bytes <= mebibytes * BYTE_UNITS.MiB ? accept(bytes) : reject(wanted);
  };
}

export function readPort(text: string): number | null {
  if (!/^[1-9]\d{0,4}$/.test(text)) return null;
  const port = Number(text);
  return port <= 65535 ? port : null;
}

/** `32768-60999`, or `32768 60999` as sysctl prints it: first and last port, both included. */
export const readPorts: Reader<readonly [number, number]> = (raw) => {
  const wanted = 'must be a range of ports, like 32768-60999';
  if (typeof raw === 'number') return reject(wanted, `a single port is ${raw}-${raw}`);
  if (typeof raw !== 'string') return reject(wanted);
  const match = /^(\d{1,8})(?:\s*-\s*|\s+)(\d{1,8})$/.exec(raw);
  if (match === null) return reject(wanted);
  const first = readPort(match[1]!);
  const last = readPort(match[2]!);
  if (first === null || last === null) return reject('must lie between 1 and 65535');
  if (first > last) {
    return reject('is a range whose first port is above its last', `did you mean ${last}-${first}?`);
  }
  return accept([first, last]);
};

/** First and last port of a range, both included. */
export type PortRange = readonly [number, number];

/** Ranges and single ports with commas, as net.ipv4.ip_local_reserved_ports has them; in order, none touching another. */
export const readPortList: Reader<readonly PortRange[]> = (raw) => {
  if (typeof raw === 'number') return readPortList(String(raw));
  if (typeof raw !== 'string') return reject('must be ports and ranges of ports, like 8080,40000-45000');
  const ranges: PortRange[] = [];
  for (const part of raw.split(',').map((text) => text.trim())) {
    const reading = readPorts(/^\d+$/.test(part) ? `${part}-${part}` : part);
    if (!reading.ok) return reading;
    ranges.push(reading.value);
  }
  if (ranges.length > MOST_RANGES) return reject(`lists more than ${MOST_RANGES} ranges`);
  return accept(mergedRanges(ranges));
};

/** A range for source ports, or several: as text with commas or as a list. */
export const readPortRanges: Reader<readonly PortRange[]> = (raw) => {
  const items = Array.isArray(raw) ? raw : typeof raw === 'string' ? raw.split(',') : [raw];
  if (items.length > MOST_RANGES) return reject(`lists more than ${MOST_RANGES} ranges`);
  const ranges: PortRange[] = [];
  for (const item of items) {
    const reading = readPorts(typeof item === 'string' ? item.trim() : item);
    if (!reading.ok) return reading;
    ranges.push(reading.value);
  }
  return ranges.length === 0
    ? reject('must be a range of ports, like 32768-60999')
    : accept(mergedRanges(ranges));
};

const MOST_RANGES = 1000;

/** In order, none touching another. */
export function mergedRanges(ranges: readonly PortRange[]): PortRange[] {
  const result: [number, number][] = [];
  for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const before = result.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else result.push([first, last]);
  }
  return result;
}
