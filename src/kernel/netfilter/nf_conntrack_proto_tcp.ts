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
import {
  BE_LIBERAL,
  before,
  CL,
  CLOSE_INIT,
  CW,
  DATA_UNACKNOWLEDGED,
  ES,
  EXP_CHALLENGE_ACK,
  FW,
  IG,
  IV,
  LA,
  LAST_INDEX,
  MAXACK_SET,
  packetIndex,
  S2,
  SIMULTANEOUS_OPEN,
  SR,
  SS,
  TCP_ACK_SET,
  TCP_FIN_SET,
  TCP_NONE_SET,
  TCP_RST_SET,
  TCP_SYN_SET,
  TCP_SYNACK_SET,
  TCP_WINDOW,
  TRANSITIONS,
  TW,
} from './nf_conntrack_tcp_states.ts';
import {
  LAST,
  LAST_ACK,
  LAST_END,
  LAST_SEQ,
  LAST_WIN,
  RETRANS,
  TD_END,
  TD_FLAGS,
  TD_MAXACK,
  TD_MAXEND,
  TD_MAXWIN,
} from './nf_conntrack_tcp_tracks.ts';
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
function tcp_new(net: Net, ct: number, index: number, end: number): boolean {
  const { conntracks: table } = net;
  const first = TRANSITIONS[index * 10]!;
  if (first >= IV) return false;
  const midStream = first !== SS;
  if (midStream && net.sysctl.nf_conntrack_tcp_loose === 0) return false;
  const track = table.tracks.take();
  const { words } = table.tracks;
  // The first packet's sender is the original side.
  words[track | TD_END] = end;
  words[track | TD_MAXEND] = midStream ? end + TCP_WINDOW : end;
  words[track | TD_MAXWIN] = TCP_WINDOW;
  words[track | TD_MAXACK] = 0;
  words[track | TD_END | 1] = 0;
  words[track | TD_MAXEND | 1] = 0;
  words[track | TD_MAXWIN | 1] = 0;
  words[track | TD_MAXACK | 1] = 0;
  words[track | TD_FLAGS] = words[track | TD_FLAGS | 1] = midStream ? BE_LIBERAL : 0;
  words[track | LAST_SEQ] = 0;
  words[track | LAST_ACK] = 0;
  words[track | LAST_END] = 0;
  words[track | LAST] = TCP_NONE_SET;
  words[track | LAST_WIN] = 0;
  words[track | RETRANS] = 0;
  table.proto[ct] = track;
  return true;
}

/**
 * nf_conntrack_tcp_packet(): moves the entry's state and timeout, or finds the packet INVALID. `ctdir` is the
 * packet's direction.
 */
export function nf_conntrack_tcp_packet(net: Net, ct: number, ctdir: number, skb: number): number {
  const { conntracks: table, skbs } = net;
  const flags = skbs.flags(skb);
  if (!hasValidFlags(flags)) return CtVerdict.invalid;
  const index = packetIndex(flags);
  const seq = skbs.seq(skb);
  const end = (seq + skbs.len(skb) + ((flags & TH_SYN) !== 0 ? 1 : 0) + ((flags & TH_FIN) !== 0 ? 1 : 0)) | 0;
  if ((table.status[ct]! & IPS_CONFIRMED) === 0) {
    if (!tcp_new(net, ct, index, end)) return CtVerdict.invalid;
  } else if (table.rest[ct] !== 0) {
    wake(table, ct);
  }
  const oldState = table.state[ct]!;
  let newState = TRANSITIONS[(ctdir * 6 + index) * 10 + oldState]!;
  const track = table.proto[ct]!;
  const { words } = table.tracks;
  const last = words[track | LAST]!;
  const lastIndex = last & LAST_INDEX;
  const lastDir = last >> 7;

  switch (newState) {
    case SS:
      if (oldState < TW) break;
      // RFC 1122, 4.2.2.13: a closed connection, or one that its client has reset, is opened anew.
      if (
        ((words[track | TD_FLAGS]! | words[track | TD_FLAGS | 1]!) & CLOSE_INIT) !== 0 ||
        (lastDir === ctdir && lastIndex === TCP_RST_SET)
      ) {
        table.kill(ct);
        return CtVerdict.repeat;
      }
      noteIgnored(words, track, ctdir, index, oldState, seq, skbs.ack(skb), end);
      return CtVerdict.accept;
    case IG:
      // A SYN+ACK that answers a SYN which was ignored before: the two ends agree, so follow them.
      if (
        index === TCP_SYNACK_SET &&
        lastIndex === TCP_SYN_SET &&
        lastDir !== ctdir &&
        skbs.ack(skb) === words[track | LAST_END]
      ) {
        adoptIgnoredSyn(words, track, ctdir, net.features.conntrack.reinitOnSyn);
        return trackInWindow(net, ct, ctdir, index, skb, end, SS, SR);
      }
      noteIgnored(words, track, ctdir, index, oldState, seq, skbs.ack(skb), end);
      return CtVerdict.accept;
    case IV:
      return CtVerdict.invalid;
    case TW:
      // RFC 5961: an ACK that challenges the ignored SYN acknowledges no FIN.
      if (
        oldState === LA &&
        index === TCP_ACK_SET &&
        lastDir !== ctdir &&
        lastIndex === TCP_SYN_SET &&
        (last & EXP_CHALLENGE_ACK) !== 0
      ) {
        words[track | LAST] = last & ~EXP_CHALLENGE_ACK;
        return CtVerdict.accept;
      }
      break;
    case S2:
      words[track | LAST] = last | SIMULTANEOUS_OPEN;
      break;
    case SR:
      if (ctdir === IP_CT_DIR_REPLY && index === TCP_ACK_SET && (last & SIMULTANEOUS_OPEN) !== 0)
        newState = ES;
      break;
    case CL: {
      if (index !== TCP_RST_SET) break;
      const judged = judgeReset(net, ct, ctdir, skb, oldState);
      if (judged === RESET_INVALID) return CtVerdict.invalid;
      newState = judged & ~SKIP_WINDOW;
      if ((judged & SKIP_WINDOW) !== 0) {
        moveState(net, ct, ctdir, index, oldState, newState);
        return CtVerdict.accept;
      }
      break;
    }
    default:
      break;
  }
  return trackInWindow(net, ct, ctdir, index, skb, end, oldState, newState);
}

/** Window check, then the new state. */
function trackInWindow(
  net: Net,
  ct: number,
  ctdir: number,
  index: number,
  skb: number,
  end: number,
  oldState: number,
  newState: number,
): number {
  switch (tcp_in_window(net, ct, ctdir, index, skb, end, oldState)) {
    case Window.ignored:
      return CtVerdict.accept;
    case Window.outside:
      if (net.features.conntrack.invalidShrinksTimeout) nf_tcp_handle_invalid(net, ct, ctdir, index);
      return CtVerdict.invalid;
    default:
      moveState(net, ct, ctdir, index, oldState, newState);
      return CtVerdict.accept;
  }
}

/** The part of nf_conntrack_tcp_packet() that remembers a packet it lets through without effect. */
function noteIgnored(
  words: Int32Array,
  track: number,
  ctdir: number,
  index: number,
  oldState: number,
  seq: number,
  ack: number,
  end: number,
): void {
  let marks = words[track | LAST]! & (EXP_CHALLENGE_ACK | SIMULTANEOUS_OPEN);
  if (index === TCP_SYN_SET && ctdir === IP_CT_DIR_ORIGINAL) marks = oldState === LA ? EXP_CHALLENGE_ACK : 0;
  words[track | LAST] = index | (ctdir << 7) | marks;
  words[track | LAST_SEQ] = seq;
  words[track | LAST_END] = end;
  words[track | LAST_WIN] = 1;
  if (oldState === SS && index === TCP_ACK_SET && ctdir === IP_CT_DIR_REPLY) words[track | LAST_ACK] = ack;
}

/** The window starts again from the SYN that was ignored; the answering side's is set up by its SYN+ACK. */
function adoptIgnoredSyn(words: Int32Array, track: number, ctdir: number, staysLiberal: boolean): void {
  const client = words[track | LAST]! >> 7;
  words[track | TD_END | client] = words[track | LAST_END]!;
  words[track | TD_MAXEND | client] = words[track | LAST_END]!;
  words[track | TD_MAXWIN | client] = words[track | LAST_WIN] === 0 ? 1 : TCP_WINDOW;
  words[track | TD_FLAGS | client] = 0;
  words[track | LAST]! &= ~EXP_CHALLENGE_ACK;
  words[track | TD_END | ctdir] = 0;
  words[track | TD_MAXEND | ctdir] = 0;
  words[track | TD_MAXWIN | ctdir] = 0;
  words[track | TD_MAXACK | ctdir] = 0;
  words[track | TD_FLAGS | ctdir]! &= staysLiberal ? BE_LIBERAL : 0;
}

const RESET_INVALID = -1;
const SKIP_WINDOW = 0x100;

/**
 * What an RST does: the state it leads to, with SKIP_WINDOW where its sequence numbers need no check, or
 * RESET_INVALID.
 */
function judgeReset(net: Net, ct: number, ctdir: number, skb: number, oldState: number): number {
  const { conntracks: table, features } = net;
  const { words } = table.tracks;
  const track = table.proto[ct]!;
  const seq = net.skbs.seq(skb);
  const peer = ctdir ^ 1;
  const lastIndex = words[track | LAST]! & LAST_INDEX;
  const lastDir = words[track | LAST]! >> 7;
  let newState: number = CL;
  if (features.conntrack.closingAcceptsReset && oldState >= FW && oldState <= CL) return CL | SKIP_WINDOW;
  const knowsAck = (words[track | TD_FLAGS | peer]! & MAXACK_SET) !== 0;
  if (knowsAck && !(features.conntrack.resetMayAnswerSyn && lastIndex === TCP_SYN_SET)) {
    const established = (table.status[ct]! & IPS_ASSURED) !== 0 && oldState === ES;
    if (features.conntrack.resetMayAnswerSyn && seq === 0 && !established) return CL;
    if (before(seq, words[track | TD_MAXACK | peer]!)) return RESET_INVALID;
    if (features.conntrack.strictReset) {
      if (!established || seq === words[track | TD_MAXACK | peer]) return CL;
      if (lastIndex === TCP_ACK_SET && lastDir === ctdir && seq === words[track | LAST_END]) return CL;
      // Not the number expected: the receiver may answer with a challenge ACK and live on.
      newState = oldState;
    }
  }
  const status = table.status[ct]!;
  const answersIgnored =
    (((status & IPS_SEEN_REPLY) !== 0 && lastIndex === TCP_SYN_SET && lastDir !== ctdir) ||
      ((status & IPS_ASSURED) === 0 && lastIndex === TCP_ACK_SET)) &&
    net.skbs.ack(skb) === words[track | LAST_END];
  const answersChallenge =
    features.conntrack.resetMayAnswerSyn &&
    oldState === SS &&
    lastIndex === TCP_ACK_SET &&
    lastDir === IP_CT_DIR_REPLY &&
    seq === words[track | LAST_ACK];
  return answersIgnored || answersChallenge ? newState | SKIP_WINDOW : newState;
}

/** The end of nf_conntrack_tcp_packet(): the packet is in the window and counts. */
function moveState(
  net: Net,
  ct: number,
  ctdir: number,
  index: number,
  oldState: number,
  newState: number,
): void {
  const { conntracks: table, sysctl } = net;
  const { words } = table.tracks;
  const track = table.proto[ct]!;
  words[track | LAST] =
    (words[track | LAST]! & (EXP_CHALLENGE_ACK | SIMULTANEOUS_OPEN)) | index | (ctdir << 7);
  table.state[ct] = newState | 0;
  if (oldState !== newState && newState === FW) words[track | TD_FLAGS | ctdir]! |= CLOSE_INIT;
  let seconds = tcpTimeout(net, newState);
  if (words[track | RETRANS]! >= sysctl.nf_conntrack_tcp_max_retrans) {
    seconds = Math.min(seconds, sysctl.nf_conntrack_tcp_timeout_max_retrans);
  } else if (index === TCP_RST_SET && net.features.conntrack.strictReset) {
    seconds = sysctl.nf_conntrack_tcp_timeout_close;
  } else if (((words[track | TD_FLAGS]! | words[track | TD_FLAGS | 1]!) & DATA_UNACKNOWLEDGED) !== 0) {
    seconds = Math.min(seconds, sysctl.nf_conntrack_tcp_timeout_unacknowledged);
  } else if (words[track | LAST_WIN] === 0 && net.features.conntrack.zeroWindowShortens) {
    seconds = Math.min(seconds, sysctl.nf_conntrack_tcp_timeout_max_retrans);
  }
  const status = table.status[ct]!;
  if ((status & IPS_SEEN_REPLY) === 0) {
    // A flow whose only reply is an RST is none.
    if (index === TCP_RST_SET) {
      table.killByPacket(ct);
      return;
    }
    if (index === TCP_SYN_SET && oldState === SS && net.features.conntrack.synRetransmitKeepsTimeout) return;
    if (newState === ES) seconds = Math.min(seconds, sysctl.nf_conntrack_tcp_timeout_unacknowledged);
  } else if ((status & IPS_ASSURED) === 0 && (oldState === SR || oldState === ES) && newState === ES) {
    table.status[ct] = status | IPS_ASSURED;
  }
  nf_ct_refresh(net, ct, seconds * net.timers.hz);
  if (newState === TW) settle(table, ct);
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

/**
 * nf_tcp_handle_invalid() (v6.3, v6.1.y): of two out-of-window FINs or RSTs in opposite directions the second
 * brings an assured entry's timeout down to the unacknowledged one.
 */
function nf_tcp_handle_invalid(net: Net, ct: number, ctdir: number, index: number): void {
  const { conntracks: table } = net;
  if ((table.status[ct]! & IPS_ASSURED) === 0) return;
  if (index !== TCP_RST_SET && index !== TCP_FIN_SET) return;
  const { words } = table.tracks;
  const track = table.proto[ct]!;
  const last = words[track | LAST]!;
  const lastIndex = last & LAST_INDEX;
  if (last >> 7 !== ctdir && (lastIndex === TCP_FIN_SET || lastIndex === TCP_RST_SET)) {
    const left = nf_ct_expires(net, ct);
    const unacknowledged = net.sysctl.nf_conntrack_tcp_timeout_unacknowledged * net.timers.hz;
    if (left >= 120 * net.timers.hz && left > unacknowledged) {
      table.timeout[ct] = net.timers.jiffies + unacknowledged;
    }
  } else {
    words[track | LAST] = (last & (EXP_CHALLENGE_ACK | SIMULTANEOUS_OPEN)) | index | (ctdir << 7);
  }
}
