/**
 * net/sctp/sm_make_chunk.c and outqueue.c (v6.1): chunks on their way out, one in each packet.
 *
 * Deviation: as with TCP (tcp.ts) there is no congestion control and no window, every DATA chunk is acknowledged at
 * once, one out of order is not kept, and a timeout sends again all that is not acknowledged. Linux bundles nothing
 * either with the chunks of a handshake or of a shutdown.
 */
import { isIpv6Number } from '../../text/address_book.ts';
import {
  SCTP_CHUNK_FLAG_T,
  SCTP_DATA_FIRST_FRAG,
  SCTP_DATA_LAST_FRAG,
  SctpChunk,
  sctpChunkType,
} from '../../text/sctp_chunk.ts';
import { SOCK_MESSAGE_MASK } from '../ipv4/inet_sock.ts';
import type { TcpStack } from '../ipv4/tcp.ts';
import { allocSegment, xmit } from '../ipv4/tcp_output.ts';
import { TCP_LAST_ACK } from '../ipv4/tcp_states.ts';
import { IPPROTO_SCTP } from '../sk_buff.ts';
import { SctpState } from './association.ts';

/** Payload of a full packet: Ethernet's 1500 bytes less the headers of IP, SCTP (12) and DATA (16). */
const FRAGMENT = 1452;
const FRAGMENT_IPV6 = 1432;
/** SCTP_RTO_INITIAL and SCTP_RTO_MAX; net.sctp.hb_interval. */
const RTO_INITIAL_S = 3;
export const RTO_MAX_S = 60;
const HB_INTERVAL_S = 30;

/** The client's end of an association, and the service. */
interface Ends {
  readonly caddr: number;
  readonly cport: number;
  readonly service: number;
}

/** A chunk from this stack's end: `ack` is an initiate tag, the cookie, or a TSN, as its type has it. */
export function sendChunk(stack: TcpStack, to: Ends, flags: number, tag: number, ack: number): void {
  xmit(stack, to.service, newChunk(stack, to.caddr, to.cport, to.service, flags, tag, ack));
}

function newChunk(
  stack: TcpStack,
  caddr: number,
  cport: number,
  service: number,
  flags: number,
  tag: number,
  ack: number,
): number {
  const { skbs } = stack;
  const skb = allocSegment(stack, caddr, cport, service);
  skbs.setProtocol(skb, IPPROTO_SCTP);
  skbs.setFlags(skb, flags);
  skbs.setSeq(skb, tag);
  skbs.setAck(skb, ack);
  skbs.setMessage(skb, 0);
  return skb;
}

/** The same of an association, which knows its peer's tag. */
function transmit(stack: TcpStack, sock: number, flags: number, ack: number, len = 0): void {
  const { skbs } = stack;
  const { caddr, cport, service, flags: ofSocket, retransmits } = stack.socks;
  const type = sctpChunkType(flags);
  const tag = type === SctpChunk.INIT ? 0 : stack.sctp!.peerTag[sock]!;
  const skb = newChunk(stack, caddr[sock]!, cport[sock]!, service[sock]!, flags, tag, ack);
  skbs.setLen(skb, len);
  skbs.setMessage(skb, ofSocket[sock]! & SOCK_MESSAGE_MASK);
  if (isRepeatable(type)) skbs.setRetransmission(skb, retransmits[sock]!);
  xmit(stack, service[sock]!, skb);
}

/** What a timeout sends again. */
function isRepeatable(type: number): boolean {
  switch (type) {
    case SctpChunk.INIT:
    case SctpChunk['COOKIE-ECHO']:
    case SctpChunk.DATA:
    case SctpChunk.SHUTDOWN:
    case SctpChunk['SHUTDOWN-ACK']:
      return true;
    default:
      return false;
  }
}

export function sendInit(stack: TcpStack, sock: number): void {
  transmit(stack, sock, SctpChunk.INIT, stack.sctp!.myTag[sock]!);
  startTimer(stack, sock, t1Timeout(stack, sock));
}

/** The cookie is what the server needs to know: here the client's own tag, which is its first TSN too. */
export function sendCookieEcho(stack: TcpStack, sock: number): void {
  transmit(stack, sock, SctpChunk['COOKIE-ECHO'], stack.sctp!.myTag[sock]!);
  startTimer(stack, sock, t1Timeout(stack, sock));
}

export function sendCookieAck(stack: TcpStack, sock: number): void {
  transmit(stack, sock, SctpChunk['COOKIE-ACK'], 0);
}

export function sendSack(stack: TcpStack, sock: number): void {
  transmit(stack, sock, SctpChunk.SACK, (stack.socks.rcv_nxt[sock]! - 1) | 0);
}

export function sendHeartbeatAck(stack: TcpStack, sock: number): void {
  transmit(stack, sock, SctpChunk['HEARTBEAT-ACK'], 0);
}

export function sendHeartbeat(stack: TcpStack, sock: number): void {
  transmit(stack, sock, SctpChunk.HEARTBEAT, 0);
}

export function sendShutdownComplete(stack: TcpStack, sock: number): void {
  transmit(stack, sock, SctpChunk['SHUTDOWN-COMPLETE'], 0);
}

export function sendAbort(stack: TcpStack, sock: number): void {
  transmit(stack, sock, SctpChunk.ABORT, 0);
}

/** sctp_sf_do_9_2_start_shutdown(): all that was sent has been acknowledged. */
export function sendShutdown(stack: TcpStack, sock: number): void {
  stack.sctp!.state[sock] = SctpState.shutdownSent;
  stack.socks.state[sock] = TCP_LAST_ACK;
  transmit(stack, sock, SctpChunk.SHUTDOWN, (stack.socks.rcv_nxt[sock]! - 1) | 0);
  startTimer(stack, sock, stack.sctp!.rto[sock]!);
}

/** sctp_sf_do_9_2_shutdown_ack() */
export function sendShutdownAck(stack: TcpStack, sock: number): void {
  stack.sctp!.state[sock] = SctpState.shutdownAckSent;
  stack.socks.state[sock] = TCP_LAST_ACK;
  transmit(stack, sock, SctpChunk['SHUTDOWN-ACK'], 0);
  startTimer(stack, sock, stack.sctp!.rto[sock]!);
}

/** sctp_sendmsg(): a whole message of at least one byte. The one before it has been answered, and so has arrived. */
export function sctp_sendmsg(stack: TcpStack, sock: number, len: number, message: number): void {
  const { socks, hosts } = stack;
  const { state, messageTsn, messageBytes, messageJiffy } = stack.sctp!;
  if (state[sock] !== SctpState.established) return;
  socks.flags[sock] = (socks.flags[sock]! & ~SOCK_MESSAGE_MASK) | message;
  messageTsn[sock] = socks.snd_nxt[sock]!;
  messageBytes[sock] = len;
  messageJiffy[sock] = hosts[socks.host[sock]!]!.timers.jiffies;
  socks.snd_nxt[sock]! += Math.ceil(len / fragmentOf(stack, sock));
  sendUnacknowledged(stack, sock);
}

/** Every DATA chunk that the peer has not acknowledged; the T3-rtx timer runs from here. */
export function sendUnacknowledged(stack: TcpStack, sock: number): void {
  const { socks } = stack;
  const { messageTsn, messageBytes, rto } = stack.sctp!;
  const fragment = fragmentOf(stack, sock);
  const end = socks.snd_nxt[sock]!;
  for (let tsn = socks.snd_una[sock]!; tsn !== end; tsn = (tsn + 1) | 0) {
    const isFirst = tsn === messageTsn[sock] ? SCTP_DATA_FIRST_FRAG : 0;
    const isLast = ((tsn + 1) | 0) === end ? SCTP_DATA_LAST_FRAG : 0;
    const before = ((tsn - messageTsn[sock]!) | 0) * fragment;
    const len = Math.min(fragment, messageBytes[sock]! - before);
    transmit(stack, sock, SctpChunk.DATA | isFirst | isLast, tsn, len);
  }
  startTimer(stack, sock, rto[sock]!);
}

/** Nothing is outstanding: the next to be sent by itself is a heartbeat. Deviation: without the jitter of half the timeout. */
export function startHeartbeatTimer(stack: TcpStack, sock: number): void {
  const { hz } = stack.hosts[stack.socks.host[sock]!]!.timers;
  startTimer(stack, sock, HB_INTERVAL_S * hz + stack.sctp!.rto[sock]!);
}

/** sctp_ootb_pkt_new(): to a peer whose packet belongs to no association; the tag is its own, reflected. */
export function sendReflected(stack: TcpStack, to: Ends, type: number, tag: number): void {
  sendChunk(stack, to, type | SCTP_CHUNK_FLAG_T, tag, 0);
}

/** RTO.Initial of the path, in jiffies. */
export function initialRto(stack: TcpStack, sock: number): number {
  return RTO_INITIAL_S * stack.hosts[stack.socks.host[sock]!]!.timers.hz;
}

/** sctp_cmd_t1_timer_update(): the handshake's timers double by themselves, up to max_init_timeo. */
function t1Timeout(stack: TcpStack, sock: number): number {
  const { hz } = stack.hosts[stack.socks.host[sock]!]!.timers;
  return Math.min(initialRto(stack, sock) * 2 ** stack.socks.retransmits[sock]!, RTO_MAX_S * hz);
}

function startTimer(stack: TcpStack, sock: number, jiffies: number): void {
  const { timers } = stack.hosts[stack.socks.host[sock]!]!;
  timers.mod(sock, timers.jiffies + jiffies);
}

function fragmentOf(stack: TcpStack, sock: number): number {
  return isIpv6Number(stack.socks.caddr[sock]!) ? FRAGMENT_IPV6 : FRAGMENT;
}
