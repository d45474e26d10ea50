/** One packet in words, for traces, ladders, `why` and packet comments. */
import type { TraceEvent, TracePacket } from '../../measure/trace.ts';
import { endpointText, familyOf } from '../../text/endpoint.ts';
import { sctpChunkName, sctpChunkType } from '../../text/sctp_chunk.ts';

const TCP_FLAGS = [
  [0x02, 'SYN'],
  [0x01, 'FIN'],
  [0x04, 'RST'],
  [0x08, 'PSH'],
  [0x10, 'ACK'],
] as const;

const ICMP_TEXT: Readonly<Record<number, string>> = {
  49: 'ICMP host unreachable',
  50: 'ICMP protocol unreachable',
  51: 'ICMP port unreachable',
  19: 'ICMPv6 address unreachable',
  20: 'ICMPv6 port unreachable',
  65: 'ICMPv6 unknown next header',
};

/** `SYN`, `SYN+ACK`, `PSH+ACK 612 bytes`, `INIT`, `DATA 612 bytes`, `ICMP port unreachable`. */
export function packetKind({ protocol, flags, length }: TracePacket, unit = ' bytes'): string {
  if (protocol === 'icmp') return ICMP_TEXT[flags] ?? `ICMP ${flags >> 4}/${flags & 15}`;
  const bytes = length > 0 ? ` ${length}${unit}` : '';
  if (protocol === 'udp') return `UDP${bytes}`;
  if (protocol === 'sctp') return `${sctpChunkName(sctpChunkType(flags)) ?? 'SCTP'}${bytes}`;
  const names = TCP_FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
  return (names.join('+') || 'no flags') + bytes;
}

/** `10.0.0.1:32770 > 10.96.0.1:80`; an ICMP error names the connection that it is about. */
export function packetAddresses(packet: TracePacket): string {
  const { protocol, source, sourcePort, destination, destinationPort, tunnel } = packet;
  if (protocol === 'icmp')
    return `${source} > ${destination} about port ${sourcePort} to port ${destinationPort}`;
  const inner = `${endpointText(source, sourcePort)} > ${endpointText(destination, destinationPort)}`;
  return tunnel === null
    ? inner
    : `${inner} (in ${familyOf(source) === 6 ? 'IPv6' : 'IPIP'} ${tunnel.source} > ${tunnel.destination})`;
}

/** ` again (2)` for the second retransmission, empty for a first transmission. */
export function againText({ retransmission }: TracePacket): string {
  return retransmission === 0 ? '' : ` again (${retransmission})`;
}

/** `ip_vs_in(): branch (state=TIME_WAIT, expires=3)` */
export function decisionText(event: Extract<TraceEvent, { kind: 'decision' }>): string {
  const values = Object.entries(event.values).map(([name, value]) => `${name}=${value}`);
  const seen = values.length === 0 ? '' : ` (${values.join(', ')})`;
  return `${event.kernelFunction}(): ${event.branch}${seen}`;
}

/** The host that a packet has reached, or is on its way to: behind IPVS the real server, whatever the header says. */
export function packetTarget({ realServer, destination, destinationPort }: TracePacket): string {
  return realServer ?? endpointText(destination, destinationPort);
}
