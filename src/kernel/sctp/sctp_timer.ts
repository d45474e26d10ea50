/** net/sctp/sm_statefuns.c (v6.1): what happens when an association's timer fires. It has one here; which it is, its state says. */
import type { TcpStack } from '../ipv4/tcp.ts';
import { ETIMEDOUT } from '../ipv4/tcp_states.ts';
import { SctpState } from './association.ts';
import {
  RTO_MAX_S,
  sendCookieEcho,
  sendHeartbeat,
  sendInit,
  sendShutdown,
  sendShutdownAck,
  sendUnacknowledged,
  startHeartbeatTimer,
} from './sctp_output.ts';
import { sctp_fail } from './sctp_socket.ts';

/** net.sctp.max_retrans_init and net.sctp.max_retrans_association. */
const MAX_RETRANS_INIT = 8;
const MAX_RETRANS = 10;

export function sctp_timer(stack: TcpStack, sock: number): void {
  const { socks } = stack;
  const state = stack.sctp!.state[sock]!;
  if (state === SctpState.cookieWait || state === SctpState.cookieEchoed) {
    if (socks.retransmits[sock]! >= MAX_RETRANS_INIT) {
      sctp_fail(stack, sock, ETIMEDOUT);
      return;
    }
    socks.retransmits[sock]!++;
    if (state === SctpState.cookieEchoed) sendCookieEcho(stack, sock);
    else {
      stack.counters.synRetransmits++;
      sendInit(stack, sock);
    }
    return;
  }
  if (socks.retransmits[sock]! + socks.probes[sock]! >= MAX_RETRANS) {
    sctp_fail(stack, sock, ETIMEDOUT);
    return;
  }
  if (socks.snd_una[sock] === socks.snd_nxt[sock] && state === SctpState.established) {
    heartbeat(stack, sock);
    return;
  }
  backOff(stack, sock);
  socks.retransmits[sock]!++;
  if (state === SctpState.shutdownSent) sendShutdown(stack, sock);
  else if (state === SctpState.shutdownAckSent) sendShutdownAck(stack, sock);
  else sendUnacknowledged(stack, sock);
}

/** sctp_sf_sendbeat_8_3(). sctp_do_8_2_transport_strike(): it is an error only where the one before has no answer. */
function heartbeat(stack: TcpStack, sock: number): void {
  const { probes } = stack.socks;
  if (probes[sock]! > 0) backOff(stack, sock);
  probes[sock]!++;
  sendHeartbeat(stack, sock);
  startHeartbeatTimer(stack, sock);
}

function backOff(stack: TcpStack, sock: number): void {
  const { rto } = stack.sctp!;
  const { hz } = stack.hosts[stack.socks.host[sock]!]!.timers;
  rto[sock] = Math.min(rto[sock]! * 2, RTO_MAX_S * hz);
}
