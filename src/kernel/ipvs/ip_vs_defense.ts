/**
 * defense_work_handler() of ip_vs_ctl.c and ip_vs_random_dropentry() of ip_vs_conn.c: with drop_entry, half-open
 * connections make room every second.
 */
import type { RandomStream } from '../../engine/random.ts';
import type { Net } from '../net.ts';
import { IPPROTO_SCTP, IPPROTO_TCP } from '../sk_buff.ts';
import { ip_vs_conn_del } from './ip_vs_conn.ts';
import { IP_VS_CONN_F_HASHED, IP_VS_CONN_F_TEMPLATE } from './ip_vs_flags.ts';
import { IP_VS_SCTP_S } from './ip_vs_proto_sctp.ts';
import { IP_VS_TCP_S } from './ip_vs_tcp_states.ts';

/** Share of the table visited each second. */
const VISITED_SHARE = 32;

/** todrop_entry(): every n-th candidate that has seen n packets goes, up to eight packets. */
const DROP_RATE = [0, 1, 2, 3, 4, 5, 6, 7, 8];

/** drop_entry's only mode that acts without memory pressure. */
const DROP_ENTRY_ALWAYS = 3;

/** update_defense_level(), when a sysctl has been written: the work begins that has none to do yet. */
export function update_defense_level(net: Net): void {
  if (net.sysctl.drop_entry === DROP_ENTRY_ALWAYS && !net.defenseWork.isPending) {
    net.defenseWork.mod(net.timers.hz);
  }
}

/** defense_work_handler() */
export function defense_work_handler(net: Net, random: RandomStream): void {
  if (net.sysctl.drop_entry !== DROP_ENTRY_ALWAYS) return;
  ip_vs_random_dropentry(net, random);
  net.defenseWork.mod(net.timers.hz);
}

/**
 * Deviation: the kernel visits random buckets of its table, this visits as many random slots; which entries
 * that are is chance in both.
 */
function ip_vs_random_dropentry(net: Net, random: RandomStream): void {
  const { conns } = net;
  const visits = Math.ceil(conns.used / VISITED_SHARE);
  const counters = [...DROP_RATE];
  for (let visit = 0; visit < visits; visit++) {
    const cp = random.below(conns.used);
    if ((conns.flags[cp]! & IP_VS_CONN_F_HASHED) === 0 || conns.n_control[cp] !== 0) continue;
    if (mayDrop(net, cp, counters)) ip_vs_conn_del(net, cp);
  }
}

function mayDrop(net: Net, cp: number, counters: number[]): boolean {
  const { conns, timers } = net;
  if ((conns.flags[cp]! & IP_VS_CONN_F_TEMPLATE) !== 0) {
    return net.features.assuredTemplates && conns.state[cp] === 0;
  }
  if (net.virtuals[conns.virtual[cp]!]!.protocol === IPPROTO_TCP) {
    const state = conns.state[cp]!;
    if (state === IP_VS_TCP_S.SYN_RECV || state === IP_VS_TCP_S.SYNACK) return true;
    if (state !== IP_VS_TCP_S.ESTABLISHED) return false;
  }
  if (net.virtuals[conns.virtual[cp]!]!.protocol === IPPROTO_SCTP) {
    const state = conns.state[cp]!;
    if (state > 0 && state < IP_VS_SCTP_S.ESTABLISHED) return true;
    if (state !== IP_VS_SCTP_S.ESTABLISHED) return false;
  }
  // The last packet must be a minute old.
  if (timers.remaining(cp) > conns.timeout[cp]! - 60 * timers.hz) return false;
  const packets = conns.in_pkts[cp]!;
  if (packets > 8 || packets === 0) return false;
  if (--counters[packets]! > 0) return false;
  counters[packets] = DROP_RATE[packets]!;
  return true;
}
