/**
 * nf_conntrack_proto_tcp.c: conntrack's TCP state machine. Before changing it, read the
 * tables against `tcp_conntracks` of the kernel in question: they are the same from 3.10 to 7.2; the
 * conditions around them are not (see ConntrackFeatures).
 */
import type { Net } from '../net.ts';
import { TH_ACK, TH_FIN, TH_PUSH, TH_RST, TH_SYN } from '../sk_buff.ts';
import {
  IP_CT_DIR_ORIGINAL,
  IP_CT_DIR_REPLY,
  IPS_ASSURED,
  IPS_CONFIRMED,
  IPS_SEEN_REPLY,
} from './nf_conntrack_core.ts';
import { settle, wake } from './nf_conntrack_tcp_rest.ts';
import { readSegment, type TcpSegment } from './nf_conntrack_tcp_segment.ts';
import {
  BE_LIBERAL,
  before,
  CL,
  CLOSE_INIT,
  CW,
  DATA_UNACKNOWLEDGED,
  ES,
  FW,
  IG,
  IV,
  LA,
  MAXACK_SET,
  S2,
  SR,
  SS,
  TCP_ACK_SET,
  TCP_FIN_SET,
  TCP_NONE_SET,
  TCP_RST_SET,
  TCP_SYN_SET,
  TCP_SYNACK_SET,
  TCP_WINDOW,
  TW,
  transition,
} from './nf_conntrack_tcp_states.ts';
import { EXP_CHALLENGE_ACK, SIMULTANEOUS_OPEN } from './nf_conntrack_tcp_tracks.ts';
import { tcp_in_window, Window } from './nf_conntrack_tcp_window.ts';
import { nf_ct_expires, nf_ct_refresh } from './nf_conntrack_timeout.ts';

/** What the tracker decided about a packet. */
export const CtVerdict = {
  /** Belongs to the entry. */
  accept: 0,
  /** INVALID: goes on without its entry. */
  invalid: 1,
  /** The entry was dead and has been removed: look up again. */
  repeat: 2,
} as const;

/** State NONE: a flow's first packet. */
const NO = 0;

/** tcp_valid_flags: which combinations are no nonsense, PUSH aside. */
function hasValidFlags(flags: number): boolean {
  switch (flags & ~TH_PUSH) {
    case TH_SYN:
    case TH_SYN | TH_ACK:
    case TH_RST:
    case TH_RST | TH_ACK:
    case TH_FIN | TH_ACK:
    case TH_ACK:
      return true;
    default:
      return false;
  }
}

/** tcp_new(): the first packet of a flow sets up the window; false if no entry may be made of it. */
function tcp_new(net: Net, { ct, index, end }: TcpSegment): boolean {
  const { tracks, proto } = net.conntracks;
  const first = transition(IP_CT_DIR_ORIGINAL, index, NO);
  if (first >= IV) return false;
  const midStream = first !== SS;
  if (midStream && net.sysctl.nf_conntrack_tcp_loose === 0) return false;
  const track = tracks.take();
  tracks.clear(track);
  // The first packet's sender is the original side.
  tracks.setEnd(track, end);
  tracks.setMaxend(track, midStream ? end + TCP_WINDOW : end);
  tracks.setMaxwin(track, TCP_WINDOW);
  if (midStream) {
    tracks.setFlags(track, BE_LIBERAL);
    tracks.setFlags(track | 1, BE_LIBERAL);
  }
  tracks.setLast(track, IP_CT_DIR_ORIGINAL, TCP_NONE_SET);
  proto[ct] = track;
  return true;
}

/**
 * nf_conntrack_tcp_packet(): moves the entry's state and timeout, or finds the packet INVALID. `ctdir` is the
 * packet's direction.
 */
export function nf_conntrack_tcp_packet(net: Net, ct: number, ctdir: number, skb: number): number {
  const { conntracks: table, skbs } = net;
  const { segment, tracks } = table;
  if (!hasValidFlags(skbs.flags(skb))) return CtVerdict.invalid;
  readSegment(segment, skbs, skb, ct, ctdir);
  if ((table.status[ct]! & IPS_CONFIRMED) === 0) {
    if (!tcp_new(net, segment)) return CtVerdict.invalid;
  } else if (table.rest[ct] !== 0) {
    wake(table, ct);
  }
  const track = table.proto[ct]!;
  segment.track = track;
  const { index } = segment;
  const oldState = table.state[ct]!;
  let newState = transition(ctdir, index, oldState);
  switch (newState) {
    case SS:
      if (oldState >= TW) return reopen(net, segment, oldState);
      break;
    case IG:
      return ignore(net, segment, oldState);
    case IV:
      return CtVerdict.invalid;
    case TW:
      if (oldState === LA && isChallengeAck(net, segment)) {
        tracks.unmark(track, EXP_CHALLENGE_ACK);
        return CtVerdict.accept;
      }
      break;
    case S2:
      tracks.mark(track, SIMULTANEOUS_OPEN);
      break;
    case SR:
      if (ctdir === IP_CT_DIR_REPLY && index === TCP_ACK_SET && tracks.isMarked(track, SIMULTANEOUS_OPEN))
        newState = ES;
      break;
    case CL:
      if (index === TCP_RST_SET) return reset(net, segment, oldState);
      break;
    default:
      break;
  }
  return trackInWindow(net, segment, oldState, newState);
}

/** Window check, then the new state. */
function trackInWindow(net: Net, segment: TcpSegment, oldState: number, newState: number): number {
  switch (tcp_in_window(net, segment, oldState)) {
    case Window.ignored:
      return CtVerdict.accept;
    case Window.outside:
      if (net.features.conntrack.invalidShrinksTimeout) nf_tcp_handle_invalid(net, segment);
      return CtVerdict.invalid;
    default:
      moveState(net, segment, oldState, newState);
      return CtVerdict.accept;
  }
}

/** A SYN on an entry in TIME_WAIT or CLOSE. */
function reopen(net: Net, segment: TcpSegment, oldState: number): number {
  const { conntracks: table } = net;
  const { ct, track, ctdir } = segment;
  const { tracks } = table;
  // RFC 1122, 4.2.2.13: a closed connection, or one that its client has reset, is opened anew.
  const wasReset = tracks.lastDir(track) === ctdir && tracks.lastIndex(track) === TCP_RST_SET;
  if (tracks.eitherHas(track, CLOSE_INIT) || wasReset) {
    table.kill(ct);
    return CtVerdict.repeat;
  }
  noteIgnored(net, segment, oldState);
  return CtVerdict.accept;
}

/** A packet without effect, unless both ends agree about the one that was ignored before. */
function ignore(net: Net, segment: TcpSegment, oldState: number): number {
  const { tracks } = net.conntracks;
  const { track, ctdir } = segment;
  const answersIgnoredSyn =
    segment.index === TCP_SYNACK_SET &&
    tracks.lastIndex(track) === TCP_SYN_SET &&
    tracks.lastDir(track) !== ctdir &&
    segment.ack === tracks.lastEnd(track);
  if (answersIgnoredSyn) {
    adoptIgnoredSyn(net, segment);
    return trackInWindow(net, segment, SS, SR);
  }
  noteIgnored(net, segment, oldState);
  return CtVerdict.accept;
}

/** RFC 5961: an ACK that challenges the ignored SYN acknowledges no FIN. */
function isChallengeAck(net: Net, { index, track, ctdir }: TcpSegment): boolean {
  const { tracks } = net.conntracks;
  return (
    index === TCP_ACK_SET &&
    tracks.lastDir(track) !== ctdir &&
    tracks.lastIndex(track) === TCP_SYN_SET &&
    tracks.isMarked(track, EXP_CHALLENGE_ACK)
  );
}

/** The part of nf_conntrack_tcp_packet() that remembers a packet it lets through without effect. */
function noteIgnored(net: Net, { track, ctdir, index, seq, ack, end }: TcpSegment, oldState: number): void {
  const { tracks } = net.conntracks;
  tracks.setLast(track, ctdir, index);
  if (index === TCP_SYN_SET && ctdir === IP_CT_DIR_ORIGINAL) {
    tracks.unmark(track, EXP_CHALLENGE_ACK | SIMULTANEOUS_OPEN);
    if (oldState === LA) tracks.mark(track, EXP_CHALLENGE_ACK);
  }
  tracks.setLastSeq(track, seq);
  tracks.setLastEnd(track, end);
  tracks.setLastWin(track, 1);
  if (oldState === SS && index === TCP_ACK_SET && ctdir === IP_CT_DIR_REPLY) tracks.setLastAck(track, ack);
}

/** The window starts again from the SYN that was ignored; the answering side's is set up by its SYN+ACK. */
function adoptIgnoredSyn(net: Net, { track, ctdir }: TcpSegment): void {
  const { tracks } = net.conntracks;
  const client = track | tracks.lastDir(track);
  const server = track | ctdir;
  tracks.setEnd(client, tracks.lastEnd(track));
  tracks.setMaxend(client, tracks.lastEnd(track));
  tracks.setMaxwin(client, tracks.lastWin(track) === 0 ? 1 : TCP_WINDOW);
  tracks.setFlags(client, 0);
  tracks.unmark(track, EXP_CHALLENGE_ACK);
  tracks.setEnd(server, 0);
  tracks.setMaxend(server, 0);
  tracks.setMaxwin(server, 0);
  tracks.setMaxack(server, 0);
  tracks.setFlags(server, net.features.conntrack.reinitOnSyn ? tracks.flags(server) & BE_LIBERAL : 0);
}

/** An RST: whether it counts, and whether its sequence number needs a check. */
function reset(net: Net, segment: TcpSegment, oldState: number): number {
  const { conntracks: table } = net;
  const { tracks } = table;
  const { resetMayAnswerSyn, closingAcceptsReset, strictReset } = net.features.conntrack;
  const { ct, track, ctdir, seq } = segment;
  const lastIndex = tracks.lastIndex(track);
  if (closingAcceptsReset && oldState >= FW && oldState <= CL) {
    moveState(net, segment, oldState, CL);
    return CtVerdict.accept;
  }
  let newState: number = CL;
  const peer = track | (ctdir ^ 1);
  const knowsAck = (tracks.flags(peer) & MAXACK_SET) !== 0;
  if (knowsAck && !(resetMayAnswerSyn && lastIndex === TCP_SYN_SET)) {
    const established = (table.status[ct]! & IPS_ASSURED) !== 0 && oldState === ES;
    const isBlind = resetMayAnswerSyn && seq === 0 && !established;
    if (!isBlind && before(seq, tracks.maxack(peer))) return CtVerdict.invalid;
    if (isBlind || (strictReset && (!established || isExpectedReset(net, segment)))) {
      return trackInWindow(net, segment, oldState, CL);
    }
    // Not the number expected: the receiver may answer with a challenge ACK and live on.
    if (strictReset) newState = oldState;
  }
  if (answersIgnored(net, segment, oldState)) {
    moveState(net, segment, oldState, newState);
    return CtVerdict.accept;
  }
  return trackInWindow(net, segment, oldState, newState);
}

/** Whether an RST has the number that its receiver waits for, or follows at once on what its sender has sent. */
function isExpectedReset(net: Net, { track, ctdir, seq }: TcpSegment): boolean {
  const { tracks } = net.conntracks;
  if (seq === tracks.maxack(track | (ctdir ^ 1))) return true;
  return (
    tracks.lastIndex(track) === TCP_ACK_SET &&
    tracks.lastDir(track) === ctdir &&
    seq === tracks.lastEnd(track)
  );
}

/** Whether an RST answers a packet that was let through without effect. */
function answersIgnored(net: Net, { ct, track, ctdir, seq, ack }: TcpSegment, oldState: number): boolean {
  const { conntracks: table } = net;
  const { tracks } = table;
  const status = table.status[ct]!;
  const lastIndex = tracks.lastIndex(track);
  const lastDir = tracks.lastDir(track);
  const afterSyn = (status & IPS_SEEN_REPLY) !== 0 && lastIndex === TCP_SYN_SET && lastDir !== ctdir;
  const afterAck = (status & IPS_ASSURED) === 0 && lastIndex === TCP_ACK_SET;
  if ((afterSyn || afterAck) && ack === tracks.lastEnd(track)) return true;
  return (
    net.features.conntrack.resetMayAnswerSyn &&
    oldState === SS &&
    lastIndex === TCP_ACK_SET &&
    lastDir === IP_CT_DIR_REPLY &&
    seq === tracks.lastAck(track)
  );
}

/** The end of nf_conntrack_tcp_packet(): the packet is in the window and counts. */
function moveState(net: Net, segment: TcpSegment, oldState: number, newState: number): void {
  const { conntracks: table } = net;
  const { tracks } = table;
  const { ct, track, ctdir, index } = segment;
  tracks.setLast(track, ctdir, index);
  table.state[ct] = newState | 0;
  if (oldState !== newState && newState === FW) {
    tracks.setFlags(track | ctdir, tracks.flags(track | ctdir) | CLOSE_INIT);
  }
  let seconds = timeoutAfter(net, segment, newState);
  const status = table.status[ct]!;
  if ((status & IPS_SEEN_REPLY) === 0) {
    // A flow whose only reply is an RST is none.
    if (index === TCP_RST_SET) {
      table.killByPacket(ct);
      return;
    }
    if (index === TCP_SYN_SET && oldState === SS && net.features.conntrack.synRetransmitKeepsTimeout) return;
    if (newState === ES) seconds = Math.min(seconds, net.sysctl.nf_conntrack_tcp_timeout_unacknowledged);
  } else if ((status & IPS_ASSURED) === 0 && (oldState === SR || oldState === ES) && newState === ES) {
    table.status[ct] = status | IPS_ASSURED;
  }
  nf_ct_refresh(net, ct, seconds * net.timers.hz);
  if (newState === TW) settle(table, ct);
}

/** The state's timeout, in seconds, and what cuts it short. */
function timeoutAfter(net: Net, { track, index }: TcpSegment, newState: number): number {
  const { sysctl, features } = net;
  const { tracks } = net.conntracks;
  const seconds = tcpTimeout(net, newState);
  if (tracks.retrans(track) >= sysctl.nf_conntrack_tcp_max_retrans) {
    return Math.min(seconds, sysctl.nf_conntrack_tcp_timeout_max_retrans);
  }
  if (index === TCP_RST_SET && features.conntrack.strictReset) return sysctl.nf_conntrack_tcp_timeout_close;
  if (tracks.eitherHas(track, DATA_UNACKNOWLEDGED)) {
    return Math.min(seconds, sysctl.nf_conntrack_tcp_timeout_unacknowledged);
  }
  if (tracks.lastWin(track) === 0 && features.conntrack.zeroWindowShortens) {
    return Math.min(seconds, sysctl.nf_conntrack_tcp_timeout_max_retrans);
  }
  return seconds;
}

/** tcp_timeouts[state], in seconds. */
function tcpTimeout(net: Net, state: number): number {
  const { sysctl } = net;
  switch (state) {
    case SS:
    case S2:
      return sysctl.nf_conntrack_tcp_timeout_syn_sent;
    case SR:
      return sysctl.nf_conntrack_tcp_timeout_syn_recv;
    case ES:
      return sysctl.nf_conntrack_tcp_timeout_established;
    case FW:
      return sysctl.nf_conntrack_tcp_timeout_fin_wait;
    case CW:
      return sysctl.nf_conntrack_tcp_timeout_close_wait;
    case LA:
      return sysctl.nf_conntrack_tcp_timeout_last_ack;
    case TW:
      return sysctl.nf_conntrack_tcp_timeout_time_wait;
    default:
      return sysctl.nf_conntrack_tcp_timeout_close;
  }
}

/** nf_tcp_handle_invalid(): an entry that has less left than this is left alone. */
const SHRINK_ABOVE_S = 120;

/**
 * nf_tcp_handle_invalid() (v6.3, v6.1.y): of two out-of-window FINs or RSTs in opposite directions the second
 * brings an assured entry's timeout down to the unacknowledged one.
 */
function nf_tcp_handle_invalid(net: Net, { ct, track, ctdir, index }: TcpSegment): void {
  const { conntracks: table } = net;
  const { tracks } = table;
  if ((table.status[ct]! & IPS_ASSURED) === 0) return;
  if (index !== TCP_RST_SET && index !== TCP_FIN_SET) return;
  const lastIndex = tracks.lastIndex(track);
  if (tracks.lastDir(track) !== ctdir && (lastIndex === TCP_FIN_SET || lastIndex === TCP_RST_SET)) {
    const { hz, jiffies } = net.timers;
    const left = nf_ct_expires(net, ct);
    const unacknowledged = net.sysctl.nf_conntrack_tcp_timeout_unacknowledged * hz;
    if (left >= SHRINK_ABOVE_S * hz && left > unacknowledged) table.timeout[ct] = jiffies + unacknowledged;
  } else {
    tracks.setLast(track, ctdir, index);
  }
}
