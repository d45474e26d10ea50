/** A traced packet as it would be on the wire: IPv4 with TCP, UDP or ICMP inside, checksums right. */
import type { TracePacket } from '../../measure/trace.ts';
import { addressNumber } from '../instant/printf.ts';

const PROTOCOL = { icmp: 1, ipip: 4, tcp: 6, udp: 17 } as const;
const TTL = 64;
/** What every endpoint of the model advertises. */
const WINDOW = 64000;

/**
 * The whole packet; bytes of the payload are zeros, for the model knows only how many there are. An ICMP error
 * quotes the packet that it answers: `answers` is that one's protocol.
 */
export function ipPacket(packet: TracePacket, answers: 'tcp' | 'udp' = 'tcp'): Uint8Array {
  const { source, destination, tunnel } = packet;
  const inner = ipv4(source, destination, PROTOCOL[packet.protocol], payload(packet, answers), packet.id);
  if (tunnel === null) return inner;
  return ipv4(tunnel.source, tunnel.destination, PROTOCOL.ipip, inner, packet.id);
}

function payload(packet: TracePacket, answers: 'tcp' | 'udp'): Uint8Array {
  if (packet.protocol === 'tcp') return tcp(packet);
  return packet.protocol === 'udp' ? udp(packet) : icmp(packet, answers);
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
  view.setUint32(12, addressNumber(source));
  view.setUint32(16, addressNumber(destination));
  view.setUint16(10, checksum([bytes.subarray(0, 20)]));
  bytes.set(body, 20);
  return bytes;
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
function icmp(packet: TracePacket, answers: 'tcp' | 'udp'): Uint8Array {
  const head = new Uint8Array(8);
  const view = new DataView(head.buffer);
  view.setUint16(0, packet.sourcePort);
  view.setUint16(2, packet.destinationPort);
  if (answers === 'tcp') view.setUint32(4, packet.seq);
  else view.setUint16(4, head.length);
  const answered = ipv4(packet.destination, packet.source, PROTOCOL[answers], head, 0);
  const bytes = new Uint8Array(8 + answered.length);
  bytes[0] = packet.flags >> 4;
  bytes[1] = packet.flags & 15;
  bytes.set(answered, 8);
  new DataView(bytes.buffer).setUint16(2, checksum([bytes]));
  return bytes;
}

/** What TCP and UDP sums cover besides their own bytes. */
function pseudoHeader({ source, destination, protocol }: TracePacket, length: number): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, addressNumber(source));
  view.setUint32(4, addressNumber(destination));
  view.setUint8(9, PROTOCOL[protocol]);
  view.setUint16(10, length);
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
