/** ip_vs_proto_tcp.c: IPVS's own TCP state machine, its timeouts, and what counts as an active connection. */

import type { Net } from '../net.ts';
import { TH_ACK, TH_FIN, TH_RST, TH_SYN } from '../sk_buff.ts';
import { ip_vs_control_assure_ct } from './ip_vs_conn.ts';
import type { IpVsDest } from './ip_vs_dest.ts';
import { IP_VS_CONN_F_INACTIVE, IP_VS_CONN_F_NOOUTPUT } from './ip_vs_flags.ts';

const STATES = 11;

/** tcp_timeouts[], seconds. `ipvsadm --set` changes ESTABLISHED and FIN_WAIT only (ip_vs_set_timeout). */
const TIMEOUT_S = [2, 900, 120, 60, 120, 120, 10, 60, 30, 120, 120];

/** A timeout no packet needs; ip_vs_proto_udp.c. */
const UDP_TIMEOUT_S = 300;

const NO = 0;
const ES = 1;
const SS = 2;
const SR = 3;
const FW = 4;
const TW = 5;
const CL = 6;
const CW = 7;
const LA = 8;
const LI = 9;
const SA = 10;

/** Which part of the table a packet uses. */
export const Direction = { input: 0, output: 1, inputOnly: 2 } as const;

/** tcp_states[]: by direction, then packet (syn, fin, ack, rst), then state. */
// biome-ignore format: a table is read in columns
const TCP_STATES = [
  // INPUT
  //       NO  ES  SS  SR  FW  TW  CL  CW  LA  LI  SA
  /*syn*/  SR, ES, ES, SR, SR, SR, SR, SR, SR, SR, SR,
  /*fin*/  CL, CW, SS, TW, TW, TW, CL, CW, LA, LI, TW,
  /*ack*/  ES, ES, SS, ES, FW, TW, CL, CW, CL, LI, ES,
  /*rst*/  CL, CL, CL, SR, CL, CL, CL, CL, LA, LI, SR,
  // OUTPUT
  /*syn*/  SS, ES, SS, SR, SS, SS, SS, SS, SS, LI, SR,
  /*fin*/  TW, FW, SS, TW, FW, TW, CL, TW, LA, LI, TW,
  /*ack*/  ES, ES, SS, ES, FW, TW, CL, CW, LA, ES, ES,
  /*rst*/  CL, CL, SS, CL, CL, TW, CL, CL, CL, CL, CL,
  // INPUT_ONLY
  /*syn*/  SR, ES, ES, SR, SR, SR, SR, SR, SR, SR, SR,
  /*fin*/  CL, FW, SS, TW, FW, TW, CL, CW, LA, LI, TW,
  /*ack*/  ES, ES, SS, ES, FW, TW, CL, CW, CL, LI, ES,
  /*rst*/  CL, CL, CL, SR, CL, CL, CL, CL, LA, LI, CL,
];

/** tcp_states_dos[]: with secure_tcp a connection is established only after the server has answered. */
// biome-ignore format: a table is read in columns
const TCP_STATES_DOS = [
  // INPUT
  //       NO  ES  SS  SR  FW  TW  CL  CW  LA  LI  SA
  /*syn*/  SR, ES, ES, SR, SR, SR, SR, SR, SR, SR, SA,
  /*fin*/  CL, CW, SS, TW, TW, TW, CL, CW, LA, LI, SA,
  /*ack*/  ES, ES, SS, SR, FW, TW, CL, CW, CL, LI, SA,
  /*rst*/  CL, CL, CL, SR, CL, CL, CL, CL, LA, LI, CL,
  // OUTPUT
  /*syn*/  SS, ES, SS, SA, SS, SS, SS, SS, SS, LI, SA,
  /*fin*/  TW, FW, SS, TW, FW, TW, CL, TW, LA, LI, TW,
  /*ack*/  ES, ES, SS, ES, FW, TW, CL, CW, LA, ES, ES,
  /*rst*/  CL, CL, SS, CL, CL, TW, CL, CL, CL, CL, CL,
  // INPUT_ONLY
  /*syn*/  SA, ES, ES, SR, SA, SA, SA, SA, SA, SA, SA,
  /*fin*/  CL, FW, SS, TW, FW, TW, CL, CW, LA, LI, TW,
  /*ack*/  ES, ES, SS, ES, FW, TW, CL, CW, CL, LI, ES,
  /*rst*/  CL, CL, CL, SR, CL, CL, CL, CL, LA, LI, CL,
];

const DOS_OFFSET = TCP_STATES.length;

/** Rows of one direction. */
const EVENTS = 4;

/** Both tables and the timeouts as one namespace has them (struct ip_vs_proto_data). */
export class TcpProtocol {
  readonly #next: Uint8Array;
  readonly timeouts = new Int32Array(STATES);
  udpTimeout = 0;
  /** 0, or DOS_OFFSET while secure_tcp is on. */
  #table = 0;
  /** tcp_state_active_table: 1 for a state that counts in ActiveConn. */
  readonly #active = new Uint8Array(STATES);

  constructor(firstAckEstablishes: boolean, preEstablishedIsActive: boolean) {
    this.#next = Uint8Array.from([...TCP_STATES, ...TCP_STATES_DOS]);
    if (!firstAckEstablishes) {
      // v3.10: an ACK for an entry in state NONE, coming in, closes it.
      for (const table of [0, DOS_OFFSET]) {
        for (const direction of [Direction.input, Direction.inputOnly]) {
          this.#next[table + (direction * EVENTS + 2) * STATES + NO] = CL;
        }
      }
    }
    for (const state of preEstablishedIsActive ? [ES, SS, SR, SA] : [ES]) this.#active[state] = 1;
  }

  /** tcp_timeout_change() and ip_vs_set_timeout(); seconds, 0 for the default. */
  configure(hz: number, secureTcp: boolean, tcp_s: number, tcpfin_s: number, udp_s: number): void {
    this.#table = secureTcp ? DOS_OFFSET : 0;
    for (let state = 0; state < STATES; state++) this.timeouts[state] = TIMEOUT_S[state]! * hz;
    if (tcp_s > 0) this.timeouts[ES] = tcp_s * hz;
    if (tcpfin_s > 0) this.timeouts[FW] = tcpfin_s * hz;
    this.udpTimeout = (udp_s > 0 ? udp_s : UDP_TIMEOUT_S) * hz;
  }

  next(direction: number, event: number, state: number): number {
    return this.#next[this.#table + (direction * EVENTS + event) * STATES + state]!;
  }

  isActive(state: number): boolean {
    return this.#active[state] === 1;
  }
}

/** tcp_state_idx(): -1 for a packet without any of the four flags, which closes the entry. */
function eventOf(flags: number): number {
  if ((flags & TH_RST) !== 0) return 3;
  if ((flags & TH_SYN) !== 0) return 0;
  if ((flags & TH_FIN) !== 0) return 1;
  return (flags & TH_ACK) !== 0 ? 2 : -1;
}

/** set_tcp_state(): the packet's effect on its entry: state, timeout, and the destination's counters. */
export function set_tcp_state(net: Net, cp: number, dest: IpVsDest, direction: number, flags: number): void {
  const { conns, tcp } = net;
  let table = direction;
  let entryFlags = conns.flags[cp]!;
  if ((entryFlags & IP_VS_CONN_F_NOOUTPUT) !== 0) {
    // The first output packet seen shows that they do pass here.
    if (direction === Direction.output) conns.flags[cp] = entryFlags &= ~IP_VS_CONN_F_NOOUTPUT;
    else table = Direction.inputOnly;
  }
  const event = eventOf(flags);
  const oldState = conns.state[cp]!;
  const newState = event < 0 ? CL : tcp.next(table, event, oldState);
  if (newState !== oldState) {
    const isInactive = (entryFlags & IP_VS_CONN_F_INACTIVE) !== 0;
    const active = tcp.isActive(newState);
    if (isInactive === active) {
      if (active) {
        dest.activeconns++;
        dest.inactconns--;
        conns.flags[cp] = entryFlags & ~IP_VS_CONN_F_INACTIVE;
      } else {
        dest.activeconns--;
        dest.inactconns++;
        conns.flags[cp] = entryFlags | IP_VS_CONN_F_INACTIVE;
      }
    }
    if (newState === ES) ip_vs_control_assure_ct(net, cp);
    conns.state[cp] = newState;
    conns.byKind[oldState]!--;
    conns.byKind[newState]!++;
  }
  conns.timeout[cp] = tcp.timeouts[newState]!;
}
