/**
 * Values that are written with a unit or in dots: durations, rates, byte sizes, addresses, endpoints and
 * port ranges. A reader says what the value must be instead, and guesses what was meant where a habit is
 * known to mislead. Values without a unit are in plain_values.ts.
 */
import type { Prefix } from '../text/address_book.ts';
import { formatAddress } from '../text/ipv4.ts';
import { accept, expectReading, type Reader, type Reading, reject } from './reading.ts';

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

/** IPv4 only; an address is an unsigned 32-bit number in host order. */
export interface Endpoint {
  readonly address: number;
  readonly port: number;
}

/** More source addresses than that make tables that no run needs; a slip in a range easily asks for millions. */
export const MOST_ADDRESSES = 4096;

const DOTTED = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
export const ADDRESS_PATTERN = '^\\d{1,3}(\\.\\d{1,3}){3}$';
export const ENDPOINT_PATTERN = '^\\d{1,3}(\\.\\d{1,3}){3}:\\d{1,5}$';

/** One address that a host can have, as a number. */
export const readAddress: Reader<number> = (raw) => {
  const wanted = 'must be an IPv4 address, like 10.0.0.1';
  if (typeof raw !== 'string') return reject(wanted);
  if (/^\[?[\da-f]*:[\da-f:.]*\]?$/i.test(raw)) return reject(wanted, 'IPv6 is not modelled');
  const match = DOTTED.exec(raw);
  if (match === null) return reject(wanted);
  let address = 0;
  for (const part of match.slice(1)) {
    if (Number(part) > 255) return reject(wanted, `${part} is more than 255`);
    if (part.length > 1 && part.startsWith('0')) return reject(wanted, `write ${Number(part)} for ${part}`);
    address = address * 256 + Number(part);
  }
  const first = Math.floor(address / 2 ** 24);
  if (first === 0 || first >= 224) return reject('must be an address that a host can have');
  return accept(address);
};

/** `10.244.1.5`, checked; the text is kept. */
export const readHost: Reader<string> = (raw) => {
  const reading = readAddress(raw);
  if (reading.ok) return accept(raw as string);
  const host = typeof raw === 'string' ? raw.replace(/:\d*$/, '') : '';
  return reject(reading.message, DOTTED.test(host) ? `without the port: ${host}` : reading.hint);
};

export const NETWORK_PATTERN = '^\\d{1,3}(\\.\\d{1,3}){3}/\\d{1,2}$';

/** `10.244.0.0/16` */
export const readNetwork: Reader<string> = (raw) => {
  const [address = '', bits = '', ...rest] = typeof raw === 'string' ? raw.split('/') : [];
  const reading = readAddress(address);
  const length = Number(bits);
  if (!reading.ok || rest.length > 0 || !/^\d{1,2}$/.test(bits) || length > 32) {
    return reject('must be a range of addresses like 10.244.0.0/16');
  }
  const mask = maskOf(length);
  if (((reading.value & ~mask) | 0) !== 0) {
    return reject(
      'has bits beyond its length',
      `did you mean ${formatAddress(reading.value & mask)}/${length}?`,
    );
  }
  return accept(raw as string);
};

/** `255.255.255.0`; the text is kept. */
export const readNetmask: Reader<string> = (raw) =>
  typeof raw === 'string' && NETMASKS.has(raw)
    ? accept(raw)
    : reject('must be a netmask, like 255.255.255.0');

/** A netmask that has been read, as a signed number. */
export function parseNetmask(text: string): number {
  return NETMASKS.get(text)!;
}

function maskOf(length: number): number {
  return length === 0 ? 0 : -1 << (32 - length);
}

const NETMASKS: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 32 }, (_none, zeros) => maskOf(32 - zeros)).map((mask) => [
    formatAddress(mask >>> 0),
    mask,
  ]),
);

/** A network that has been checked. */
export function parseNetwork(text: string): Prefix {
  const [address = '', bits = ''] = text.split('/');
  return { addr: expectReading(readAddress(address), address) | 0, length: Number(bits) };
}

/** `10.96.0.1:80`, checked; the text is kept. */
export const readEndpoint: Reader<string> = (raw) => {
  const reading = endpointOf(raw);
  return reading.ok ? accept(raw as string) : reading;
};

/** A real server: `10.244.1.2:8080`, or with port 0, which stands for the port that the client asked for. */
export const readRealServer: Reader<string> = (raw) => {
  const reading = endpointOf(raw, 0);
  return reading.ok ? accept(raw as string) : reading;
};

/** One of the addresses of a service by mark: `10.96.0.10:443`, or with its protocol before it, `udp:10.96.0.10:53`. */
export interface Target {
  /** Null for the service's own. */
  readonly protocol: 'tcp' | 'udp' | null;
  readonly address: string;
}

export const TARGET_PATTERN = `^((tcp|udp):)?${ENDPOINT_PATTERN.slice(1)}`;

export const readTarget: Reader<string> = (raw) => {
  if (typeof raw !== 'string') return endpointOf(raw) as Reading<never>;
  const reading = endpointOf(parseTarget(raw).address);
  return reading.ok ? accept(raw) : reading;
};

/** A text that has been checked. */
export function parseTarget(text: string): Target {
  const [, protocol = null, address] = /^(?:(tcp|udp):)?(.*)$/su.exec(text)!;
  return { protocol: protocol as Target['protocol'], address: address! };
}

/** The address and port of a text that has been checked; throws RangeError for anything else. */
export function parseEndpoint(text: string): Endpoint {
  return expectReading(endpointOf(text, 0), text);
}

export const PORT_WANTED = 'must end with a port from 1 to 65535';

function endpointOf(raw: unknown, lowest: 0 | 1 = 1): Reading<Endpoint> {
  const wanted = 'must be an IPv4 address and a port, like 10.96.0.1:80';
  if (typeof raw !== 'string') return reject(wanted);
  const colon = raw.lastIndexOf(':');
  if (colon < 0) return reject(wanted, DOTTED.test(raw) ? `the port is missing: ${raw}:80` : null);
  if (raw.startsWith('[') || raw.indexOf(':') !== colon) return reject(wanted, 'IPv6 is not modelled');
  const address = readAddress(raw.slice(0, colon));
  if (!address.ok) {
    // "Like 10.0.0.1" would mislead where a port is wanted too.
    return address.message.includes('IPv4') ? reject(wanted, address.hint) : address;
  }
  const port = lowest === 0 && raw.endsWith(':0') ? 0 : readPort(raw.slice(colon + 1));
  if (port === null) return reject(PORT_WANTED);
  return accept({ address: address.value, port });
}

function readPort(text: string): number | null {
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

/** One item of a client's addresses: `10.0.0.1` or `10.0.0.1-10.0.0.4`, as a list of dotted addresses. */
export const readAddressRange: Reader<readonly string[]> = (raw) => {
  if (typeof raw !== 'string') return reject('must be an address or a range, like 10.0.0.1-10.0.0.4');
  const [from, to, ...rest] = raw.split('-').map((part) => part.trim());
  if (rest.length > 0) return reject('must be an address or a range, like 10.0.0.1-10.0.0.4');
  const first = readAddress(from);
  if (!first.ok) return first;
  if (to === undefined) return accept([from!]);
  const last = readAddress(to);
  if (!last.ok) return last;
  if (first.value > last.value) {
    return reject('is a range whose first address is above its last', `did you mean ${to}-${from}?`);
  }
  const count = last.value - first.value + 1;
  if (count > MOST_ADDRESSES)
    return reject(`spans ${count} addresses; at most ${MOST_ADDRESSES} are possible`);
  return accept(Array.from({ length: count }, (_, i) => formatAddress(first.value + i)));
};

/** The same as text with commas: `10.0.0.1, 10.0.0.8-10.0.0.11`. */
export const readAddressList: Reader<readonly string[]> = (raw) => {
  if (typeof raw !== 'string') return reject('must be addresses, like 10.0.0.1 or 10.0.0.1-10.0.0.4');
  const addresses: string[] = [];
  for (const part of raw.split(',')) {
    const range = readAddressRange(part.trim());
    if (!range.ok) return range;
    addresses.push(...range.value);
    if (addresses.length > MOST_ADDRESSES) {
      return reject(`lists more than ${MOST_ADDRESSES} addresses`);
    }
  }
  return accept(addresses);
};
