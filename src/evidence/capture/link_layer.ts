/** From a captured frame to the headers of its IPv4 or IPv6 packet. */
import { type AddressBook, isIpv6Number } from '../../text/address_book.ts';
import type { Ipv6Words } from '../../text/ipv6.ts';
import type { CapturedPacket } from './packet.ts';

export type LinkType = 'ethernet' | 'cooked' | 'cooked2' | 'raw' | 'null' | 'loop';

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
/** AF_INET, which is 2 everywhere, and AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, macOS. */
const AF_INETS: ReadonlySet<number> = new Set([2, 10, 24, 28, 30]);
const VLAN: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);
const MOST_VLANS = 3;
export const TCP = 6;
export const UDP = 17;
const ICMP = 1;
const ICMPV6 = 58;
/** Headers between IPv6's own and the transport's: hop-by-hop, routing, fragment, destination options. */
const FRAGMENT = 44;
const EXTENSIONS: ReadonlySet<number> = new Set([0, 43, FRAGMENT, 60]);
const MOST_EXTENSIONS = 8;
/** More addresses than any client or node of a capture has; a flood of made-up ones has more. */
const MOST_ADDRESSES = 1_000_000;

/** Fills in the packet; returns why it says nothing here, or null. */
export function packetIn(
  bytes: DataView,
  link: LinkType,
  book: AddressBook,
  packet: CapturedPacket,
): string | null {
  const at = networkOffset(bytes, link);
  if (typeof at === 'string') return at;
  if (bytes.byteLength <= at) return 'cut off before the IP header';
  const version = bytes.getUint8(at) >> 4;
  if (version === 4) return ipv4(bytes, at, packet);
  return version === 6 ? ipv6(bytes, at, book, packet) : 'without IP';
}

function ipv4(bytes: DataView, at: number, packet: CapturedPacket): string | null {
  if (bytes.byteLength < at + 20) return 'cut off within the IP header';
  const header = (bytes.getUint8(at) & 0x0f) * 4;
  if (header < 20) return 'with a damaged IP header';
  if ((bytes.getUint16(at + 6) & 0x1fff) !== 0) return 'that are later fragments';
  packet.protocol = bytes.getUint8(at + 9);
  packet.source = bytes.getUint32(at + 12);
  packet.destination = bytes.getUint32(at + 16);
  if (isMulticast(packet)) return 'to a multicast group';
  // Segmentation offload leaves 0 in the header of packets longer than it can tell.
  const total = bytes.getUint16(at + 2) || bytes.byteLength - at;
  return transport(bytes, at + header, total - header, packet);
}

/** The numbers of such IPv4 addresses are those of IPv6 addresses in a book. */
function isMulticast({ source, destination }: CapturedPacket): boolean {
  return isIpv6Number(source) || isIpv6Number(destination);
}

function ipv6(bytes: DataView, at: number, book: AddressBook, packet: CapturedPacket): string | null {
  const header = transportOf6(bytes, at);
  if (typeof header === 'string') return header;
  const trouble = setAddresses(bytes, at, book, packet);
  if (trouble !== null) return trouble;
  packet.protocol = header.protocol;
  // Of a packet that is longer than it can tell the length is 0.
  const total = bytes.getUint16(at + 4) || bytes.byteLength - at - IPV6_HEADER;
  if (header.protocol === ICMPV6) return icmpv6Error(bytes, header.at, book, packet);
  if (header.protocol === ICMP) return 'of another protocol';
  return transport(bytes, header.at, total - (header.at - at - IPV6_HEADER), packet);
}

const IPV6_HEADER = 40;

/** Where the transport's header begins behind an IPv6 header, or why there is none. */
function transportOf6(bytes: DataView, start: number): { protocol: number; at: number } | string {
  if (bytes.byteLength < start + IPV6_HEADER) return 'cut off within the IP header';
  let protocol = bytes.getUint8(start + 6);
  let at = start + IPV6_HEADER;
  for (let headers = 0; EXTENSIONS.has(protocol); headers++) {
    if (headers === MOST_EXTENSIONS) return 'with a damaged IP header';
    if (bytes.byteLength < at + 8) return 'cut off within the IP header';
    const isFragment = protocol === FRAGMENT;
    if (isFragment && bytes.getUint16(at + 2) >> 3 !== 0) return 'that are later fragments';
    protocol = bytes.getUint8(at);
    at += isFragment ? 8 : 8 * (1 + bytes.getUint8(at + 1));
  }
  return { protocol, at };
}

function setAddresses(bytes: DataView, at: number, book: AddressBook, packet: CapturedPacket): string | null {
  const source = numberAt(bytes, at + 8, book);
  const destination = numberAt(bytes, at + 24, book);
  if (source === null || destination === null) return `of more than ${MOST_ADDRESSES} IPv6 addresses`;
  packet.source = source;
  packet.destination = destination;
  return null;
}

/** Null where the book is full. */
function numberAt(bytes: DataView, at: number, book: AddressBook): number | null {
  const word = (i: number) => bytes.getUint32(at + 4 * i);
  const words: Ipv6Words = [word(0), word(1), word(2), word(3)];
  return book.size < MOST_ADDRESSES ? book.numberOf(words) : book.known(words);
}

/** Where the network layer begins, or why there is none. */
function networkOffset(bytes: DataView, link: LinkType): number | string {
  const type = { ethernet: 12, cooked: 14, cooked2: 0 };
  if (link === 'raw') return 0;
  if (link === 'null' || link === 'loop') {
    if (bytes.byteLength < 4) return 'cut off before the IP header';
    // The byte order of `null` is the capturing machine's.
    return AF_INETS.has(bytes.getUint32(0)) || AF_INETS.has(bytes.getUint32(0, true)) ? 4 : 'without IP';
  }
  let at = type[link];
  if (bytes.byteLength < at + 2) return 'cut off before the IP header';
  let ethertype = bytes.getUint16(at);
  for (let vlans = 0; VLAN.has(ethertype) && vlans < MOST_VLANS && link !== 'cooked2'; vlans++) {
    at += 4;
    if (bytes.byteLength < at + 2) return 'cut off before the IP header';
    ethertype = bytes.getUint16(at);
  }
  if (ethertype !== ETHERTYPE_IPV4 && ethertype !== ETHERTYPE_IPV6) return 'without IP';
  return link === 'cooked2' ? 20 : at + 2;
}

function transport(bytes: DataView, at: number, length: number, packet: CapturedPacket): string | null {
  packet.icmp = 0;
  if (packet.protocol === TCP) {
    if (bytes.byteLength < at + 14) return 'cut off within the TCP header';
    packet.sourcePort = bytes.getUint16(at);
    packet.destinationPort = bytes.getUint16(at + 2);
    packet.seq = bytes.getUint32(at + 4);
    packet.ack = bytes.getUint32(at + 8);
    packet.flags = bytes.getUint8(at + 13);
    packet.length = Math.max(0, length - (bytes.getUint8(at + 12) >> 4) * 4);
    return null;
  }
  if (packet.protocol === UDP) {
    if (bytes.byteLength < at + 8) return 'cut off within the UDP header';
    packet.sourcePort = bytes.getUint16(at);
    packet.destinationPort = bytes.getUint16(at + 2);
    packet.length = Math.max(0, length - 8);
    return null;
  }
  if (packet.protocol === ICMP) return icmpError(bytes, at, packet);
  return 'of another protocol';
}

/** An error holds the beginning of the packet that it is about. */
function icmpError(bytes: DataView, at: number, packet: CapturedPacket): string | null {
  if (bytes.byteLength < at + 8 + 20 + 4) return 'of ICMP';
  const type = bytes.getUint8(at);
  if (type !== 3 && type !== 11) return 'of ICMP';
  const inner = at + 8;
  const header = (bytes.getUint8(inner) & 0x0f) * 4;
  if (header < 20 || bytes.byteLength < inner + header + 4) return 'of ICMP';
  packet.icmp = type * 256 + bytes.getUint8(at + 1);
  packet.source = bytes.getUint32(inner + 12);
  packet.destination = bytes.getUint32(inner + 16);
  if (isMulticast(packet)) return 'to a multicast group';
  packet.sourcePort = bytes.getUint16(inner + header);
  packet.destinationPort = bytes.getUint16(inner + header + 2);
  packet.length = 0;
  return null;
}

/** Destination unreachable and time exceeded, each told as what means the same in ICMP. */
function icmpv6Error(bytes: DataView, at: number, book: AddressBook, packet: CapturedPacket): string | null {
  if (bytes.byteLength < at + 8) return 'of ICMP';
  const type = bytes.getUint8(at);
  const code = bytes.getUint8(at + 1);
  if (type !== 1 && type !== 3) return 'of ICMP';
  const inner = at + 8;
  const header = transportOf6(bytes, inner);
  if (typeof header === 'string' || bytes.byteLength < header.at + 4) return 'of ICMP';
  const trouble = setAddresses(bytes, inner, book, packet);
  if (trouble !== null) return trouble;
  packet.icmp = type === 3 ? 11 * 256 + code : 3 * 256 + (UNREACHABLE[code] ?? ADMINISTRATIVELY);
  packet.sourcePort = bytes.getUint16(header.at);
  packet.destinationPort = bytes.getUint16(header.at + 2);
  packet.length = 0;
  return null;
}

/** ICMPv6's codes (no route, prohibited, beyond scope, address, port; RFC 4443) as those of ICMP. */
const UNREACHABLE: readonly number[] = [0, 13, 0, 1, 3];
const ADMINISTRATIVELY = 13;
