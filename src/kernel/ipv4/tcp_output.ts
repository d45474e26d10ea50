/** net/ipv4/tcp_output.c: segments on their way out. */

import { isIpv6Number } from '../../text/address_book.ts';
import { IPPROTO_TCP, TH_ACK, TH_FIN, TH_PUSH, TH_RST, TH_SYN } from '../sk_buff.ts';
import { NOTE_SHIFT, SOCK_KEEPOPEN, SOCK_MESSAGE_MASK, SOCK_TSTAMP } from './inet_sock.ts';
import type { TcpStack } from './tcp.ts';
import { tcp_rto } from './tcp_rto.ts';
import {
  TCP_CLOSE_WAIT,
  TCP_CLOSING,
  TCP_FIN_WAIT1,
  TCP_LAST_ACK,
  TCP_SYN_RECV,
  TCP_SYN_SENT,
} from './tcp_states.ts';
import { timestampNow } from './tcp_timestamps.ts';

/** Payload of a full segment: Ethernet's 1500 bytes less the headers. */
const TCP_MSS = 1460;
const TCP_MSS_IPV6 = 1440;

/** A packet from this stack's end of a connection to the other; the caller fills in the rest and sends it. */
export function allocSegment(stack: TcpStack, caddr: number, cport: number, service: number): number {
  const { skbs, services } = stack;
  const skb = skbs.alloc();
  if (stack.isClient) {
    skbs.setEnds(skb, caddr, cport, services.addr[service]!, services.port[service]!);
  } else {
    skbs.setEnds(skb, services.addr[service]!, services.port[service]!, caddr, cport);
  }
  skbs.setProtocol(skb, IPPROTO_TCP);
  skbs.setLen(skb, 0);
  return skb;
}

/** ip_queue_xmit(). */
export function xmit(stack: TcpStack, service: number, skb: number): void {
  stack.counters.packets++;
  if (stack.tap !== null) stack.tap.packet(stack.point, skb, true);
  stack.routes[service]!.send(skb);
}

/** tcp_transmit_skb(). */
function transmit(stack: TcpStack, sock: number, flags: number, seq: number, len: number): void {
  const { skbs, socks } = stack;
  const service = socks.service[sock]!;
  const skb = allocSegment(stack, socks.caddr[sock]!, socks.cport[sock]!, service);
  skbs.setFlags(skb, flags);
  skbs.setSeq(skb, seq);
  skbs.setAck(skb, (flags & TH_ACK) !== 0 ? socks.rcv_nxt[sock]! : 0);
  skbs.setLen(skb, len);
  const message = socks.flags[sock]! & SOCK_MESSAGE_MASK;
  skbs.setMessage(skb, stack.notes === null ? message : message | (stack.notes.note[sock]! << NOTE_SHIFT));
  if (stack.isClient && (socks.flags[sock]! & SOCK_TSTAMP) !== 0) {
    skbs.setTsval(skb, timestampNow(stack, socks.timestamp[sock]!));
  }
  // A bare acknowledgement is never sent again.
  const retransmits = socks.retransmits[sock]!;
  if (retransmits !== 0 && (flags !== TH_ACK || len > 0)) skbs.setRetransmission(skb, retransmits);
  xmit(stack, service, skb);
}

/** The segments of a message from `seq` on; the last one carries PSH, which tells the reader that it is complete. */
function transmitData(stack: TcpStack, sock: number, seq: number, len: number): void {
  const mss = isIpv6Number(stack.socks.caddr[sock]!) ? TCP_MSS_IPV6 : TCP_MSS;
  let left = len;
  let at = seq;
  while (left > mss) {
    transmit(stack, sock, TH_ACK, at, mss);
    at = (at + mss) | 0;
    left -= mss;
  }
  transmit(stack, sock, TH_ACK | TH_PUSH, at, left);
}

/** inet_csk_reset_xmit_timer(ICSK_TIME_RETRANS). */
export function resetTimer(stack: TcpStack, sock: number): void {
  const { timers } = stack.hosts[stack.socks.host[sock]!]!;
  timers.mod(sock, timers.jiffies + tcp_rto(stack, sock));
}

/** TCP_TIMEOUT_MIN. */
const TIMEOUT_MIN_JIFFIES = 2;

/**
 * tcp_rcv_synsent_state_process(): the answer to the first SYN was meant for an old connection, which the reset that it gets
 * clears away, so the SYN is sent again at once.
 */
export function resendSynSoon(stack: TcpStack, sock: number): void {
  const { timers, features } = stack.hosts[stack.socks.host[sock]!]!;
  if (features.resendsSynSoon) timers.mod(sock, timers.jiffies + TIMEOUT_MIN_JIFFIES);
}

/** Nothing is outstanding: what is left is tcp_keepalive_timer(), if the application wants it. */
export function idleTimer(stack: TcpStack, sock: number): void {
  const { timers } = stack.hosts[stack.socks.host[sock]!]!;
  if ((stack.socks.flags[sock]! & SOCK_KEEPOPEN) === 0) timers.del(sock);
  else timers.mod(sock, timers.jiffies + stack.app.options(sock).keepalive!.time_s * timers.hz);
}

/** tcp_send_syn(): the first segment of a client; snd_una holds its initial sequence number. */
export function sendSyn(stack: TcpStack, sock: number): void {
  const { socks } = stack;
  socks.rtt[sock] = stack.hosts[socks.host[sock]!]!.timers.jiffies;
  transmit(stack, sock, TH_SYN, socks.snd_una[sock]!, 0);
  resetTimer(stack, sock);
}

/** tcp_v4_send_synack(). */
export function sendSynAck(stack: TcpStack, sock: number): void {
  const { socks } = stack;
  socks.rtt[sock] = stack.hosts[socks.host[sock]!]!.timers.jiffies;
  transmit(stack, sock, TH_SYN | TH_ACK, socks.snd_una[sock]!, 0);
}

export function tcp_send_ack(stack: TcpStack, sock: number): void {
  transmit(stack, sock, TH_ACK, stack.socks.snd_nxt[sock]!, 0);
}

/** tcp_xmit_probe_skb(): an acknowledgement one byte too early, which the peer has to correct. */
export function tcp_xmit_probe_skb(stack: TcpStack, sock: number): void {
  transmit(stack, sock, TH_ACK, stack.socks.snd_una[sock]! - 1, 0);
}

/** tcp_sendmsg(): a whole message of at least one byte; all before it has been acknowledged or will be. */
export function tcp_sendmsg(stack: TcpStack, sock: number, len: number, message: number): void {
  const { socks } = stack;
  const seq = socks.snd_nxt[sock]!;
  socks.flags[sock] = (socks.flags[sock]! & ~SOCK_MESSAGE_MASK) | message;
  socks.snd_nxt[sock] = seq + len;
  transmitData(stack, sock, seq, len);
  resetTimer(stack, sock);
}

/** tcp_close() of a connection that has nothing left to send: the FIN. */
export function tcp_send_fin(stack: TcpStack, sock: number): void {
  const { socks } = stack;
  const seq = socks.snd_nxt[sock]!;
  socks.state[sock] = socks.state[sock] === TCP_CLOSE_WAIT ? TCP_LAST_ACK : TCP_FIN_WAIT1;
  socks.snd_nxt[sock] = seq + 1;
  transmit(stack, sock, TH_FIN | TH_ACK, seq, 0);
  resetTimer(stack, sock);
}

/** tcp_send_active_reset(): the connection ends here and now. */
export function tcp_send_active_reset(stack: TcpStack, sock: number): void {
  transmit(stack, sock, TH_RST | TH_ACK, stack.socks.snd_nxt[sock]!, 0);
}

/** tcp_retransmit_skb() for everything from snd_una on. */
export function retransmit(stack: TcpStack, sock: number): void {
  const { socks } = stack;
  const state = socks.state[sock]!;
  if (state === TCP_SYN_SENT) {
    stack.counters.synRetransmits++;
    sendSyn(stack, sock);
    clampToUserTimeout(stack, sock);
    return;
  }
  if (state === TCP_SYN_RECV) {
    sendSynAck(stack, sock);
  } else {
    const una = socks.snd_una[sock]!;
    const finSent = state === TCP_FIN_WAIT1 || state === TCP_LAST_ACK || state === TCP_CLOSING;
    const end = finSent ? (socks.snd_nxt[sock]! - 1) | 0 : socks.snd_nxt[sock]!;
    if (una !== end) transmitData(stack, sock, una, (end - una) | 0);
    if (finSent) transmit(stack, sock, TH_FIN | TH_ACK, end, 0);
  }
  resetTimer(stack, sock);
  clampToUserTimeout(stack, sock);
}

/** tcp_clamp_rto_to_user_timeout(), for a socket that has sent something again. */
function clampToUserTimeout(stack: TcpStack, sock: number): void {
  const { userTimeout_ms } = stack.app.options(sock);
  const { timers, features } = stack.hosts[stack.socks.host[sock]!]!;
  if (userTimeout_ms === 0 || !features.clampsToUserTimeout) return;
  const end = stack.socks.retransStamp[sock]! + Math.ceil((userTimeout_ms * timers.hz) / 1000);
  if (end < timers.expires(sock)) timers.mod(sock, Math.max(end, timers.jiffies + 1));
}

/** tcp_v4_send_reset(): the answer to a segment that belongs to no socket, or not to this one. */
export function sendReset(
  stack: TcpStack,
  caddr: number,
  cport: number,
  service: number,
  flags: number,
  seq: number,
  ack: number,
  len: number,
): void {
  const { skbs } = stack;
  const skb = allocSegment(stack, caddr, cport, service);
  if ((flags & TH_ACK) !== 0) {
    skbs.setFlags(skb, TH_RST);
    skbs.setSeq(skb, ack);
    skbs.setAck(skb, 0);
  } else {
    skbs.setFlags(skb, TH_RST | TH_ACK);
    skbs.setSeq(skb, 0);
    skbs.setAck(skb, seq + len + ((flags & TH_SYN) !== 0 ? 1 : 0) + (flags & TH_FIN));
  }
  xmit(stack, service, skb);
}
