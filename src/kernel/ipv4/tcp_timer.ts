/** net/ipv4/tcp_timer.c: what happens when a socket's timer fires. */

import { SOCK_READS } from './inet_sock.ts';
import type { TcpStack } from './tcp.ts';
import { tcp_write_err } from './tcp_input.ts';
import { retransmit, tcp_send_active_reset, tcp_xmit_probe_skb } from './tcp_output.ts';
import { RTO_MAX_S, RTO_MIN_PER_SECOND } from './tcp_rto.ts';
import {
  TCP_CLOSE_WAIT,
  TCP_CLOSING,
  TCP_ESTABLISHED,
  TCP_FIN_WAIT1,
  TCP_FIN_WAIT2,
  TCP_LAST_ACK,
  TCP_SYN_RECV,
  TCP_SYN_SENT,
} from './tcp_states.ts';

/** net.ipv4.tcp_synack_retries. */
const SYNACK_RETRIES = 5;
/** tcp_orphan_retries(): of a socket that its application has closed. */
const ORPHAN_RETRIES = 8;
/** tcp_model_timeout(): doublings of TCP_RTO_MIN until it is TCP_RTO_MAX, ilog2(120 s / 200 ms). */
const LINEAR_AFTER = 9;

/**
 * A socket has one timer here: tcp_write_timer() while something is not acknowledged, else tcp_keepalive_timer(),
 * which does nothing either as long as packets are under way.
 */
export function tcp_write_timer(stack: TcpStack, sock: number): void {
  const { socks, hosts } = stack;
  const state = socks.state[sock]!;
  if (
    socks.snd_una[sock] === socks.snd_nxt[sock] &&
    (state === TCP_ESTABLISHED || state === TCP_CLOSE_WAIT)
  ) {
    tcp_keepalive_timer(stack, sock);
    return;
  }
  if (isOutOfRetries(stack, sock)) {
    tcp_write_err(stack, sock);
    return;
  }
  // tcp_retransmit_skb(); that of a connection that is being opened begins with its first SYN (tcp_connect()).
  if (socks.retransmits[sock]++ === 0 && state !== TCP_SYN_SENT) {
    socks.retransStamp[sock] = hosts[socks.host[sock]!]!.timers.jiffies;
  }
  retransmit(stack, sock);
}

/** tcp_write_timeout(): whether the socket has tried often enough. */
function isOutOfRetries(stack: TcpStack, sock: number): boolean {
  const { socks } = stack;
  const retransmits = socks.retransmits[sock]!;
  switch (socks.state[sock]) {
    case TCP_SYN_SENT: {
      const { synRetries, userTimeout_ms } = stack.app.options(sock);
      const { features } = stack.hosts[socks.host[sock]!]!;
      if (retransmits >= synRetries + features.synLinearTimeouts) return true;
      return features.userTimeoutAtConnect && hasLasted(stack, sock, userTimeout_ms);
    }
    case TCP_SYN_RECV:
      return retransmits >= SYNACK_RETRIES;
    case TCP_FIN_WAIT2:
      return true;
    case TCP_FIN_WAIT1:
    case TCP_CLOSING:
      if ((socks.flags[sock]! & SOCK_READS) !== 0) return isTimedOut(stack, sock);
      return retransmits >= ORPHAN_RETRIES;
    case TCP_LAST_ACK:
      return retransmits >= ORPHAN_RETRIES;
    default:
      return isTimedOut(stack, sock);
  }
}

/**
 * retransmits_timed_out() of an established connection: tcp_retries2 is no number of attempts but the time that so
 * many would take from the first on, were the round trip time nil (tcp_model_timeout()). TCP_USER_TIMEOUT
 * takes its place.
 */
function isTimedOut(stack: TcpStack, sock: number): boolean {
  const { retries2, userTimeout_ms } = stack.app.options(sock);
  if (userTimeout_ms > 0) return hasLasted(stack, sock, userTimeout_ms);
  const doubled = (2 * 2 ** Math.min(retries2, LINEAR_AFTER) - 1) * (1000 / RTO_MIN_PER_SECOND);
  const linear = Math.max(0, retries2 - LINEAR_AFTER) * RTO_MAX_S * 1000;
  return hasLasted(stack, sock, doubled + linear);
}

/** Whether the first retransmission was so long ago; never where there was none, or for 0. */
function hasLasted(stack: TcpStack, sock: number, limit_ms: number): boolean {
  const { socks, hosts } = stack;
  if (limit_ms === 0 || socks.retransmits[sock] === 0) return false;
  const { timers } = hosts[socks.host[sock]!]!;
  return (timers.jiffies - socks.retransStamp[sock]!) * 1000 >= limit_ms * timers.hz;
}

/** tcp_keepalive_timer(): nothing has come for tcp_keepalive_time, or for tcp_keepalive_intvl after a probe. */
function tcp_keepalive_timer(stack: TcpStack, sock: number): void {
  const { socks, hosts } = stack;
  const { keepalive, userTimeout_ms } = stack.app.options(sock);
  if (keepalive === null) return;
  const sent = socks.probes[sock]!;
  const idle_ms = (keepalive.time_s + sent * keepalive.interval_s) * 1000;
  // With TCP_USER_TIMEOUT it is the time that counts, not the probes.
  const isOver = userTimeout_ms > 0 ? sent > 0 && idle_ms >= userTimeout_ms : sent >= keepalive.probes;
  if (isOver) {
    tcp_send_active_reset(stack, sock);
    tcp_write_err(stack, sock);
    return;
  }
  tcp_xmit_probe_skb(stack, sock);
  socks.probes[sock] = sent + 1;
  const { timers } = hosts[socks.host[sock]!]!;
  timers.mod(sock, timers.jiffies + keepalive.interval_s * timers.hz);
}
