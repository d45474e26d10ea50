/** net/ipv4/tcp_input.c and include/net/tcp.h: how long a segment waits for its acknowledgement. */
import type { TcpStack } from './tcp.ts';
import { TCP_SYN_RECV, TCP_SYN_SENT } from './tcp_states.ts';

/** TCP_TIMEOUT_INIT. */
const INITIAL_RTO_S = 1;
/** TCP_RTO_MIN is a fifth of a second. */
export const RTO_MIN_PER_SECOND = 5;
/** TCP_RTO_MAX. */
export const RTO_MAX_S = 120;
/** net.ipv4.tcp_fin_timeout. */
export const FIN_TIMEOUT_S = 60;

/** The retransmission timeout in jiffies, as far as it has grown. */
export function tcp_rto(stack: TcpStack, sock: number): number {
  const { socks } = stack;
  const host = stack.hosts[socks.host[sock]!]!;
  const { hz } = host.timers;
  const state = socks.state[sock]!;
  const retransmits = socks.retransmits[sock]!;
  // tcp_retransmit_timer(), v6.5: the first timeouts are equally long.
  if (state === TCP_SYN_SENT) return synRto(Math.max(0, retransmits - host.features.synLinearTimeouts), hz);
  if (state === TCP_SYN_RECV) return synRto(retransmits, hz);
  // tcp_set_rto(): on a steady path the smoothed round trip time and the least allowed deviation.
  return backedOff(Math.ceil(hz / RTO_MIN_PER_SECOND) + socks.rtt[sock]!, retransmits, hz);
}

/** The same of a handshake's first segment, after so many doublings. */
export function synRto(doublings: number, hz: number): number {
  return backedOff(INITIAL_RTO_S * hz, doublings, hz);
}

function backedOff(base: number, doublings: number, hz: number): number {
  if (doublings === 0) return base;
  return Math.min(base * 2 ** Math.min(doublings, 30), RTO_MAX_S * hz);
}
