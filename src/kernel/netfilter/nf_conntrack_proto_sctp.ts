/**
 * nf_conntrack_proto_sctp.c: states by chunks, and whose verification tags fit. Unlike a SYN, an INIT never starts an entry
 * over: one in CLOSED stays confirmed for its ten seconds, whatever comes.
 */

import { SCTP_CHUNK_FLAG_T, SctpChunk, sctpChunkType } from '../../text/sctp_chunk.ts';
import type { Net } from '../net.ts';
import { IP_CT_DIR_ORIGINAL, IP_CT_DIR_REPLY, IPS_ASSURED } from './nf_conntrack_core.ts';
import { nf_ct_refresh } from './nf_conntrack_timeout.ts';

/** sctp_conntrack_names[]; the last until v6.1 only. */
export const SCTP_CONNTRACK_NAMES = [
  'NONE',
  'CLOSED',
  'COOKIE_WAIT',
  'COOKIE_ECHOED',
  'ESTABLISHED',
  'SHUTDOWN_SENT',
  'SHUTDOWN_RECD',
  'SHUTDOWN_ACK_SENT',
  'HEARTBEAT_SENT',
  'HEARTBEAT_ACKED',
] as const;

const NO = 0;
const CL = 1;
const CW = 2;
const CE = 3;
const ES = 4;
const SS = 5;
const SR = 6;
const SA = 7;
const HS = 8;
const HA = 9;
/** SCTP_CONNTRACK_MAX: the packet is INVALID. */
const IV = 10;

const STATES = SCTP_CONNTRACK_NAMES.length;

/** sctp_conntracks[] of v6.1: by direction, then chunk, then state. */
// biome-ignore format: a table is read in columns
const TABLE = Uint8Array.of(
  // ORIGINAL
  //                   NO  CL  CW  CE  ES  SS  SR  SA  HS  HA
  /*init            */ CL, CL, CW, CE, ES, CL, CL, SA, CW, IV,
  /*init_ack        */ CL, CL, CW, CE, ES, SS, SR, SA, CL, IV,
  /*abort           */ CL, CL, CL, CL, CL, CL, CL, CL, CL, IV,
  /*shutdown        */ CL, CL, CW, CE, SS, SS, SR, SA, CL, IV,
  /*shutdown_ack    */ SA, CL, CW, CE, ES, SA, SA, SA, SA, IV,
  /*error           */ CL, CL, CW, CE, ES, SS, SR, SA, CL, IV,
  /*cookie_echo     */ CL, CL, CE, CE, ES, SS, SR, SA, CL, IV,
  /*cookie_ack      */ CL, CL, CW, ES, ES, SS, SR, SA, CL, IV,
  /*shutdown_comp   */ CL, CL, CW, CE, ES, SS, SR, CL, CL, IV,
  /*heartbeat       */ HS, CL, CW, CE, ES, SS, SR, SA, HS, IV,
  /*heartbeat_ack   */ CL, CL, CW, CE, ES, SS, SR, SA, HS, IV,
  // REPLY
  //                   NO  CL  CW  CE  ES  SS  SR  SA  HS  HA
  /*init            */ IV, CL, CW, CE, ES, SS, SR, SA, IV, IV,
  /*init_ack        */ IV, CW, CW, CE, ES, SS, SR, SA, IV, IV,
  /*abort           */ IV, CL, CL, CL, CL, CL, CL, CL, IV, IV,
  /*shutdown        */ IV, CL, CW, CE, SR, SS, SR, SA, IV, IV,
  /*shutdown_ack    */ IV, CL, CW, CE, ES, SA, SA, SA, IV, IV,
  /*error           */ IV, CL, CW, CL, ES, SS, SR, SA, IV, IV,
  /*cookie_echo     */ IV, CL, CE, CE, ES, SS, SR, SA, IV, IV,
  /*cookie_ack      */ IV, CL, CW, ES, ES, SS, SR, SA, IV, IV,
  /*shutdown_comp   */ IV, CL, CW, CE, ES, SS, SR, CL, IV, IV,
  /*heartbeat       */ IV, CL, CW, CE, ES, SS, SR, SA, HS, IV,
  /*heartbeat_ack   */ IV, CL, CW, CE, ES, SS, SR, SA, ES, IV,
);

/** The same of v5.4: from memory, and as the recordings of 5.4.0 have it where they pass. */
// biome-ignore format: a table is read in columns
const TABLE_5_4 = Uint8Array.of(
  // ORIGINAL
  //                   NO  CL  CW  CE  ES  SS  SR  SA  HS  HA
  /*init            */ CW, CW, CW, CE, ES, SS, SR, SA, CW, HA,
  /*init_ack        */ CL, CL, CW, CE, ES, SS, SR, SA, CL, HA,
  /*abort           */ CL, CL, CL, CL, CL, CL, CL, CL, CL, CL,
  /*shutdown        */ CL, CL, CW, CE, SS, SS, SR, SA, CL, SS,
  /*shutdown_ack    */ SA, CL, CW, CE, ES, SA, SA, SA, SA, HA,
  /*error           */ CL, CL, CW, CE, ES, SS, SR, SA, CL, HA,
  /*cookie_echo     */ CL, CL, CE, CE, ES, SS, SR, SA, CL, HA,
  /*cookie_ack      */ CL, CL, CW, CE, ES, SS, SR, SA, CL, HA,
  /*shutdown_comp   */ CL, CL, CW, CE, ES, SS, SR, CL, CL, HA,
  /*heartbeat       */ HS, CL, CW, CE, ES, SS, SR, SA, HS, HA,
  /*heartbeat_ack   */ CL, CL, CW, CE, ES, SS, SR, SA, HS, HA,
  // REPLY
  //                   NO  CL  CW  CE  ES  SS  SR  SA  HS  HA
  /*init            */ IV, CL, CW, CE, ES, SS, SR, SA, IV, HA,
  /*init_ack        */ IV, CL, CW, CE, ES, SS, SR, SA, IV, HA,
  /*abort           */ IV, CL, CL, CL, CL, CL, CL, CL, IV, CL,
  /*shutdown        */ IV, CL, CW, CE, SR, SS, SR, SA, IV, SR,
  /*shutdown_ack    */ IV, CL, CW, CE, ES, SA, SA, SA, IV, HA,
  /*error           */ IV, CL, CW, CL, ES, SS, SR, SA, IV, HA,
  /*cookie_echo     */ IV, CL, CW, CE, ES, SS, SR, SA, IV, HA,
  /*cookie_ack      */ IV, CL, CW, ES, ES, SS, SR, SA, IV, HA,
  /*shutdown_comp   */ IV, CL, CW, CE, ES, SS, SR, CL, IV, HA,
  /*heartbeat       */ IV, CL, CW, CE, ES, SS, SR, SA, HS, HA,
  /*heartbeat_ack   */ IV, CL, CW, CE, ES, SS, SR, SA, HA, HA,
);

/** sctp_timeouts[], seconds, of v6.1 and of v5.4; that of CLOSED is a sysctl here, too. */
const TIMEOUT_S = [0, 10, 3, 3, 210, 3, 3, 3, 30, 0];
const TIMEOUT_5_4_S = [0, 10, 3, 3, 432_000, 0.3, 0.3, 3, 30, 210];

/** sctp_new_state(): a row of the table for each type of chunk; others change nothing. */
const ROW: Readonly<Record<number, number>> = {
  [SctpChunk.INIT]: 0,
  [SctpChunk['INIT-ACK']]: 1,
  [SctpChunk.ABORT]: 2,
  [SctpChunk.SHUTDOWN]: 3,
  [SctpChunk['SHUTDOWN-ACK']]: 4,
  [SctpChunk.ERROR]: 5,
  [SctpChunk['COOKIE-ECHO']]: 6,
  [SctpChunk['COOKIE-ACK']]: 7,
  [SctpChunk['SHUTDOWN-COMPLETE']]: 8,
  [SctpChunk.HEARTBEAT]: 9,
  [SctpChunk['HEARTBEAT-ACK']]: 10,
};
const ROWS = 11;

/** Chunks whose tag is looked at by itself (RFC 9260, 8.5.1), or not at all. */
const TAGGED_APART: ReadonlySet<number> = new Set([
  SctpChunk.INIT,
  SctpChunk['SHUTDOWN-COMPLETE'],
  SctpChunk['COOKIE-ECHO'],
  SctpChunk.ABORT,
  SctpChunk['SHUTDOWN-ACK'],
  SctpChunk.HEARTBEAT,
  SctpChunk['HEARTBEAT-ACK'],
]);

/** Chunks that begin nothing (8.4). */
const OUT_OF_THE_BLUE: ReadonlySet<number> = new Set([
  SctpChunk.ABORT,
  SctpChunk['SHUTDOWN-COMPLETE'],
  SctpChunk['COOKIE-ACK'],
]);

/**
 * Bits of `rest` in the table: ct->proto.sctp.flags and last_dir, and init[] of both directions (v6.6 and its stable
 * branches). The tags are in `proto` and `replyEnd`.
 */
const HEARTBEAT_FAILED = 1;
const LAST_WAS_REPLY = 2;
const INIT_BY = [4, 8] as const;

/** nf_conntrack_sctp_packet(): false for an INVALID packet. `ctdir` is its direction. */
export function nf_conntrack_sctp_packet(net: Net, ct: number, ctdir: number, skb: number): boolean {
  const { skbs, conntracks: table, features } = net;
  const chunk = sctpChunkType(skbs.flags(skb));
  const tag = skbs.seq(skb) | 0;
  const isConfirmed = table.isConfirmed(ct);
  const isNewer = features.conntrack.sctpInitStaysClosed;
  if (!isConfirmed) {
    if (OUT_OF_THE_BLUE.has(chunk) || !sctp_new(net, ct, skb)) return false;
  }
  if (!TAGGED_APART.has(chunk) && tag !== tagOf(net, ct, ctdir)) return false;
  const fits = (isNewer ? tagFits : tagFits_5_4)(net, ct, ctdir, skb);
  if (fits === INVALID) return false;
  // A heartbeat with another tag is let through and changes nothing: the path's other end may have begun anew.
  if (fits === IGNORED) return true;

  const oldState = table.state[ct]!;
  const row = ROW[chunk];
  const newState =
    row === undefined ? oldState : (isNewer ? TABLE : TABLE_5_4)[(ctdir * ROWS + row) * STATES + oldState]!;
  if (newState === IV) return false;
  let keepsTimeout = false;
  if (chunk === SctpChunk.INIT) {
    noteInit(net, ct, ctdir, oldState, skbs.ack(skb) | 0);
    keepsTimeout = isNewer && newState === CL && oldState === CL && isConfirmed;
  } else if (chunk === SctpChunk['INIT-ACK'] && !noteInitAck(net, ct, ctdir, skbs.ack(skb) | 0, isNewer))
    return false;
  table.state[ct] = newState;
  const isAnswered = isNewer || (oldState === CE && ctdir === IP_CT_DIR_REPLY);
  if (newState === ES && oldState !== newState && isAnswered) table.status[ct]! |= IPS_ASSURED;
  if (!keepsTimeout) {
    const timeout_s =
      newState === CL
        ? net.sysctl.nf_conntrack_sctp_timeout_closed
        : (isNewer ? TIMEOUT_S : TIMEOUT_5_4_S)[newState]!;
    nf_ct_refresh(net, ct, Math.floor(timeout_s * net.timers.hz));
  }
  return true;
}

/** sctp_new(): what a first packet may be; its tags are noted. */
function sctp_new(net: Net, ct: number, skb: number): boolean {
  const { skbs, conntracks: table, features } = net;
  const chunk = sctpChunkType(skbs.flags(skb));
  table.state[ct] = NO;
  table.proto[ct] = 0;
  table.replyEnd[ct] = 0;
  table.rest[ct] = 0;
  const row = ROW[chunk];
  if (row === undefined) return false;
  const state = (features.conntrack.sctpInitStaysClosed ? TABLE : TABLE_5_4)[row * STATES + NO]!;
  if (state === NO || state === IV) return false;
  const tag = skbs.seq(skb) | 0;
  if (chunk === SctpChunk.INIT) {
    if (tag !== 0) return false;
    table.replyEnd[ct] = skbs.ack(skb) | 0;
  } else if (chunk === SctpChunk.HEARTBEAT) table.proto[ct] = tag;
  else if (chunk === SctpChunk['SHUTDOWN-ACK']) table.replyEnd[ct] = tag;
  return true;
}

function tagOf({ conntracks: table }: Net, ct: number, direction: number): number {
  return direction === IP_CT_DIR_ORIGINAL ? table.proto[ct]! : table.replyEnd[ct]!;
}

function setTag({ conntracks: table }: Net, ct: number, direction: number, tag: number): void {
  if (direction === IP_CT_DIR_ORIGINAL) table.proto[ct] = tag;
  else table.replyEnd[ct] = tag;
}

const INVALID = 0;
const FITS = 1;
const IGNORED = 2;

/** By its T flag the tag is the one that its sender was to read. */
function isReflected({ skbs }: Net, skb: number): boolean {
  return (skbs.flags(skb) & SCTP_CHUNK_FLAG_T) !== 0;
}

/** The special cases of the verification tag. */
function tagFits(net: Net, ct: number, ctdir: number, skb: number): number {
  const chunk = sctpChunkType(net.skbs.flags(skb));
  const tag = net.skbs.seq(skb) | 0;
  const { conntracks: table } = net;
  const own = tagOf(net, ct, ctdir);
  switch (chunk) {
    case SctpChunk.INIT:
      return tag === 0 ? FITS : INVALID;
    case SctpChunk.ABORT:
    case SctpChunk['SHUTDOWN-COMPLETE']:
      return tag === (isReflected(net, skb) ? tagOf(net, ct, 1 - ctdir) : own) ? FITS : INVALID;
    case SctpChunk['COOKIE-ECHO']:
      return tag === own ? FITS : INVALID;
    case SctpChunk['COOKIE-ACK']:
      table.rest[ct]! &= ~(INIT_BY[0] | INIT_BY[1]);
      return FITS;
    case SctpChunk.HEARTBEAT:
      if (own === 0) setTag(net, ct, ctdir, tag);
      else if (tag !== own) {
        table.rest[ct]! |= HEARTBEAT_FAILED;
        if (ctdir === IP_CT_DIR_REPLY) table.rest[ct]! |= LAST_WAS_REPLY;
        else table.rest[ct]! &= ~LAST_WAS_REPLY;
        return IGNORED;
      } else table.rest[ct]! &= ~HEARTBEAT_FAILED;
      return FITS;
    case SctpChunk['HEARTBEAT-ACK']:
      if (own === 0) setTag(net, ct, ctdir, tag);
      else if (tag !== own) {
        const lastDirection = (table.rest[ct]! & LAST_WAS_REPLY) === 0 ? IP_CT_DIR_ORIGINAL : IP_CT_DIR_REPLY;
        if ((table.rest[ct]! & HEARTBEAT_FAILED) === 0 || lastDirection === ctdir) return INVALID;
        table.rest[ct]! &= ~HEARTBEAT_FAILED;
        setTag(net, ct, ctdir, tag);
        setTag(net, ct, 1 - ctdir, 0);
      } else table.rest[ct]! &= ~HEARTBEAT_FAILED;
      return FITS;
    default:
      return FITS;
  }
}

/** The same of v5.4. */
function tagFits_5_4(net: Net, ct: number, ctdir: number, skb: number): number {
  const chunk = sctpChunkType(net.skbs.flags(skb));
  const tag = net.skbs.seq(skb) | 0;
  const own = tagOf(net, ct, ctdir);
  switch (chunk) {
    case SctpChunk.INIT:
      return tag === 0 ? FITS : INVALID;
    case SctpChunk.ABORT:
      return tag === own || tag === tagOf(net, ct, 1 - ctdir) ? FITS : INVALID;
    case SctpChunk['SHUTDOWN-COMPLETE']:
      return !isReflected(net, skb) || tag === own || tag === tagOf(net, ct, 1 - ctdir) ? FITS : INVALID;
    case SctpChunk['COOKIE-ECHO']:
      return tag === own ? FITS : INVALID;
    case SctpChunk.HEARTBEAT:
    case SctpChunk['HEARTBEAT-ACK']:
      if (own === 0) setTag(net, ct, ctdir, tag);
      else if (tag !== own) return INVALID;
      return FITS;
    default:
      return FITS;
  }
}

/** An INIT names the tag that its sender wants to hear. */
function noteInit(net: Net, ct: number, ctdir: number, oldState: number, initTag: number): void {
  const { conntracks: table } = net;
  if (oldState === NO || tagOf(net, ct, 1 - ctdir) !== initTag) {
    const both = INIT_BY[0] | INIT_BY[1];
    if ((table.rest[ct]! & both) === both) table.rest[ct]! &= ~INIT_BY[(1 - ctdir) as 0 | 1];
    table.rest[ct]! |= INIT_BY[ctdir as 0 | 1];
  }
  setTag(net, ct, 1 - ctdir, initTag);
}

/** So does an INIT-ACK; false where it answers no INIT that was seen. */
function noteInitAck(net: Net, ct: number, ctdir: number, initTag: number, isNewer: boolean): boolean {
  const { conntracks: table } = net;
  const rest = table.rest[ct]!;
  const peer = tagOf(net, ct, 1 - ctdir);
  if (isNewer) {
    const hasAsked = (rest & INIT_BY[(1 - ctdir) as 0 | 1]) !== 0;
    if (!hasAsked && peer !== 0 && peer !== initTag) return false;
    const collides = hasAsked && (rest & INIT_BY[ctdir as 0 | 1]) !== 0;
    if (collides && peer !== initTag) return false;
  }
  setTag(net, ct, 1 - ctdir, initTag);
  return true;
}
