/** Addresses and endpoints as text that has been checked: `10.0.0.1` and `10.0.0.1:80`, `fd00::1` and `[fd00::1]:80`. */
import { formatAddress, parseIpv4 } from './ipv4.ts';
import { formatIpv6, ipv6After, parseIpv6 } from './ipv6.ts';

export type Family = 4 | 6;

/** Of an address, an endpoint or a network. */
export function familyOf(text: string): Family {
  return text.startsWith('[') || text.indexOf(':') !== text.lastIndexOf(':') ? 6 : 4;
}

/** The address of an endpoint, without brackets. */
export function hostOf(endpoint: string): string {
  const host = endpoint.slice(0, endpoint.lastIndexOf(':'));
  return host.startsWith('[') ? host.slice(1, -1) : host;
}

export function portOf(endpoint: string): number {
  return Number(endpoint.slice(endpoint.lastIndexOf(':') + 1));
}

/** An IPv6 address gets its brackets. */
export function endpointText(host: string, port: number | string): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The address that comes `count` after another one. */
export function addressAfter(host: string, count = 1): string {
  const words = parseIpv6(host);
  return words === null ? formatAddress(parseIpv4(host)! + count) : formatIpv6(ipv6After(words, count));
}
