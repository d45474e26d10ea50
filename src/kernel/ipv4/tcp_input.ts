/** net/ipv4/tcp_input.c: what a segment does to the socket that it belongs to. */

import { TH_ACK, TH_FIN, TH_PUSH, TH_RST, TH_SYN } from '../sk_buff.ts';
import { SOCK_KEEPOPEN, SOCK_READS, SOCK_TSTAMP } from './inet_sock.ts';
import type { TcpStack } from './tcp.ts';
import { idleTimer, resendSynSoon, resetTimer, sendReset, sendSynAck, tcp_send_ack } from './tcp_output.ts';
import { FIN_TIMEOUT_S } from './tcp_rto.ts';
import {
  ECONNREFUSED,
  ECONNRESET,
  ETIMEDOUT,
  TCP_CLOSE,
  TCP_CLOSE_WAIT,
  TCP_CLOSING,
  TCP_ESTABLISHED,
  TCP_FIN_WAIT1,
  TCP_FIN_WAIT2,
  TCP_LAST_ACK,
  TCP_SYN_RECV,
  TCP_SYN_SENT,
} from './tcp_states.ts';
import { NO_TIMESTAMP } from './tcp_timestamps.ts';

/** A segment for a socket: the header fields that TCP looks at. */
export interface Segment {
  flags: number;
  seq: number;
  ack: number;
  len: number;
  message: number;
  /** Time stamp, or NO_TIMESTAMP. */
  tsval: number;
  /** The packet it was: already freed, but not yet used again. */
  skb: number;
}

/** tcp_rcv_established() and tcp_rcv_state_process(). */
export function tcp_rcv(stack: TcpStack, sock: number, segment: Segment): void {
  const state = stack.socks.state[sock]!;
  if (state === TCP_SYN_SENT) {
    rcvSynSent(stack, sock, segment);
  } else if (state !== TCP_SYN_RECV || checkRequest(stack, sock, segment)) {
    rcvSynchronized(stack, sock, segment);
  }
}

/** tcp_rcv_synsent_state_process(). Deviation: two hosts never open a connection to each other at once. */
function rcvSynSent(stack: TcpStack, sock: number, segment: Segment): void {
  const { socks } = stack;
  const { flags } = segment;
  if ((flags & TH_ACK) === 0) return;
  if (segment.ack !== socks.snd_nxt[sock]) {
    // A connection that the server has not forgotten yet answers; the reset clears it away.
    if (socks.retransmits[sock] === 0) resendSynSoon(stack, sock);
    if ((flags & TH_RST) === 0) resetFor(stack, sock, segment);
    return;
  }
  if ((flags & TH_RST) !== 0) {
    abort(stack, sock, ECONNREFUSED);
  } else if ((flags & TH_SYN) !== 0) {
    socks.rcv_nxt[sock] = segment.seq + 1;
    establish(stack, sock);
    tcp_send_ack(stack, sock);
    stack.app.established(sock);
  }
}

/** tcp_check_req(): a segment for a half-open connection. True when it has become established. */
function checkRequest(stack: TcpStack, sock: number, segment: Segment): boolean {
  const { socks } = stack;
  const { flags } = segment;
  const rcv_nxt = socks.rcv_nxt[sock]!;
  if ((flags & (TH_SYN | TH_ACK | TH_RST)) === TH_SYN) {
    if (((segment.seq + 1) | 0) === rcv_nxt) sendSynAck(stack, sock);
    else tcp_send_ack(stack, sock);
    return false;
  }
  if ((flags & TH_RST) !== 0) {
    if (segment.seq === rcv_nxt) abort(stack, sock, ECONNRESET);
    return false;
  }
  if ((flags & TH_ACK) === 0) return false;
  if (segment.ack !== socks.snd_nxt[sock]) {
    resetFor(stack, sock, segment);
    return false;
  }
  if (stack.app.acceptQueueFull(socks.service[sock]!)) {
    // tcp_v4_syn_recv_sock(): the last ACK is ignored, and the SYN+ACK is sent again in time.
    backlogFull(stack, segment.skb, 'tcp_v4_syn_recv_sock');
    return false;
  }
  establish(stack, sock);
  stack.app.established(sock);
  return true;
}

/** Counts a packet that is dropped because nobody accepts connections as fast as they come. */
export function backlogFull(stack: TcpStack, skb: number, kernelFunction: string): void {
  stack.counters.backlogDrops++;
  if (stack.tap !== null) stack.tap.drop('backlog_full', kernelFunction, skb);
}

/** The handshake's last segment has been acknowledged. */
function establish(stack: TcpStack, sock: number): void {
  const { socks } = stack;
  const { timers } = stack.hosts[socks.host[sock]!]!;
  socks.state[sock] = TCP_ESTABLISHED;
  socks.snd_una[sock] = socks.snd_nxt[sock]!;
  socks.retransmits[sock] = 0;
  socks.rtt[sock] = timers.jiffies - socks.rtt[sock]!;
  if (stack.app.options(sock).keepalive !== null) socks.flags[sock]! |= SOCK_KEEPOPEN;
  idleTimer(stack, sock);
}

function rcvSynchronized(stack: TcpStack, sock: number, segment: Segment): void {
  const { socks } = stack;
  const { flags, len } = segment;
  if (!validateIncoming(stack, sock, segment)) return;
  // tcp_replace_ts_recent().
  if (segment.tsval !== NO_TIMESTAMP) socks.timestamp[sock] = segment.tsval;
  if (!ack(stack, sock, segment.ack)) return;
  if (len > 0) {
    if (socks.state[sock] !== TCP_ESTABLISHED && (socks.flags[sock]! & SOCK_READS) === 0) {
      // Data for a socket that its application has closed.
      resetFor(stack, sock, segment);
      abort(stack, sock, ECONNRESET);
      return;
    }
    socks.rcv_nxt[sock]! += len;
    stack.counters.payloadBytes += len;
    tcp_send_ack(stack, sock);
    if ((socks.flags[sock]! & SOCK_KEEPOPEN) !== 0) isAlive(stack, sock);
    stack.app.received(sock, segment.message, (flags & TH_PUSH) !== 0);
  } else if ((flags & TH_FIN) !== 0) {
    // A FIN always travels alone: see tcp_send_fin().
    socks.rcv_nxt[sock]! += 1;
    fin(stack, sock);
  }
}

/** tcp_validate_incoming(): false when nothing is left to do with the segment. */
function validateIncoming(stack: TcpStack, sock: number, segment: Segment): boolean {
  const { socks } = stack;
  const { flags } = segment;
  const inOrder = segment.seq === socks.rcv_nxt[sock];
  if ((flags & TH_RST) !== 0) {
    if (inOrder) abort(stack, sock, ECONNRESET);
    else tcp_send_ack(stack, sock);
    return false;
  }
  if ((flags & TH_SYN) !== 0) {
    // tcp_send_challenge_ack().
    tcp_send_ack(stack, sock);
    return false;
  }
  if (!inOrder) {
    // tcp_sequence(): what ends before rcv_nxt is corrected even if it is empty, as a keepalive probe is.
    const isOld = ((segment.seq + segment.len - socks.rcv_nxt[sock]!) | 0) < 0;
    if (isOld || segment.len > 0 || (flags & TH_FIN) !== 0) tcp_send_ack(stack, sock);
    return false;
  }
  return (flags & TH_ACK) !== 0;
}

/** tcp_ack() and what an acknowledged FIN does. False when the socket is gone. */
function ack(stack: TcpStack, sock: number, ack_seq: number): boolean {
  const { socks } = stack;
  const una = socks.snd_una[sock]!;
  const nxt = socks.snd_nxt[sock]!;
  const advance = (ack_seq - una) | 0;
  if (advance === 0 && socks.probes[sock] !== 0) isAlive(stack, sock);
  if (advance <= 0 || advance > ((nxt - una) | 0)) return true;
  socks.snd_una[sock] = ack_seq;
  socks.retransmits[sock] = 0;
  if (ack_seq !== nxt) {
    resetTimer(stack, sock);
    return true;
  }
  const { timers } = stack.hosts[socks.host[sock]!]!;
  switch (socks.state[sock]) {
    case TCP_FIN_WAIT1:
      socks.state[sock] = TCP_FIN_WAIT2;
      // tcp_fin_timeout is for sockets that their application has left.
      if ((socks.flags[sock]! & SOCK_READS) !== 0) timers.del(sock);
      else timers.mod(sock, timers.jiffies + FIN_TIMEOUT_S * timers.hz);
      return true;
    case TCP_CLOSING:
      tcp_time_wait(stack, sock);
      return false;
    case TCP_LAST_ACK:
      tcp_done(stack, sock);
      return false;
    default:
      idleTimer(stack, sock);
      return true;
  }
}

/** The peer has been heard: keepalive counts from here on, unless something of ours is outstanding. */
function isAlive(stack: TcpStack, sock: number): void {
  const { socks } = stack;
  socks.probes[sock] = 0;
  if (socks.snd_una[sock] === socks.snd_nxt[sock]) idleTimer(stack, sock);
}

/** tcp_fin(). */
function fin(stack: TcpStack, sock: number): void {
  const { socks } = stack;
  switch (socks.state[sock]) {
    case TCP_ESTABLISHED:
      // No acknowledgement of its own: applications here close at once, and their FIN carries it. One that
      // does not is the application's to acknowledge.
      socks.state[sock] = TCP_CLOSE_WAIT;
      stack.app.eof(sock);
      return;
    case TCP_FIN_WAIT1:
      socks.state[sock] = TCP_CLOSING;
      tcp_send_ack(stack, sock);
      endReading(stack, sock);
      return;
    case TCP_FIN_WAIT2:
      tcp_send_ack(stack, sock);
      endReading(stack, sock);
      tcp_time_wait(stack, sock);
      return;
  }
}

/** An application that had shut its own side down has read all there is. */
function endReading(stack: TcpStack, sock: number): void {
  const { flags } = stack.socks;
  if ((flags[sock]! & SOCK_READS) === 0) return;
  flags[sock]! &= ~SOCK_READS;
  stack.app.eof(sock);
}

/** tcp_time_wait(): the connection lives on, the socket does not. */
function tcp_time_wait(stack: TcpStack, sock: number): void {
  const { socks } = stack;
  const { timewaits } = stack.hosts[socks.host[sock]!]!;
  timewaits.reap();
  if (stack.app.timewaitsFull(socks.service[sock]!)) {
    stack.counters.timewaitOverflows++;
    tcp_done(stack, sock);
    return;
  }
  const hasStamps = !stack.isClient && (socks.flags[sock]! & SOCK_TSTAMP) !== 0;
  timewaits.add(
    socks.caddr[sock]!,
    socks.cport[sock]!,
    socks.service[sock]!,
    socks.rcv_nxt[sock]!,
    socks.snd_nxt[sock]!,
    hasStamps ? socks.timestamp[sock]! : NO_TIMESTAMP,
  );
  unhash(stack, sock, true);
  socks.free(sock);
}

/** tcp_done(): both sides know that it is over. */
export function tcp_done(stack: TcpStack, sock: number): void {
  unhash(stack, sock, false);
  stack.socks.free(sock);
}

/** tcp_reset() and tcp_write_err(): the application is told, unless it has closed the socket before. */
export function abort(stack: TcpStack, sock: number, errno: number): void {
  const { socks } = stack;
  const state = socks.state[sock]!;
  const isReading = (socks.flags[sock]! & SOCK_READS) !== 0;
  unhash(stack, sock, false);
  if (isReading || state === TCP_SYN_SENT || state === TCP_ESTABLISHED || state === TCP_CLOSE_WAIT) {
    stack.app.aborted(sock, errno);
  }
  socks.free(sock);
}

function unhash(stack: TcpStack, sock: number, timewait: boolean): void {
  const { socks } = stack;
  stack.hosts[socks.host[sock]!]!.timers.del(sock);
  socks.state[sock] = TCP_CLOSE;
  socks.unhash(sock);
  stack.app.unhashed(sock, timewait);
}

function resetFor(stack: TcpStack, sock: number, segment: Segment): void {
  const { caddr, cport, service } = stack.socks;
  sendReset(
    stack,
    caddr[sock]!,
    cport[sock]!,
    service[sock]!,
    segment.flags,
    segment.seq,
    segment.ack,
    segment.len,
  );
}

/** tcp_write_err(): the connection ends with what was wrong last. */
export function tcp_write_err(stack: TcpStack, sock: number): void {
  const soft = stack.socks.softError[sock]!;
  abort(stack, sock, soft === 0 ? ETIMEDOUT : soft - 1);
}
