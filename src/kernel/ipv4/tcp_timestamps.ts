/**
 * TCP timestamps (RFC 7323): net/core/secure_seq.c, secure_tcp_ts_off() (secure_tcp_seq_and_ts_off() in v7.0), and tcp_clock_ms(). They decide whether a real
 * server takes a SYN for a connection that it still has in TIME_WAIT, which only happens where a NAT gives one client's source
 * port to another.
 */
import { mix } from '../../engine/hash_chains.ts';
import type { TcpStack } from './tcp.ts';

/** In place of a packet's time stamp. */
export const NO_TIMESTAMP = 0;

/** What a host adds to its clock: nothing, a number for each pair of hosts, or one for each connection. */
export type TimestampOffsets = 'none' | 'hosts' | 'connection';

/** net.ipv4.tcp_timestamps: without, with an offset where the kernel has one, and with the bare clock. */
export const TimestampMode = { off: 0, offset: 1, clock: 2 } as const;

const NS_PER_MS = 1e6;

/** tp->tsoffset of a new connection. */
export function timestampOffset(
  stack: TcpStack,
  offsets: TimestampOffsets,
  caddr: number,
  cport: number,
  service: number,
): number {
  if (offsets === 'none') return 0;
  const secret = stack.isnSecret ^ 0x7473;
  const daddr = stack.services.addr[service]!;
  if (offsets === 'hosts') return mix(caddr ^ secret, daddr, 0);
  return mix(caddr ^ secret, daddr, mix(cport, stack.services.port[service]!, secret));
}

/** tcp_time_stamp_raw() and the connection's offset, as the option carries them: 32 bits, of which 0 is left out. */
export function timestampNow(stack: TcpStack, offset: number): number {
  return (Math.floor(stack.simulation.now_ns / NS_PER_MS) + offset) | 0 || 1;
}

/** tcp_paws_check(), negated: whether a time stamp is older than the last one known of the same connection. */
export function isOlder(tsval: number, ts_recent: number): boolean {
  return ((tsval - ts_recent) | 0) < 0;
}
