/**
 * Window tracking of nf_conntrack_proto_tcp.c: whether a segment belongs into the flow, by what both sides have
 * sent and acknowledged so far.
 */
import type { Net } from './net.ts';
import { type ConntrackTable, IP_CT_DIR_ORIGINAL, IP_CT_DIR_REPLY } from './nf_conntrack_core.ts';
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
import { TH_ACK, TH_RST, TH_SYN } from './sk_buff.ts';

const MAXACKWINCONST = 66000;

/** What the window says of a segment. */
export const Window = { inside: 0, ignored: 1, outside: 2 } as const;

/** tcp_in_window(): the four bounds of Guido van Rooij's paper, without SACK and window scaling. */
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
  const features = net.features.conntrack;
  const sender = ct * 2 + ctdir;
  const receiver = ct * 2 + (1 - ctdir);
  const flags = skbs.flags[skb]!;
  const isSyn = (flags & TH_SYN) !== 0;
  let seq = skbs.seq[skb]!;
  let ack = skbs.ack[skb]!;
  let end = packetEnd;

  if (table.td_maxwin[sender] === 0) {
    if (isSyn) {
      initSender(table, sender, end);
      if ((flags & TH_ACK) === 0) return Window.inside;
    } else {
      // In the middle of a connection: believe the packet.
      table.td_end[sender] = end;
      table.td_maxwin[sender] = TCP_WINDOW;
      table.td_maxend[sender] = end + TCP_WINDOW;
      if (table.td_maxwin[receiver] === 0) {
        table.td_end[receiver] = table.td_maxend[receiver] = ack;
      } else if (ack === ((table.td_end[receiver]! + 1) | 0)) {
        table.td_end[receiver]!++;
      }
    }
  } else if (before(table.td_end[sender]!, end) && reinitialises(features.reinitOnSyn, isSyn, ctdir, state)) {
    initSender(table, sender, end);
    if (features.reinitOnSyn && ctdir === IP_CT_DIR_REPLY && (flags & TH_ACK) === 0) return Window.inside;
  }
  if ((flags & TH_ACK) === 0 || ((flags & TH_RST) !== 0 && ack === 0)) ack = table.td_end[receiver]!;
  if ((flags & TH_RST) !== 0 && seq === 0 && state === SS) seq = end = table.td_end[sender]!;

  const maxAckWindow = Math.max(table.td_maxwin[sender]!, MAXACKWINCONST);
  const seqOver = !before(seq, table.td_maxend[sender]! + 1);
  const ackOver = !before(ack, table.td_end[receiver]! + 1);
  const seqUnder =
    table.td_maxwin[receiver] !== 0 && !before(table.td_end[sender]! - table.td_maxwin[receiver]! - 1, end);
  const ackUnder = !before(table.td_end[receiver]! - maxAckWindow - 1, ack);
  if (seqOver || ackOver || seqUnder || ackUnder) {
    const liberal =
      (table.td_flags[sender]! & BE_LIBERAL) !== 0 || net.sysctl.nf_conntrack_tcp_be_liberal !== 0;
    if (!features.overlyDelayedIgnored) return liberal ? Window.inside : Window.outside;
    if (seqOver) {
      const overshot = (end - table.td_maxend[sender]! + 1) | 0;
      const receives =
        table.td_maxwin[receiver] !== 0 &&
        before(table.td_end[sender]! - table.td_maxwin[receiver]! - 1, end);
      if (receives && !ackUnder && overshot <= table.td_maxwin[receiver]! && !ackOver) {
        // More than the window allows, but otherwise sane: an ACK for it will come.
        table.td_end[sender] = end;
        table.td_flags[sender]! |= DATA_UNACKNOWLEDGED;
        return liberal ? Window.inside : Window.ignored;
      }
      return liberal ? Window.inside : Window.outside;
    }
    if (liberal) return Window.inside;
    return ackOver ? Window.outside : Window.ignored;
  }
  updateWindow(table, sender, receiver, flags, end, ack);
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
function initSender(table: ConntrackTable, sender: number, end: number): void {
  table.td_end[sender] = table.td_maxend[sender] = end;
  table.td_maxwin[sender] = TCP_WINDOW;
}

function updateWindow(
  table: ConntrackTable,
  sender: number,
  receiver: number,
  flags: number,
  end: number,
  ack: number,
): void {
  if (table.td_maxwin[sender]! < TCP_WINDOW) table.td_maxwin[sender] = TCP_WINDOW;
  if (before(table.td_end[sender]!, end)) {
    table.td_end[sender] = end;
    table.td_flags[sender]! |= DATA_UNACKNOWLEDGED;
  }
  if ((flags & TH_ACK) !== 0) {
    if ((table.td_flags[sender]! & MAXACK_SET) === 0) {
      table.td_maxack[sender] = ack;
      table.td_flags[sender]! |= MAXACK_SET;
    } else if (before(table.td_maxack[sender]!, ack)) {
      table.td_maxack[sender] = ack;
    }
  }
  if (table.td_maxwin[receiver] !== 0 && before(table.td_maxend[sender]!, end)) {
    table.td_maxwin[receiver]! += (end - table.td_maxend[sender]!) | 0;
  }
  if (before(table.td_maxend[receiver]! - 1, ack + TCP_WINDOW)) table.td_maxend[receiver] = ack + TCP_WINDOW;
  if (ack === table.td_end[receiver]) table.td_flags[receiver]! &= ~DATA_UNACKNOWLEDGED;
}

function countRetransmission(
  table: ConntrackTable,
  ct: number,
  ctdir: number,
  seq: number,
  ack: number,
  end: number,
): void {
  if (
    table.last[ct]! >> 7 === ctdir &&
    table.last_seq[ct] === seq &&
    table.last_ack[ct] === ack &&
    table.last_end[ct] === end &&
    table.last_win[ct] === 1
  ) {
    if (table.retrans[ct]! < 255) table.retrans[ct]!++;
    return;
  }
  table.last[ct] = (table.last[ct]! & ~LAST_DIR) | (ctdir << 7);
  table.last_seq[ct] = seq;
  table.last_ack[ct] = ack;
  table.last_end[ct] = end;
  table.last_win[ct] = 1;
  table.retrans[ct] = 0;
}
