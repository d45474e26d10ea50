/**
 * Window tracking of nf_conntrack_proto_tcp.c: whether a segment belongs into the flow, by what both sides have
 * sent and acknowledged so far.
 */
import type { Net } from '../net.ts';
import { TH_ACK, TH_RST, TH_SYN } from '../sk_buff.ts';
import { IP_CT_DIR_ORIGINAL, IP_CT_DIR_REPLY } from './nf_conntrack_core.ts';
import {
  BE_LIBERAL,
  before,
  DATA_UNACKNOWLEDGED,
  LAST_DIR,
  MAXACK_SET,
  SR,
  SS,
  TCP_ACK_SET,
  TCP_WINDOW,
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

const MAXACKWINCONST = 66000;

/** What the window says of a segment. */
export const Window = { inside: 0, ignored: 1, outside: 2 } as const;

/**
 * tcp_in_window(): the four bounds of Guido van Rooij's paper, without SACK and window scaling. Every packet comes
 * by here, so what is read more than once is held in a local, and `packetEnd` is made a 32-bit integer first.
 */
export function tcp_in_window(
  net: Net,
  ct: number,
  ctdir: number,
  index: number,
  skb: number,
  packetEnd: number,
  state: number,
): number {
  const { conntracks: table, skbs } = net;
  const { words } = table.tracks;
  const features = net.features.conntrack;
  const track = table.proto[ct]!;
  const sender = track | ctdir;
  const receiver = sender ^ 1;
  const flags = skbs.flags(skb);
  const isSyn = (flags & TH_SYN) !== 0;
  let seq = skbs.seq(skb);
  let ack = skbs.ack(skb);
  let end = packetEnd | 0;

  if (words[sender | TD_MAXWIN] === 0) {
    if (isSyn) {
      initSender(words, sender, end);
      if ((flags & TH_ACK) === 0) return Window.inside;
    } else {
      believe(words, sender, receiver, end, ack);
    }
  } else if (
    before(words[sender | TD_END]!, end) &&
    reinitialises(features.reinitOnSyn, isSyn, ctdir, state)
  ) {
    initSender(words, sender, end);
    if (features.reinitOnSyn && ctdir === IP_CT_DIR_REPLY && (flags & TH_ACK) === 0) return Window.inside;
  }
  const receiverEnd = words[receiver | TD_END]!;
  let senderEnd = words[sender | TD_END]!;
  if ((flags & TH_ACK) === 0 || ((flags & TH_RST) !== 0 && ack === 0)) ack = receiverEnd;
  if ((flags & TH_RST) !== 0 && seq === 0 && state === SS) seq = end = senderEnd;

  const senderMaxend = words[sender | TD_MAXEND]!;
  const senderMaxwin = words[sender | TD_MAXWIN]!;
  const receiverMaxwin = words[receiver | TD_MAXWIN]!;
  const maxAckWindow = Math.max(senderMaxwin, MAXACKWINCONST);
  const seqOver = !before(seq, (senderMaxend + 1) | 0);
  const ackOver = !before(ack, (receiverEnd + 1) | 0);
  const seqUnder = receiverMaxwin !== 0 && !before((senderEnd - receiverMaxwin - 1) | 0, end);
  const ackUnder = !before((receiverEnd - maxAckWindow - 1) | 0, ack);
  if (seqOver || ackOver || seqUnder || ackUnder) {
    const liberal =
      (words[sender | TD_FLAGS]! & BE_LIBERAL) !== 0 || net.sysctl.nf_conntrack_tcp_be_liberal !== 0;
    if (!features.overlyDelayedIgnored) return liberal ? Window.inside : Window.outside;
    if (seqOver) {
      const overshot = (end - senderMaxend + 1) | 0;
      const receives = receiverMaxwin !== 0 && before((senderEnd - receiverMaxwin - 1) | 0, end);
      if (receives && !ackUnder && overshot <= receiverMaxwin && !ackOver) {
        // More than the window allows, but otherwise sane: an ACK for it will come.
        words[sender | TD_END] = end;
        words[sender | TD_FLAGS]! |= DATA_UNACKNOWLEDGED;
        return liberal ? Window.inside : Window.ignored;
      }
      return liberal ? Window.inside : Window.outside;
    }
    if (liberal) return Window.inside;
    return ackOver ? Window.outside : Window.ignored;
  }

  let senderFlags = words[sender | TD_FLAGS]!;
  if (senderMaxwin < TCP_WINDOW) words[sender | TD_MAXWIN] = TCP_WINDOW;
  if (before(senderEnd, end)) {
    words[sender | TD_END] = senderEnd = end;
    senderFlags |= DATA_UNACKNOWLEDGED;
  }
  if ((flags & TH_ACK) !== 0) {
    if ((senderFlags & MAXACK_SET) === 0) {
      words[sender | TD_MAXACK] = ack;
      senderFlags |= MAXACK_SET;
    } else if (before(words[sender | TD_MAXACK]!, ack)) {
      words[sender | TD_MAXACK] = ack;
    }
  }
  words[sender | TD_FLAGS] = senderFlags;
  if (receiverMaxwin !== 0 && before(senderMaxend, end)) {
    words[receiver | TD_MAXWIN] = receiverMaxwin + ((end - senderMaxend) | 0);
  }
  const granted = (ack + TCP_WINDOW) | 0;
  if (before((words[receiver | TD_MAXEND]! - 1) | 0, granted)) words[receiver | TD_MAXEND] = granted;
  if (ack === receiverEnd) words[receiver | TD_FLAGS]! &= ~DATA_UNACKNOWLEDGED;
  if (index === TCP_ACK_SET) countRetransmission(words, track, ctdir, seq, ack, end);
  return Window.inside;
}

/**
 * When a packet beyond what its side has sent starts that side's window again. Before v5.17 any packet did
 * in the states a SYN leads to, an RST included (seen in the recordings of 5.4 and 5.10).
 */
function reinitialises(onlySyn: boolean, isSyn: boolean, ctdir: number, state: number): boolean {
  if (onlySyn) return isSyn && (state === SS || state === SR);
  return (state === SS && ctdir === IP_CT_DIR_ORIGINAL) || (state === SR && ctdir === IP_CT_DIR_REPLY);
}

/** tcp_init_sender() */
function initSender(words: Int32Array, sender: number, end: number): void {
  words[sender | TD_END] = words[sender | TD_MAXEND] = end | 0;
  words[sender | TD_MAXWIN] = TCP_WINDOW;
}

/** In the middle of a connection: the packet is taken at its word. */
function believe(words: Int32Array, sender: number, receiver: number, end: number, ack: number): void {
  words[sender | TD_END] = end;
  words[sender | TD_MAXWIN] = TCP_WINDOW;
  words[sender | TD_MAXEND] = end + TCP_WINDOW;
  if (words[receiver | TD_MAXWIN] === 0) {
    words[receiver | TD_END] = words[receiver | TD_MAXEND] = ack;
  } else if (ack === ((words[receiver | TD_END]! + 1) | 0)) {
    words[receiver | TD_END]!++;
  }
}

/** Counts an ACK that repeats the last one, and remembers any other. */
function countRetransmission(
  words: Int32Array,
  track: number,
  ctdir: number,
  seq: number,
  ack: number,
  end: number,
): void {
  const last = words[track | LAST]!;
  if (
    words[track | LAST_SEQ] === seq &&
    words[track | LAST_ACK] === ack &&
    words[track | LAST_END] === end &&
    last >> 7 === ctdir &&
    words[track | LAST_WIN] === 1
  ) {
    if (words[track | RETRANS]! < 255) words[track | RETRANS]!++;
    return;
  }
  words[track | LAST] = (last & ~LAST_DIR) | (ctdir << 7);
  words[track | LAST_SEQ] = seq | 0;
  words[track | LAST_ACK] = ack | 0;
  words[track | LAST_END] = end | 0;
  words[track | LAST_WIN] = 1;
  words[track | RETRANS] = 0;
}
