/**
 * Window tracking of nf_conntrack_proto_tcp.c: whether a segment belongs into the flow, by what both sides have
 * sent and acknowledged so far.
 */
import type { Net } from '../net.ts';
import { TH_ACK, TH_RST, TH_SYN } from '../sk_buff.ts';
import { IP_CT_DIR_ORIGINAL, IP_CT_DIR_REPLY } from './nf_conntrack_core.ts';
import type { TcpSegment } from './nf_conntrack_tcp_segment.ts';
import {
  BE_LIBERAL,
  before,
  DATA_UNACKNOWLEDGED,
  MAXACK_SET,
  SR,
  SS,
  TCP_ACK_SET,
  TCP_WINDOW,
} from './nf_conntrack_tcp_states.ts';
import type { TcpTracks } from './nf_conntrack_tcp_tracks.ts';

const MAXACKWINCONST = 66000;

/** What the window says of a segment. */
export const Window = { inside: 0, ignored: 1, outside: 2 } as const;

/**
 * tcp_in_window(): the four bounds of Guido van Rooij's paper, without SACK and window scaling. Every packet comes
 * by here, so what is read more than once is held in a local.
 */
export function tcp_in_window(net: Net, segment: TcpSegment, state: number): number {
  const { tracks } = net.conntracks;
  const { track, ctdir, flags } = segment;
  const sender = track | ctdir;
  const receiver = sender ^ 1;
  if (startsWindow(net, segment, state)) return Window.inside;

  let { seq, ack, end } = segment;
  const receiverEnd = tracks.end(receiver);
  const senderEnd = tracks.end(sender);
  if ((flags & TH_ACK) === 0 || ((flags & TH_RST) !== 0 && ack === 0)) ack = receiverEnd;
  if ((flags & TH_RST) !== 0 && seq === 0 && state === SS) seq = end = senderEnd;

  const senderMaxend = tracks.maxend(sender);
  const receiverMaxwin = tracks.maxwin(receiver);
  const maxAckWindow = Math.max(tracks.maxwin(sender), MAXACKWINCONST);
  const seqOver = !before(seq, (senderMaxend + 1) | 0);
  const ackOver = !before(ack, (receiverEnd + 1) | 0);
  const seqUnder = receiverMaxwin !== 0 && !before((senderEnd - receiverMaxwin - 1) | 0, end);
  const ackUnder = !before((receiverEnd - maxAckWindow - 1) | 0, ack);
  if (seqOver || ackOver || seqUnder || ackUnder) {
    if ((tracks.flags(sender) & BE_LIBERAL) !== 0 || net.sysctl.nf_conntrack_tcp_be_liberal !== 0) {
      if (seqOver && net.features.conntrack.overlyDelayedIgnored)
        overshoots(tracks, sender, end, ackOver, ackUnder);
      return Window.inside;
    }
    if (!net.features.conntrack.overlyDelayedIgnored) return Window.outside;
    if (!seqOver) return ackOver ? Window.outside : Window.ignored;
    return overshoots(tracks, sender, end, ackOver, ackUnder) ? Window.ignored : Window.outside;
  }
  slide(tracks, segment, ack, end);
  if (segment.index === TCP_ACK_SET) countRetransmission(tracks, segment, seq, ack, end);
  return Window.inside;
}

/**
 * What a side's first packet does, or one beyond all that it has sent while the connection is being set up. True
 * where nothing is left to check.
 */
function startsWindow(net: Net, { track, ctdir, flags, ack, end }: TcpSegment, state: number): boolean {
  const { tracks } = net.conntracks;
  const { reinitOnSyn } = net.features.conntrack;
  const sender = track | ctdir;
  const isSyn = (flags & TH_SYN) !== 0;
  if (tracks.maxwin(sender) === 0) {
    if (!isSyn) {
      believe(tracks, sender, end, ack);
      return false;
    }
    initSender(tracks, sender, end);
    return (flags & TH_ACK) === 0;
  }
  if (!before(tracks.end(sender), end) || !reinitialises(reinitOnSyn, isSyn, ctdir, state)) return false;
  initSender(tracks, sender, end);
  return reinitOnSyn && ctdir === IP_CT_DIR_REPLY && (flags & TH_ACK) === 0;
}

/** v6.2: more than the window allows, but otherwise sane. It counts as sent, for an ACK for it will come. */
function overshoots(
  tracks: TcpTracks,
  sender: number,
  end: number,
  ackOver: boolean,
  ackUnder: boolean,
): boolean {
  const receiverMaxwin = tracks.maxwin(sender ^ 1);
  const overshot = (end - tracks.maxend(sender) + 1) | 0;
  const receives = receiverMaxwin !== 0 && before((tracks.end(sender) - receiverMaxwin - 1) | 0, end);
  if (!receives || ackUnder || ackOver || overshot > receiverMaxwin) return false;
  tracks.setEnd(sender, end);
  tracks.setFlags(sender, tracks.flags(sender) | DATA_UNACKNOWLEDGED);
  return true;
}

/** The segment is inside: both sides have come further by it. */
function slide(tracks: TcpTracks, { track, ctdir, flags }: TcpSegment, ack: number, end: number): void {
  const sender = track | ctdir;
  const receiver = sender ^ 1;
  const senderMaxend = tracks.maxend(sender);
  const receiverMaxwin = tracks.maxwin(receiver);
  let senderFlags = tracks.flags(sender);
  if (tracks.maxwin(sender) < TCP_WINDOW) tracks.setMaxwin(sender, TCP_WINDOW);
  if (before(tracks.end(sender), end)) {
    tracks.setEnd(sender, end);
    senderFlags |= DATA_UNACKNOWLEDGED;
  }
  if ((flags & TH_ACK) !== 0) {
    if ((senderFlags & MAXACK_SET) === 0) {
      tracks.setMaxack(sender, ack);
      senderFlags |= MAXACK_SET;
    } else if (before(tracks.maxack(sender), ack)) {
      tracks.setMaxack(sender, ack);
    }
  }
  tracks.setFlags(sender, senderFlags);
  if (receiverMaxwin !== 0 && before(senderMaxend, end)) {
    tracks.setMaxwin(receiver, receiverMaxwin + ((end - senderMaxend) | 0));
  }
  const granted = (ack + TCP_WINDOW) | 0;
  if (before((tracks.maxend(receiver) - 1) | 0, granted)) tracks.setMaxend(receiver, granted);
  if (ack === tracks.end(receiver)) {
    tracks.setFlags(receiver, tracks.flags(receiver) & ~DATA_UNACKNOWLEDGED);
  }
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
  tracks.setEnd(sender, end);
  tracks.setMaxend(sender, end);
  tracks.setMaxwin(sender, TCP_WINDOW);
}

/** In the middle of a connection: the packet is taken at its word. */
function believe(tracks: TcpTracks, sender: number, end: number, ack: number): void {
  const receiver = sender ^ 1;
  tracks.setEnd(sender, end);
  tracks.setMaxwin(sender, TCP_WINDOW);
  tracks.setMaxend(sender, end + TCP_WINDOW);
  if (tracks.maxwin(receiver) === 0) {
    tracks.setEnd(receiver, ack);
    tracks.setMaxend(receiver, ack);
  } else if (ack === ((tracks.end(receiver) + 1) | 0)) {
    tracks.setEnd(receiver, ack);
  }
}

/** Counts an ACK that repeats the last one, and remembers any other. */
function countRetransmission(
  tracks: TcpTracks,
  { track, ctdir }: TcpSegment,
  seq: number,
  ack: number,
  end: number,
): void {
  if (
    tracks.lastSeq(track) === seq &&
    tracks.lastAck(track) === ack &&
    tracks.lastEnd(track) === end &&
    tracks.lastDir(track) === ctdir &&
    tracks.lastWin(track) === 1
  ) {
    if (tracks.retrans(track) < MAX_RETRANS) tracks.setRetrans(track, tracks.retrans(track) + 1);
    return;
  }
  tracks.setLastDir(track, ctdir);
  tracks.setLastSeq(track, seq);
  tracks.setLastAck(track, ack);
  tracks.setLastEnd(track, end);
  tracks.setLastWin(track, 1);
  tracks.setRetrans(track, 0);
}

/** ip_ct_tcp.retrans is a u8. */
const MAX_RETRANS = 255;
