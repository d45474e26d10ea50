/**
 * ip_vs_proto_sctp.c (v6.1): the states of an association as its real server sees them. An INIT from the same port is a new
 * association in CLOSED only (is_new_conn_expected()).
 */

import { SctpChunk, sctpChunkType } from '../../text/sctp_chunk.ts';
import type { Net } from '../net.ts';
import { ip_vs_control_assure_ct } from './ip_vs_conn.ts';
import type { IpVsDest } from './ip_vs_dest.ts';
import { IP_VS_CONN_F_INACTIVE, IP_VS_CONN_F_NOOUTPUT } from './ip_vs_flags.ts';
import { Direction } from './ip_vs_proto_tcp.ts';

/** sctp_state_name_table[] */
export const IP_VS_SCTP_STATE_NAMES = [
  'NONE',
  'INIT1',
  'INIT',
  'C-SENT',
  'C-REPLIED',
  'C-WAIT',
  'COOKIE',
  'C-ECHOED',
  'ESTABLISHED',
  'S-SENT',
  'S-RECEIVED',
  'S-ACK-SENT',
  'REJECTED',
  'CLOSED',
] as const;

const I1 = 1;
const IN = 2;
const CS = 3;
const CR = 4;
const CW = 5;
const CO = 6;
const CE = 7;
const ES = 8;
const SS = 9;
const SR = 10;
const SA = 11;
const RJ = 12;
const CL = 13;

export const IP_VS_SCTP_S = { ESTABLISHED: ES, REJECTED: RJ, CLOSED: CL } as const;

const STATES = IP_VS_SCTP_STATE_NAMES.length;

/** IP_VS_SCTP_MAX_RTO: a minute, and a second more. */
const MAX_RTO_S = 61;
/** sctp_timeouts[], seconds. */
const TIMEOUT_S = [
  2,
  4,
  ...Array(6).fill(MAX_RTO_S),
  900,
  ...Array(3).fill(MAX_RTO_S),
  4,
  MAX_RTO_S,
] as number[];

/** sctp_states[]: by direction, then chunk, then state. */
// biome-ignore format: a table is read in columns
const SCTP_STATES = Uint8Array.of(
  // INPUT
  //                   NO  I1  IN  CS  CR  CW  CO  CE  ES  SS  SR  SA  RJ  CL
  /*data            */ ES, I1, IN, CS, CR, CW, CO, CE, ES, SS, SR, SA, RJ, CL,
  /*init            */ I1, IN, IN, CS, CR, CW, CO, CE, ES, SS, SR, SA, IN, IN,
  /*initAck         */ CW, CW, CW, CS, CR, CO, CO, CE, ES, SS, SR, SA, RJ, CL,
  /*cookieEcho      */ CR, IN, IN, CR, CR, CW, CO, CE, ES, SS, SR, SA, RJ, CL,
  /*cookieAck       */ ES, I1, IN, CS, CR, CW, CO, ES, ES, SS, SR, SA, RJ, CL,
  /*shutdown        */ SR, I1, IN, CS, CR, CW, CO, CE, SR, SS, SR, SA, RJ, CL,
  /*shutdownAck     */ CL, IN, IN, CS, CR, CW, CO, CE, ES, CL, SR, CL, RJ, CL,
  /*shutdownComplete*/ CL, CL, CL, CS, CR, CW, CO, CE, ES, SS, SR, CL, RJ, CL,
  /*error           */ CL, I1, IN, CS, CR, CW, CO, CL, ES, SS, SR, SA, RJ, CL,
  /*abort           */ CL, CL, CL, CL, CL, RJ, CL, CL, CL, CL, CL, CL, CL, CL,
  // OUTPUT
  //                   NO  I1  IN  CS  CR  CW  CO  CE  ES  SS  SR  SA  RJ  CL
  /*data            */ ES, I1, IN, CS, CR, CW, CO, CE, ES, SS, SR, SA, RJ, CL,
  /*init            */ CW, CW, CW, CW, CW, CW, CW, CW, ES, CW, CW, CW, CW, CW,
  /*initAck         */ CS, CS, CS, CS, CR, CW, CO, CE, ES, SS, SR, SA, RJ, CL,
  /*cookieEcho      */ CE, CE, CE, CE, CE, CE, CE, CE, ES, SS, SR, SA, RJ, CL,
  /*cookieAck       */ ES, ES, ES, ES, ES, ES, ES, ES, ES, SS, SR, SA, RJ, CL,
  /*shutdown        */ SS, SS, SS, SS, SS, SS, SS, SS, SS, SS, SR, SA, RJ, CL,
  /*shutdownAck     */ SA, SA, SA, SA, SA, CW, CO, CE, ES, SA, SA, SA, RJ, CL,
  /*shutdownComplete*/ CL, I1, IN, CS, CR, CW, CO, CE, ES, SS, SR, SA, RJ, CL,
  /*error           */ CL, CL, CL, CL, CL, CW, CO, CE, ES, SS, SR, SA, RJ, CL,
  /*abort           */ CL, RJ, CL, CL, CL, CL, CL, CL, CL, CL, CL, CL, CL, CL,
  // INPUT_ONLY
  //                   NO  I1  IN  CS  CR  CW  CO  CE  ES  SS  SR  SA  RJ  CL
  /*data            */ ES, I1, IN, CS, CR, ES, CO, CE, ES, SS, SR, SA, RJ, CL,
  /*init            */ I1, IN, IN, IN, IN, IN, CO, CE, ES, SS, SR, SA, IN, IN,
  /*initAck         */ CE, CE, CE, CE, CE, CE, CO, CE, ES, SS, SR, SA, RJ, CL,
  /*cookieEcho      */ ES, ES, ES, ES, ES, ES, CO, CE, ES, SS, SR, SA, RJ, CL,
  /*cookieAck       */ ES, I1, IN, ES, ES, CW, ES, ES, ES, SS, SR, SA, RJ, CL,
  /*shutdown        */ SR, I1, IN, CS, CR, CW, CO, CE, SR, SS, SR, SA, RJ, CL,
  /*shutdownAck     */ CL, IN, IN, CS, CR, CW, CO, CE, CL, CL, SR, CL, RJ, CL,
  /*shutdownComplete*/ CL, CL, CL, CL, CL, CW, CO, CE, ES, SS, CL, CL, RJ, CL,
  /*error           */ CL, I1, IN, CS, CR, CW, CO, CE, ES, SS, SR, SA, RJ, CL,
  /*abort           */ CL, CL, CL, CL, CL, RJ, CL, CL, CL, CL, CL, CL, CL, CL,
);

/** sctp_events[]: a row of the table for each type of chunk; all that carries data or keeps alive is alike. */
const EVENT: Readonly<Record<number, number>> = {
  [SctpChunk.INIT]: 1,
  [SctpChunk['INIT-ACK']]: 2,
  [SctpChunk['COOKIE-ECHO']]: 3,
  [SctpChunk['COOKIE-ACK']]: 4,
  [SctpChunk.SHUTDOWN]: 5,
  [SctpChunk['SHUTDOWN-ACK']]: 6,
  [SctpChunk['SHUTDOWN-COMPLETE']]: 7,
  [SctpChunk.ERROR]: 8,
  [SctpChunk.ABORT]: 9,
};
const EVENTS = 10;

/** set_sctp_state(): a chunk's effect on its entry: state, timeout, and the destination's counters. */
export function set_sctp_state(net: Net, cp: number, dest: IpVsDest, direction: number, flags: number): void {
  const { conns } = net;
  let table = direction;
  if ((conns.flags[cp]! & IP_VS_CONN_F_NOOUTPUT) !== 0) {
    if (direction === Direction.output) conns.flags[cp]! &= ~IP_VS_CONN_F_NOOUTPUT;
    else table = Direction.inputOnly;
  }
  const oldState = conns.state[cp]!;
  const newState = SCTP_STATES[(table * EVENTS + (EVENT[sctpChunkType(flags)] ?? 0)) * STATES + oldState]!;
  if (newState !== oldState) {
    const isInactive = (conns.flags[cp]! & IP_VS_CONN_F_INACTIVE) !== 0;
    if (!isInactive && newState !== ES) {
      dest.activeconns--;
      dest.inactconns++;
      conns.flags[cp]! |= IP_VS_CONN_F_INACTIVE;
    } else if (isInactive && newState === ES) {
      dest.activeconns++;
      dest.inactconns--;
      conns.flags[cp]! &= ~IP_VS_CONN_F_INACTIVE;
    }
    if (newState === ES) ip_vs_control_assure_ct(net, cp);
    conns.state[cp] = newState;
  }
  conns.timeout[cp] = TIMEOUT_S[newState]! * net.timers.hz;
}
