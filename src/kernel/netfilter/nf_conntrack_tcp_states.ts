/**
 * The TCP states of nf_conntrack_proto_tcp.c, its table of transitions, and the flags of a flow's sides.
 */
import { TH_ACK, TH_FIN, TH_RST, TH_SYN } from '../sk_buff.ts';

/** enum tcp_conntrack, by number. */
export const TCP_CONNTRACK_NAMES = [
  'NONE',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'SYN_SENT2',
] as const;

// Table entries beyond the states: the packet is INVALID, or accepted without effect.
export const IV = 10;
export const IG = 11;
export const SS = 1;
export const SR = 2;
export const ES = 3;
export const FW = 4;
export const CW = 5;
export const LA = 6;
export const TW = 7;
export const CL = 8;
export const S2 = 9;

/** enum tcp_bit_set: what kind of packet it is. */
export const TCP_SYN_SET = 0;
export const TCP_SYNACK_SET = 1;
export const TCP_FIN_SET = 2;
export const TCP_ACK_SET = 3;
export const TCP_RST_SET = 4;
export const TCP_NONE_SET = 5;

/** tcp_conntracks[direction][packet][state]; state NONE is a flow's first packet. */
// biome-ignore format: a table is read in columns
const TRANSITIONS = Uint8Array.from([
  // ORIGINAL
  //       NO  SS  SR  ES  FW  CW  LA  TW  CL  S2
  /*syn*/  SS, SS, IG, IG, IG, IG, IG, SS, SS, S2,
  /*sa*/   IV, IV, SR, IV, IV, IV, IV, IV, IV, SR,
  /*fin*/  IV, IV, FW, FW, LA, LA, LA, TW, CL, IV,
  /*ack*/  ES, IV, ES, ES, CW, CW, TW, TW, CL, IV,
  /*rst*/  IV, CL, CL, CL, CL, CL, CL, CL, CL, CL,
  /*none*/ IV, IV, IV, IV, IV, IV, IV, IV, IV, IV,
  // REPLY
  /*syn*/  IV, S2, IV, IV, IV, IV, IV, SS, IV, S2,
  /*sa*/   IV, SR, IG, IG, IG, IG, IG, IG, IG, SR,
  /*fin*/  IV, IV, FW, FW, LA, LA, LA, TW, CL, IV,
  /*ack*/  IV, IG, SR, ES, CW, CW, TW, TW, CL, IG,
  /*rst*/  IV, CL, CL, CL, CL, CL, CL, CL, CL, CL,
  /*none*/ IV, IV, IV, IV, IV, IV, IV, IV, IV, IV,
]);

const STATES = 10;
const PACKETS = 6;

/** tcp_conntracks[][][]: what a packet makes of a state, or IV or IG. */
export function transition(ctdir: number, index: number, state: number): number {
  return TRANSITIONS[(ctdir * PACKETS + index) * STATES + state]!;
}

/** Bits of td_flags (IP_CT_TCP_FLAG_...). */
export const CLOSE_INIT = 0x01;
export const BE_LIBERAL = 0x02;
export const DATA_UNACKNOWLEDGED = 0x04;
export const MAXACK_SET = 0x08;

/** Every endpoint of the simulator advertises this window, unscaled, and so did those of the recordings. */
export const TCP_WINDOW = 64000;

export function packetIndex(flags: number): number {
  if ((flags & TH_RST) !== 0) return TCP_RST_SET;
  if ((flags & TH_SYN) !== 0) return (flags & TH_ACK) !== 0 ? TCP_SYNACK_SET : TCP_SYN_SET;
  if ((flags & TH_FIN) !== 0) return TCP_FIN_SET;
  return (flags & TH_ACK) !== 0 ? TCP_ACK_SET : TCP_NONE_SET;
}

/** before(): sequence numbers are compared modulo 2^32. */
export function before(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}
