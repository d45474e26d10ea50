/**
 * Addresses of both families, endpoints, networks and ranges, as people write them. What a reader accepts is in one form
 * only (IPv6 as in RFC 5952), so that equal addresses are equal texts.
 */
import { addressAfter, endpointText, familyOf } from '../text/endpoint.ts';
import { formatAddress, parseIpv4 } from '../text/ipv4.ts';
import { formatIpv6, ipv6Count, ipv6Prefix, parseIpv6 } from '../text/ipv6.ts';
import type { Transport } from '../text/transport.ts';
import { accept, type Reader, type Reading, reject } from './reading.ts';
import { readPort } from './units.ts';

/** More source addresses than that make tables that no run needs; a slip in a range easily asks for millions. */
export const MOST_ADDRESSES = 4096;

const DOTTED = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const LIKE_IPV6 = /^\[?[\da-f]*:[\da-f:.]*\]?(?:%\w+)?$/i;
const IPV6 = '[\\dA-Fa-f:.]*:[\\dA-Fa-f:.]*';
export const ADDRESS_PATTERN = `^(\\d{1,3}(\\.\\d{1,3}){3}|${IPV6})$`;
export const ENDPOINT_PATTERN = `^(\\d{1,3}(\\.\\d{1,3}){3}|\\[${IPV6}\\]):\\d{1,5}$`;

const AN_ADDRESS = 'must be an address, like 10.0.0.1 or fd00::1';
const OF_A_HOST = 'must be an address that a host can have';

/** `10.244.1.5`, `fd00:2::5`: one address that a host can have; IPv6 in the form of RFC 5952, however it was written. */
export const readHost: Reader<string> = (raw) => {
  if (typeof raw !== 'string') return reject(AN_ADDRESS);
  if (LIKE_IPV6.test(raw)) return readIpv6(raw);
  if (DOTTED.test(raw)) return readIpv4(raw);
  const host = raw.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1');
  const hasPort = host !== raw && (DOTTED.test(host) || parseIpv6(host) !== null);
  return reject(AN_ADDRESS, hasPort ? `without the port: ${host}` : null);
};

function readIpv4(raw: string): Reading<string> {
  for (const part of raw.split('.')) {
    if (Number(part) > 255) return reject(AN_ADDRESS, `${part} is more than 255`);
    if (part.length > 1 && part.startsWith('0'))
      return reject(AN_ADDRESS, `write ${Number(part)} for ${part}`);
  }
  const first = Number(raw.slice(0, raw.indexOf('.')));
  return first === 0 || first >= 224 ? reject(OF_A_HOST) : accept(raw);
}

function readIpv6(raw: string): Reading<string> {
  const bare = raw.replace(/^\[|\]$|%\w+$/g, '');
  const words = parseIpv6(bare);
  if (words === null) return reject(AN_ADDRESS);
  if (bare !== raw) return reject(AN_ADDRESS, `write ${formatIpv6(words)}`);
  const [first, second, third, last] = words;
  const isLow = first === 0 && second === 0;
  if (isLow && third === 0xffff) return reject(OF_A_HOST, `this is IPv4: write ${formatAddress(last)}`);
  if (isLow && third === 0 && last <= 1) return reject(OF_A_HOST);
  if (first >>> 24 === 0xff) return reject(OF_A_HOST, 'ff00::/8 is multicast');
  if (first >>> 22 === 0x3fa)
    return reject(OF_A_HOST, 'fe80::/10 is of one link only: no service has such an address');
  return accept(formatIpv6(words));
}

const AN_ENDPOINT = 'must be an address and a port, like 10.96.0.1:80 or [fd00::1]:80';

/** `10.96.0.1:80`, `[fd00::1]:80`, in the form of readHost. */
export const readEndpoint: Reader<string> = (raw) => endpointOf(raw, 1);

/** A real server: `10.244.1.2:8080`, or with port 0, which stands for the port that the client asked for. */
export const readRealServer: Reader<string> = (raw) => endpointOf(raw, 0);

/** One of the addresses of a service by mark: `10.96.0.10:443`, or with its protocol before it, `udp:10.96.0.10:53`. */
export interface Target {
  /** Null for the service's own. */
  readonly protocol: Transport | null;
  readonly address: string;
}

export const TARGET_PATTERN = `^((tcp|udp|sctp):)?${ENDPOINT_PATTERN.slice(1)}`;

export const readTarget: Reader<string> = (raw) => {
  if (typeof raw !== 'string') return endpointOf(raw, 1);
  const reading = endpointOf(parseTarget(raw).address, 1);
  return reading.ok ? accept(raw) : reading;
};

/** A text that has been checked. */
export function parseTarget(text: string): Target {
  const [, protocol = null, address] = /^(?:(tcp|udp|sctp):)?(.*)$/su.exec(text)!;
  return { protocol: protocol as Target['protocol'], address: address! };
}

export const PORT_WANTED = 'must end with a port from 1 to 65535';

function endpointOf(raw: unknown, lowest: 0 | 1): Reading<string> {
  if (typeof raw !== 'string') return reject(AN_ENDPOINT);
  const colon = raw.lastIndexOf(':');
  const isIpv6 = raw.startsWith('[');
  if (colon < 0) return reject(AN_ENDPOINT, DOTTED.test(raw) ? `the port is missing: ${raw}:80` : null);
  if (!isIpv6 && raw.indexOf(':') !== colon) {
    const words = parseIpv6(raw);
    return reject(
      AN_ENDPOINT,
      words === null ? null : `IPv6 in brackets, then the port: [${formatIpv6(words)}]:80`,
    );
  }
  if (isIpv6 && raw.endsWith(']')) return reject(AN_ENDPOINT, `the port is missing: ${raw}:80`);
  const bare = raw.slice(0, colon);
  const bracketed = isIpv6 && bare.endsWith(']') ? bare.slice(1, -1) : bare;
  if (isIpv6 !== bracketed.includes(':')) return reject(AN_ENDPOINT);
  const host = readHost(bracketed);
  // "Like 10.0.0.1" would mislead where a port is wanted too.
  if (!host.ok) return host.message === AN_ADDRESS ? reject(AN_ENDPOINT, host.hint) : host;
  const port = lowest === 0 && raw.endsWith(':0') ? 0 : readPort(raw.slice(colon + 1));
  if (port === null) return reject(PORT_WANTED);
  return accept(endpointText(host.value, port));
}

const A_NETWORK = 'must be a range of addresses like 10.244.0.0/16 or fd00:8::/64';

/** `10.244.0.0/16`, `fd00:8::/64` */
export const readNetwork: Reader<string> = (raw) => {
  const [address = '', bits = '', ...rest] = typeof raw === 'string' ? raw.split('/') : [];
  const length = Number(bits);
  const words = parseIpv6(address);
  if (rest.length > 0 || !/^\d{1,3}$/.test(bits)) return reject(A_NETWORK);
  if (words !== null) {
    if (length > 128) return reject(A_NETWORK);
    return networkOf(formatIpv6(words), formatIpv6(ipv6Prefix(words, length)), length);
  }
  const host = readHost(address);
  if (!host.ok || length > 32) return reject(A_NETWORK);
  return networkOf(address, formatAddress(parseIpv4(address)! & maskOf(length)), length);
};

function networkOf(written: string, first: string, length: number): Reading<string> {
  if (written === first) return accept(`${written}/${length}`);
  return reject('has bits beyond its length', `did you mean ${first}/${length}?`);
}

/** What a node has in each family, one or both: `192.168.0.1`, `192.168.0.1,fd00::1` as Kubernetes writes it, or a list. */
function ofEachFamily(read: Reader<string>): Reader<readonly string[]> {
  return (raw) => {
    const items = Array.isArray(raw) ? raw : typeof raw === 'string' ? raw.split(',') : [raw];
    if (items.length === 0) return reject('must not be empty');
    const values: string[] = [];
    for (const item of items) {
      const reading = read(typeof item === 'string' ? item.trim() : item);
      if (!reading.ok) return reading;
      const family = familyOf(reading.value);
      if (values.some((each) => familyOf(each) === family))
        return reject(`must be one of each family at most: there are two of IPv${family}`);
      values.push(reading.value);
    }
    return accept(values);
  };
}

export const readNodeAddress = ofEachFamily(readHost);
export const readPodRange = ofEachFamily(readNetwork);

/** The same in the effective scenario, which has a list only where there are both; none where it is absent. */
export function oneOrBoth(value: string | readonly string[] | undefined): string[] {
  return value === undefined ? [] : [value].flat();
}

/** The way back. */
export function asOneOrBoth(values: readonly string[]): string | readonly string[] {
  return values.length === 1 ? values[0]! : values;
}

/** `255.255.255.0`, or the length of an IPv6 prefix, 1 to 127; the value is kept. */
export const readNetmask: Reader<string | number> = (raw) => {
  if (typeof raw === 'string' && NETMASKS.has(raw)) return accept(raw);
  const length = typeof raw === 'string' && /^\d{1,3}$/.test(raw) ? Number(raw) : raw;
  return typeof length === 'number' && Number.isInteger(length) && length >= 1 && length <= 127
    ? accept(length)
    : reject('must be a netmask, like 255.255.255.0, or the length of an IPv6 prefix, like 64');
};

/** A netmask of IPv4 that has been read, as a signed number. */
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

const A_RANGE = 'must be an address or a range, like 10.0.0.1-10.0.0.4 or fd00::1-fd00::4';

/** One item of a client's addresses: `10.0.0.1` or `10.0.0.1-10.0.0.4`, as a list of addresses. */
export const readAddressRange: Reader<readonly string[]> = (raw) => {
  if (typeof raw !== 'string') return reject(A_RANGE);
  const [from, to, ...rest] = raw.split('-').map((part) => part.trim());
  if (rest.length > 0) return reject(A_RANGE);
  const first = readHost(from);
  if (!first.ok) return first;
  if (to === undefined) return accept([first.value]);
  const last = readHost(to);
  if (!last.ok) return last;
  if (familyOf(first.value) !== familyOf(last.value)) {
    return reject('is a range from one address family to the other', 'write two');
  }
  const count = countOf(first.value, last.value);
  if (count < 1) {
    return reject('is a range whose first address is above its last', `did you mean ${to}-${from}?`);
  }
  if (count > MOST_ADDRESSES)
    return reject(`spans ${count} addresses; at most ${MOST_ADDRESSES} are possible`);
  return accept(Array.from({ length: Number(count) }, (_, i) => addressAfter(first.value, i)));
};

/** How many addresses a range has, both ends included. */
function countOf(first: string, last: string): number | bigint {
  const [one, other] = [parseIpv6(first), parseIpv6(last)];
  return one === null || other === null ? parseIpv4(last)! - parseIpv4(first)! + 1 : ipv6Count(one, other);
}

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
