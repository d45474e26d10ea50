/**
 * Window tracking of nf_conntrack_proto_tcp.c: whether a segment belongs into the flow, by what both sides have
 * sent and acknowledged so far.
 */
import type { Net } from './net.ts';
import { type ConntrackTable, IP_CT_DIR_ORIGINAL, IP_CT_DIR_REPLY, LAST_WIN } from './nf_conntrack_core.ts';
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
import type { TcpTracks } from './nf_conntrack_tcp_tracks.ts';
import { TH_ACK, TH_RST, TH_SYN } from './sk_buff.ts';

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
  const { tracks } = table;
  const features = net.features.conntrack;
  const track = table.proto[ct]!;
  const sender = (track << 1) | ctdir;
  const receiver = sender ^ 1;
  const flags = skbs.flags(skb);
  const isSyn = (flags & TH_SYN) !== 0;
  let seq = skbs.seq(skb);
  let ack = skbs.ack(skb);
  let end = packetEnd | 0;

  if (tracks.td_maxwin[sender] === 0) {
    if (isSyn) {
      initSender(tracks, sender, end);
      if ((flags & TH_ACK) === 0) return Window.inside;
    } else {
      believe(tracks, sender, receiver, end, ack);
    }
  } else if (
    before(tracks.td_end[sender]!, end) &&
    reinitialises(features.reinitOnSyn, isSyn, ctdir, state)
  ) {
    initSender(tracks, sender, end);
    if (features.reinitOnSyn && ctdir === IP_CT_DIR_REPLY && (flags & TH_ACK) === 0) return Window.inside;
  }
  const receiverEnd = tracks.td_end[receiver]!;
  let senderEnd = tracks.td_end[sender]!;
  if ((flags & TH_ACK) === 0 || ((flags & TH_RST) !== 0 && ack === 0)) ack = receiverEnd;
  if ((flags & TH_RST) !== 0 && seq === 0 && state === SS) seq = end = senderEnd;

  const senderMaxend = tracks.td_maxend[sender]!;
  const senderMaxwin = tracks.td_maxwin[sender]!;
  const receiverMaxwin = tracks.td_maxwin[receiver]!;
  const maxAckWindow = Math.max(senderMaxwin, MAXACKWINCONST);
  const seqOver = !before(seq, (senderMaxend + 1) | 0);
  const ackOver = !before(ack, (receiverEnd + 1) | 0);
  const seqUnder = receiverMaxwin !== 0 && !before((senderEnd - receiverMaxwin - 1) | 0, end);
  const ackUnder = !before((receiverEnd - maxAckWindow - 1) | 0, ack);
  if (seqOver || ackOver || seqUnder || ackUnder) {
    const liberal =
      (table.td_flags[(ct << 1) | ctdir]! & BE_LIBERAL) !== 0 || net.sysctl.nf_conntrack_tcp_be_liberal !== 0;
    if (!features.overlyDelayedIgnored) return liberal ? Window.inside : Window.outside;
    if (seqOver) {
      const overshot = (end - senderMaxend + 1) | 0;
      const receives = receiverMaxwin !== 0 && before((senderEnd - receiverMaxwin - 1) | 0, end);
      if (receives && !ackUnder && overshot <= receiverMaxwin && !ackOver) {
        // More than the window allows, but otherwise sane: an ACK for it will come.
        tracks.td_end[sender] = end;
        table.td_flags[(ct << 1) | ctdir]! |= DATA_UNACKNOWLEDGED;
        return liberal ? Window.inside : Window.ignored;
      }
      return liberal ? Window.inside : Window.outside;
    }
    if (liberal) return Window.inside;
    return ackOver ? Window.outside : Window.ignored;
  }

  let senderFlags = table.td_flags[(ct << 1) | ctdir]!;
  if (senderMaxwin < TCP_WINDOW) tracks.td_maxwin[sender] = TCP_WINDOW;
  if (before(senderEnd, end)) {
    tracks.td_end[sender] = senderEnd = end;
    senderFlags |= DATA_UNACKNOWLEDGED;
  }
  if ((flags & TH_ACK) !== 0) {
    if ((senderFlags & MAXACK_SET) === 0) {
      tracks.td_maxack[sender] = ack;
      senderFlags |= MAXACK_SET;
    } else if (before(tracks.td_maxack[sender]!, ack)) {
      tracks.td_maxack[sender] = ack;
    }
  }
  table.td_flags[(ct << 1) | ctdir] = senderFlags;
  if (receiverMaxwin !== 0 && before(senderMaxend, end)) {
    tracks.td_maxwin[receiver] = receiverMaxwin + ((end - senderMaxend) | 0);
  }
  const granted = (ack + TCP_WINDOW) | 0;
  if (before((tracks.td_maxend[receiver]! - 1) | 0, granted)) tracks.td_maxend[receiver] = granted;
  if (ack === receiverEnd) table.td_flags[(ct << 1) | (ctdir ^ 1)]! &= ~DATA_UNACKNOWLEDGED;
  if (index === TCP_ACK_SET) countRetransmission(table, ct, ctdir, seq, ack, end);
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
function initSender(tracks: TcpTracks, sender: number, end: number): void {
  tracks.td_end[sender] = tracks.td_maxend[sender] = end | 0;
  tracks.td_maxwin[sender] = TCP_WINDOW;
}

/** In the middle of a connection: the packet is taken at its word. */
function believe(tracks: TcpTracks, sender: number, receiver: number, end: number, ack: number): void {
  tracks.td_end[sender] = end;
  tracks.td_maxwin[sender] = TCP_WINDOW;
  tracks.td_maxend[sender] = end + TCP_WINDOW;
  if (tracks.td_maxwin[receiver] === 0) {
    tracks.td_end[receiver] = tracks.td_maxend[receiver] = ack;
  } else if (ack === ((tracks.td_end[receiver]! + 1) | 0)) {
    tracks.td_end[receiver]!++;
  }
}

/** Counts an ACK that repeats the last one, and remembers any other. */
function countRetransmission(
  table: ConntrackTable,
  ct: number,
  ctdir: number,
  seq: number,
  ack: number,
  end: number,
): void {
  const { tracks } = table;
  const track = table.proto[ct]!;
  if (
    tracks.last_seq[track] === seq &&
    tracks.last_ack[track] === ack &&
    tracks.last_end[track] === end &&
    table.last[ct]! >> 7 === ctdir &&
    (table.marks[ct]! & LAST_WIN) !== 0
  ) {
    if (table.retrans[ct]! < 255) table.retrans[ct]!++;
    return;
  }
  table.last[ct] = (table.last[ct]! & ~LAST_DIR) | (ctdir << 7);
  tracks.last_seq[track] = seq | 0;
  tracks.last_ack[track] = ack | 0;
  tracks.last_end[track] = end | 0;
  table.marks[ct]! |= LAST_WIN;
  table.retrans[ct] = 0;
}
