/** From a captured frame to the headers of its IPv4 packet. */
import type { CapturedPacket } from './packet.ts';

export type LinkType = 'ethernet' | 'cooked' | 'cooked2' | 'raw' | 'null' | 'loop';

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const VLAN: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);
const MOST_VLANS = 3;
export const TCP = 6;
export const UDP = 17;
export const ICMP = 1;

/** Fills in the packet; returns why it says nothing here, or null. */
export function ipv4In(bytes: DataView, link: LinkType, packet: CapturedPacket): string | null {
  const at = networkOffset(bytes, link);
  if (typeof at === 'string') return at;
  if (bytes.byteLength <= at) return 'cut off before the IP header';
  const version = bytes.getUint8(at) >> 4;
  if (version === 6) return 'of IPv6';
  if (version !== 4) return 'without IP';
  if (bytes.byteLength < at + 20) return 'cut off within the IP header';
  const header = (bytes.getUint8(at) & 0x0f) * 4;
  if (header < 20) return 'with a damaged IP header';
  if ((bytes.getUint16(at + 6) & 0x1fff) !== 0) return 'that are later fragments';
  packet.protocol = bytes.getUint8(at + 9);
  packet.source = bytes.getUint32(at + 12);
  packet.destination = bytes.getUint32(at + 16);
  // Segmentation offload leaves 0 in the header of packets longer than it can tell.
  const total = bytes.getUint16(at + 2) || bytes.byteLength - at;
  return transport(bytes, at + header, total - header, packet);
}

/** Where the network layer begins, or why there is none. */
function networkOffset(bytes: DataView, link: LinkType): number | string {
  const type = { ethernet: 12, cooked: 14, cooked2: 0 };
  if (link === 'raw') return 0;
  if (link === 'null' || link === 'loop') {
    if (bytes.byteLength < 4) return 'cut off before the IP header';
    // AF_INET is 2 everywhere; the byte order of `null` is the capturing machine's.
    return bytes.getUint32(0) === 2 || bytes.getUint32(0, true) === 2 ? 4 : 'without IPv4';
  }
  let at = type[link];
  if (bytes.byteLength < at + 2) return 'cut off before the IP header';
  let ethertype = bytes.getUint16(at);
  for (let vlans = 0; VLAN.has(ethertype) && vlans < MOST_VLANS && link !== 'cooked2'; vlans++) {
    at += 4;
    if (bytes.byteLength < at + 2) return 'cut off before the IP header';
    ethertype = bytes.getUint16(at);
  }
  if (ethertype === ETHERTYPE_IPV6) return 'of IPv6';
  if (ethertype !== ETHERTYPE_IPV4) return 'without IP';
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
  packet.sourcePort = bytes.getUint16(inner + header);
  packet.destinationPort = bytes.getUint16(inner + header + 2);
  packet.length = 0;
  return null;
}
