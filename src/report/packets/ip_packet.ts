/** A traced packet as it would be on the wire: IPv4 or IPv6 with TCP, UDP, SCTP or ICMP inside, checksums right. */
import type { TracePacket } from '../../measure/trace.ts';
import { TRANSPORT_NUMBERS, type Transport } from '../../text/transport.ts';
import { addressWords } from '../instant/printf.ts';
import { sctpPacket } from './sctp_packet.ts';

const PROTOCOL = { ...TRANSPORT_NUMBERS, icmp: 1, ipip: 4, ipv6: 41, icmpv6: 58 } as const;
/** Hop limit in IPv6. */
const TTL = 64;
/** What every endpoint of the model advertises. */
const WINDOW = 64000;

/**
 * The whole packet; bytes of the payload are zeros, for the model knows only how many there are. An ICMP error
 * quotes the packet that it answers: `answers` is that one's protocol.
 */
export function ipPacket(packet: TracePacket, answers: Transport = 'tcp'): Uint8Array {
  const { source, destination, tunnel } = packet;
  const body = payload(packet, answers);
  if (addressWords(source).length > 1) {
    const inner = ipv6(source, destination, protocolOf(packet), body);
    return tunnel === null ? inner : ipv6(tunnel.source, tunnel.destination, PROTOCOL.ipv6, inner);
  }
  const inner = ipv4(source, destination, protocolOf(packet), body, packet.id);
  return tunnel === null ? inner : ipv4(tunnel.source, tunnel.destination, PROTOCOL.ipip, inner, packet.id);
}

function protocolOf({ protocol, source }: TracePacket): number {
  return protocol === 'icmp' && addressWords(source).length > 1 ? PROTOCOL.icmpv6 : PROTOCOL[protocol];
}

function payload(packet: TracePacket, answers: Transport): Uint8Array {
  switch (packet.protocol) {
    case 'tcp':
      return tcp(packet);
    case 'udp':
      return udp(packet);
    case 'sctp':
      return sctpPacket(packet);
    case 'icmp':
      return icmp(packet, answers);
  }
}

function ipv4(
  source: string,
  destination: string,
  protocol: number,
  body: Uint8Array,
  id: number,
): Uint8Array {
  const bytes = new Uint8Array(20 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x45);
  view.setUint16(2, bytes.length);
  view.setUint16(4, id & 0xffff);
  view.setUint16(6, 0x4000);
  view.setUint8(8, TTL);
  view.setUint8(9, protocol);
  setAddresses(view, 12, source, destination);
  view.setUint16(10, checksum([bytes.subarray(0, 20)]));
  bytes.set(body, 20);
  return bytes;
}

/** Without extension headers and flow label. */
function ipv6(source: string, destination: string, nextHeader: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(40 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x60);
  view.setUint16(4, body.length);
  view.setUint8(6, nextHeader);
  view.setUint8(7, TTL);
  setAddresses(view, 8, source, destination);
  bytes.set(body, 40);
  return bytes;
}

/** One after the other, as all headers have them; returns where what follows them begins. */
function setAddresses(view: DataView, at: number, source: string, destination: string): number {
  const words = [...addressWords(source), ...addressWords(destination)];
  for (const [i, word] of words.entries()) view.setUint32(at + 4 * i, word);
  return at + 4 * words.length;
}

function tcp(packet: TracePacket): Uint8Array {
  const bytes = new Uint8Array(20 + packet.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, packet.sourcePort);
  view.setUint16(2, packet.destinationPort);
  view.setUint32(4, packet.seq);
  view.setUint32(8, packet.ack);
  view.setUint8(12, 0x50);
  view.setUint8(13, packet.flags & 0xff);
  view.setUint16(14, (packet.flags & 0x04) === 0 ? WINDOW : 0);
  view.setUint16(16, checksum([pseudoHeader(packet, bytes.length), bytes]));
  return bytes;
}

function udp(packet: TracePacket): Uint8Array {
  const bytes = new Uint8Array(8 + packet.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, packet.sourcePort);
  view.setUint16(2, packet.destinationPort);
  view.setUint16(4, bytes.length);
  // A sum of zero is written as its other form: zero itself means "no checksum".
  view.setUint16(6, checksum([pseudoHeader(packet, bytes.length), bytes]) || 0xffff);
  return bytes;
}

/** Destination unreachable: the first bytes of the packet that it answers follow the header. */
function icmp(packet: TracePacket, answers: Transport): Uint8Array {
  const head = new Uint8Array(8);
  const view = new DataView(head.buffer);
  view.setUint16(0, packet.sourcePort);
  view.setUint16(2, packet.destinationPort);
  if (answers === 'udp') view.setUint16(4, head.length);
  else view.setUint32(4, packet.seq);
  const { source, destination } = packet;
  const isIpv6 = addressWords(source).length > 1;
  const answered = isIpv6
    ? ipv6(destination, source, PROTOCOL[answers], head)
    : ipv4(destination, source, PROTOCOL[answers], head, 0);
  const bytes = new Uint8Array(8 + answered.length);
  bytes[0] = packet.flags >> 4;
  bytes[1] = packet.flags & 15;
  bytes.set(answered, 8);
  const covered = isIpv6 ? [pseudoHeader(packet, bytes.length), bytes] : [bytes];
  new DataView(bytes.buffer).setUint16(2, checksum(covered));
  return bytes;
}

/** What TCP, UDP and ICMPv6 sums cover besides their own bytes. */
function pseudoHeader(packet: TracePacket, length: number): Uint8Array {
  const isIpv6 = addressWords(packet.source).length > 1;
  const bytes = new Uint8Array(isIpv6 ? 40 : 12);
  const view = new DataView(bytes.buffer);
  const end = setAddresses(view, 0, packet.source, packet.destination);
  if (isIpv6) {
    view.setUint32(end, length);
    view.setUint8(end + 7, protocolOf(packet));
  } else {
    view.setUint8(end + 1, protocolOf(packet));
    view.setUint16(end + 2, length);
  }
  return bytes;
}

/** RFC 1071: the one's complement of the one's complement sum of 16-bit words. */
function checksum(parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    for (let index = 0; index < part.length; index += 2) sum += (part[index]! << 8) | (part[index + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
