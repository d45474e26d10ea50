/**
 * net/sctp/sm_statefuns.c (v6.1): what a chunk does to the association that it belongs to. A server keeps nothing of an INIT:
 * what it needs to know comes back in the COOKIE-ECHO.
 */
import { NO_NODE } from '../../engine/hash_chains.ts';
import { SCTP_CHUNK_FLAG_T, SCTP_DATA_LAST_FRAG, SctpChunk, sctpChunkType } from '../../text/sctp_chunk.ts';
import type { TcpStack } from '../ipv4/tcp.ts';
import { ECONNREFUSED, ECONNRESET, TCP_ESTABLISHED, TCP_LAST_ACK } from '../ipv4/tcp_states.ts';
import { SctpState } from './association.ts';
import {
  RTO_MAX_S,
  sendChunk,
  sendCookieAck,
  sendCookieEcho,
  sendHeartbeatAck,
  sendReflected,
  sendSack,
  sendShutdown,
  sendShutdownAck,
  sendShutdownComplete,
  startHeartbeatTimer,
} from './sctp_output.ts';
import { beginAssociation, resetPath, sctp_done, sctp_fail } from './sctp_socket.ts';

/** A chunk with what its packet says about it. */
interface Chunk {
  caddr: number;
  cport: number;
  service: number;
  type: number;
  flags: number;
  tag: number;
  /** An initiate tag, the cookie, or a TSN. */
  ack: number;
  len: number;
  message: number;
}

/** The chunk at hand: nobody keeps it, so there is only one. */
const chunk: Chunk = {
  caddr: 0,
  cport: 0,
  service: 0,
  type: 0,
  flags: 0,
  tag: 0,
  ack: 0,
  len: 0,
  message: 0,
};

/** SCTP_RTO_MIN. */
const RTO_MIN_S = 1;

/** sctp_rcv(): an SCTP packet has reached the host with the `service` end, or the client that talks to it. */
export function sctp_rcv(stack: TcpStack, skb: number, service: number): void {
  const { skbs, socks, isClient } = stack;
  if (stack.tap !== null) stack.tap.packet(stack.point, skb, false);
  chunk.caddr = (isClient ? skbs.daddr(skb) : skbs.saddr(skb)) | 0;
  chunk.cport = isClient ? skbs.dport(skb) : skbs.sport(skb);
  chunk.service = service;
  chunk.flags = skbs.flags(skb);
  chunk.type = sctpChunkType(chunk.flags);
  chunk.tag = skbs.seq(skb) | 0;
  chunk.ack = skbs.ack(skb) | 0;
  chunk.len = skbs.len(skb);
  chunk.message = skbs.message(skb);
  skbs.free(skb);
  const sock = socks.find(chunk.caddr, chunk.cport, service);
  if (sock === NO_NODE) rcvWithoutAssociation(stack);
  else if (hasRightTag(stack, sock)) rcvInAssociation(stack, sock);
}

/** A listener, or nobody: sctp_sf_ootb(). */
function rcvWithoutAssociation(stack: TcpStack): void {
  const { type, tag, service } = chunk;
  switch (type) {
    case SctpChunk.INIT:
      if (stack.app.listens(service)) answerInit(stack);
      else sendChunk(stack, chunk, SctpChunk.ABORT, chunk.ack, 0);
      return;
    case SctpChunk['COOKIE-ECHO']:
      if (stack.app.listens(service)) accept(stack);
      else sendReflected(stack, chunk, SctpChunk.ABORT, tag);
      return;
    case SctpChunk['SHUTDOWN-ACK']:
      sendReflected(stack, chunk, SctpChunk['SHUTDOWN-COMPLETE'], tag);
      return;
    case SctpChunk.ABORT:
    case SctpChunk['COOKIE-ACK']:
    case SctpChunk['SHUTDOWN-COMPLETE']:
      return;
    default:
      sendReflected(stack, chunk, SctpChunk.ABORT, tag);
  }
}

/** sctp_sf_do_5_1B_init(), and sctp_sf_do_5_2_2_dupinit() where there is an association: a tag of its own for each answer. */
function answerInit(stack: TcpStack): void {
  const tag = stack.sctp!.newTag(stack.isnSecret);
  sendChunk(stack, chunk, SctpChunk['INIT-ACK'], chunk.ack, tag);
}

/** sctp_sf_do_5_1D_ce() */
function accept(stack: TcpStack): void {
  const { caddr, cport, service, tag, ack } = chunk;
  if (stack.app.acceptQueueFull(service)) {
    stack.counters.backlogDrops++;
    sendReflected(stack, chunk, SctpChunk.ABORT, tag);
    return;
  }
  const sock = stack.socks.alloc(caddr, cport, service, service, 0);
  beginAssociation(stack, sock);
  establish(stack, sock, tag, ack);
  sendCookieAck(stack, sock);
  stack.app.established(sock);
}

/** What a server learns from the cookie. */
function establish(stack: TcpStack, sock: number, myTag: number, peerTag: number): void {
  const { socks } = stack;
  const associations = stack.sctp!;
  associations.state[sock] = SctpState.established;
  associations.myTag[sock] = myTag;
  associations.peerTag[sock] = peerTag;
  socks.state[sock] = TCP_ESTABLISHED;
  socks.snd_una[sock] = myTag;
  socks.snd_nxt[sock] = myTag;
  socks.rcv_nxt[sock] = peerTag;
  socks.retransmits[sock] = 0;
  startHeartbeatTimer(stack, sock);
}

/** sctp_vtag_verify() and the special cases of RFC 9260, 8.5.1. */
function hasRightTag(stack: TcpStack, sock: number): boolean {
  const { type, flags, tag } = chunk;
  const { myTag, peerTag } = stack.sctp!;
  switch (type) {
    case SctpChunk.INIT:
      return tag === 0;
    case SctpChunk['COOKIE-ECHO']:
      return true;
    case SctpChunk['SHUTDOWN-ACK']:
      return tag === myTag[sock] || isOpening(stack, sock);
    case SctpChunk.ABORT:
    case SctpChunk['SHUTDOWN-COMPLETE']:
      return tag === ((flags & SCTP_CHUNK_FLAG_T) !== 0 ? peerTag[sock] : myTag[sock]);
    default:
      return tag === myTag[sock];
  }
}

function isOpening(stack: TcpStack, sock: number): boolean {
  const state = stack.sctp!.state[sock];
  return state === SctpState.cookieWait || state === SctpState.cookieEchoed;
}

function rcvInAssociation(stack: TcpStack, sock: number): void {
  const { socks } = stack;
  const { state, peerTag } = stack.sctp!;
  switch (chunk.type) {
    case SctpChunk.INIT:
      // Deviation: two hosts never open an association to each other at once.
      if (state[sock] === SctpState.shutdownAckSent) sendShutdownAck(stack, sock);
      else if (!isOpening(stack, sock)) answerInit(stack);
      return;
    case SctpChunk['INIT-ACK']:
      if (state[sock] !== SctpState.cookieWait) return;
      state[sock] = SctpState.cookieEchoed;
      peerTag[sock] = chunk.ack;
      socks.rcv_nxt[sock] = chunk.ack;
      socks.retransmits[sock] = 0;
      sendCookieEcho(stack, sock);
      return;
    case SctpChunk['COOKIE-ECHO']:
      rcvCookieAgain(stack, sock);
      return;
    case SctpChunk['COOKIE-ACK']:
      if (state[sock] !== SctpState.cookieEchoed) return;
      state[sock] = SctpState.established;
      socks.state[sock] = TCP_ESTABLISHED;
      socks.retransmits[sock] = 0;
      startHeartbeatTimer(stack, sock);
      stack.app.established(sock);
      return;
    case SctpChunk.DATA:
      rcvData(stack, sock);
      return;
    case SctpChunk.SACK:
      rcvSack(stack, sock);
      return;
    case SctpChunk.HEARTBEAT:
      sendHeartbeatAck(stack, sock);
      return;
    case SctpChunk['HEARTBEAT-ACK']:
      socks.probes[sock] = 0;
      return;
    case SctpChunk.SHUTDOWN:
      rcvShutdown(stack, sock);
      return;
    case SctpChunk['SHUTDOWN-ACK']:
      if (isOpening(stack, sock)) {
        // An association that its server still closes has met the next one from the same port.
        sendReflected(stack, chunk, SctpChunk['SHUTDOWN-COMPLETE'], chunk.tag);
      } else if (state[sock] === SctpState.shutdownSent || state[sock] === SctpState.shutdownAckSent) {
        sendShutdownComplete(stack, sock);
        sctp_done(stack, sock);
      }
      return;
    case SctpChunk['SHUTDOWN-COMPLETE']:
      if (state[sock] === SctpState.shutdownAckSent) sctp_done(stack, sock);
      return;
    case SctpChunk.ABORT:
      sctp_fail(stack, sock, isOpening(stack, sock) ? ECONNREFUSED : ECONNRESET);
  }
}

/**
 * sctp_sf_do_5_2_4_dupcook(): the COOKIE-ACK was lost; or the client has begun anew, and the association with it.
 * Deviation: the server's application takes what comes for a further request, where Linux may tell it of the restart.
 */
function rcvCookieAgain(stack: TcpStack, sock: number): void {
  const associations = stack.sctp!;
  const isSame = chunk.ack === associations.peerTag[sock] && chunk.tag === associations.myTag[sock];
  if (!isSame) {
    if (associations.state[sock] === SctpState.shutdownAckSent) {
      sendShutdownAck(stack, sock);
      return;
    }
    resetPath(stack, sock);
    establish(stack, sock, chunk.tag, chunk.ack);
  }
  if (associations.state[sock] === SctpState.established) sendCookieAck(stack, sock);
}

/** sctp_sf_eat_data_6_2(), and while SHUTDOWN waits for its answer sctp_sf_eat_data_fast_4_4(). */
function rcvData(stack: TcpStack, sock: number): void {
  const { socks } = stack;
  const state = stack.sctp!.state[sock]!;
  const { ack: tsn, len, message, flags } = chunk;
  if (state < SctpState.established || state > SctpState.shutdownSent) return;
  const isNext = tsn === socks.rcv_nxt[sock];
  if (isNext) {
    socks.rcv_nxt[sock] = (tsn + 1) | 0;
    stack.counters.payloadBytes += len;
  }
  sendSack(stack, sock);
  const isIdle = socks.snd_una[sock] === socks.snd_nxt[sock];
  if (state === SctpState.established && isIdle) startHeartbeatTimer(stack, sock);
  if (state === SctpState.shutdownSent) sendShutdown(stack, sock);
  else if (isNext && state === SctpState.established) {
    stack.app.received(sock, message, (flags & SCTP_DATA_LAST_FRAG) !== 0);
  }
}

/** sctp_outq_sack() */
function rcvSack(stack: TcpStack, sock: number): void {
  const state = stack.sctp!.state[sock]!;
  if (state === SctpState.shutdownSent || state === SctpState.shutdownAckSent) return;
  if (!acknowledge(stack, sock, (chunk.ack + 1) | 0)) return;
  switch (state) {
    case SctpState.shutdownPending:
      sendShutdown(stack, sock);
      return;
    case SctpState.shutdownReceived:
      sendShutdownAck(stack, sock);
      return;
    default:
      startHeartbeatTimer(stack, sock);
  }
}

/** The peer has all before `next`. True when this has left nothing outstanding. */
function acknowledge(stack: TcpStack, sock: number, next: number): boolean {
  const { socks } = stack;
  const una = socks.snd_una[sock]!;
  const advance = (next - una) | 0;
  const outstanding = (socks.snd_nxt[sock]! - una) | 0;
  if (advance <= 0 || advance > outstanding) return false;
  if (socks.retransmits[sock] === 0) measureRtt(stack, sock);
  socks.snd_una[sock] = next;
  socks.retransmits[sock] = 0;
  socks.probes[sock] = 0;
  if (advance === outstanding) return true;
  const { timers } = stack.hosts[socks.host[sock]!]!;
  timers.mod(sock, timers.jiffies + stack.sctp!.rto[sock]!);
  return false;
}

/** sctp_transport_update_rto(), in jiffies; one that is nil counts as one. */
function measureRtt(stack: TcpStack, sock: number): void {
  const { messageJiffy, rto, srtt, rttvar } = stack.sctp!;
  const { timers } = stack.hosts[stack.socks.host[sock]!]!;
  const rtt = Math.max(1, timers.jiffies - messageJiffy[sock]!);
  if (srtt[sock] === 0) {
    srtt[sock] = rtt;
    rttvar[sock] = rtt >> 1;
  } else {
    rttvar[sock] = rttvar[sock]! - (rttvar[sock]! >> 2) + (Math.abs(srtt[sock]! - rtt) >> 2);
    srtt[sock] = srtt[sock]! - (srtt[sock]! >> 3) + (rtt >> 3);
  }
  if (rttvar[sock] === 0) rttvar[sock] = 1;
  const measured = srtt[sock]! + (rttvar[sock]! << 2);
  rto[sock] = Math.min(Math.max(measured, RTO_MIN_S * timers.hz), RTO_MAX_S * timers.hz);
}

/** sctp_sf_do_9_2_shutdown(): this end may not send anything new; what it has sent may still need an acknowledgement. */
function rcvShutdown(stack: TcpStack, sock: number): void {
  const { state } = stack.sctp!;
  const before = state[sock]!;
  if (before === SctpState.shutdownSent) {
    sendShutdownAck(stack, sock);
    return;
  }
  if (
    before !== SctpState.established &&
    before !== SctpState.shutdownPending &&
    before !== SctpState.shutdownReceived
  )
    return;
  const { socks } = stack;
  const wasIdle = socks.snd_una[sock] === socks.snd_nxt[sock];
  const isIdle = acknowledge(stack, sock, (chunk.ack + 1) | 0) || wasIdle;
  state[sock] = SctpState.shutdownReceived;
  socks.state[sock] = TCP_LAST_ACK;
  if (isIdle) sendShutdownAck(stack, sock);
  if (before === SctpState.established) stack.app.eof(sock);
}
