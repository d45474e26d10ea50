/**
 * ip_vs_core.c: what happens to a packet for a virtual service. Read ip_vs_in() first: lookup, the port-reuse
 * block, scheduling, state, transmission.
 */
import { NO_NODE } from '../../engine/hash_chains.ts';
import { isIpv6Number } from '../../text/address_book.ts';
import { SCTP_HEADER_BYTES, SctpChunk, sctpChunkBytes, sctpChunkType } from '../../text/sctp_chunk.ts';
import { dropSkb } from '../drop.ts';
import { ICMP_PORT_UNREACHABLE, icmpUnreachable } from '../ipv4/icmp.ts';
import type { Net } from '../net.ts';
import { IPPROTO_SCTP, IPPROTO_TCP, IPPROTO_UDP, TH_RST, TH_SYN } from '../sk_buff.ts';
import {
  IP_VS_CTPL_S_ASSURED,
  ip_vs_check_template,
  ip_vs_conn_expire_now,
  ip_vs_conn_new,
  ip_vs_conn_put,
  ip_vs_control_add,
} from './ip_vs_conn.ts';
import type { IpVsDest } from './ip_vs_dest.ts';
import {
  IP_VS_CONN_F_FWD_MASK,
  IP_VS_CONN_F_MASQ,
  IP_VS_CONN_F_NFCT,
  IP_VS_CONN_F_NOOUTPUT,
  IP_VS_CONN_F_ONE_PACKET,
  IP_VS_CONN_F_TEMPLATE,
} from './ip_vs_flags.ts';
import {
  ip_vs_conn_uses_conntrack,
  ip_vs_conn_uses_old_conntrack,
  ip_vs_notrack,
  ip_vs_update_conntrack,
} from './ip_vs_nfct.ts';
import { IP_VS_SCTP_S, set_sctp_state } from './ip_vs_proto_sctp.ts';
import { Direction, set_tcp_state } from './ip_vs_proto_tcp.ts';
import type { IpVsService } from './ip_vs_service.ts';
import { IP_VS_TCP_S } from './ip_vs_tcp_states.ts';
import {
  type ReuseTold,
  tellDeleted,
  tellNoEntry,
  tellNoTemplate,
  tellReuse,
  tellScheduled,
  tellTemplate,
} from './ip_vs_tell.ts';
import type { IpVsVirtual } from './ip_vs_virtual.ts';
import { ip_vs_xmit } from './ip_vs_xmit.ts';
import type { IpVsStats } from './stats.ts';

/** What a hook tells its caller: the packet goes on up the stack, or is not the caller's any more. */
export const NF_ACCEPT = 0;
export const NF_STOLEN = 1;
export const NF_DROP = 2;

/** What the port-reuse block decided about a SYN that met an entry. */
const Reuse = { keep: 0, reschedule: 1, drop: 2 } as const;

/** FTPDATA: never scheduled. */
const FTP_DATA_PORT = 20;

/**
 * ip_vs_in(), ip_vs_in_hook(): at LOCAL_IN, for a packet from a client. NF_STOLEN means that the packet has
 * been sent on, NF_DROP that it is gone.
 */
export function ip_vs_in(net: Net, skb: number): number {
  const { skbs, conns } = net;
  const protocol = skbs.protocol(skb);
  if (protocol !== IPPROTO_TCP && protocol !== IPPROTO_UDP && protocol !== IPPROTO_SCTP) return NF_ACCEPT;
  const virtual = ip_vs_service_find(net, protocol, skbs.daddr(skb), skbs.dport(skb));
  if (virtual === null) return NF_ACCEPT;
  let cp = conns.inGet(virtual.index, skbs.saddr(skb), skbs.sport(skb));

  if (cp !== NO_NODE && is_new_conn(protocol, skbs.flags(skb))) {
    if (skbs.retransmission(skb) === 0) net.portReuses++;
    const reuse = reuseDecision(net, cp, skb);
    if (reuse === Reuse.drop) return NF_DROP;
    if (reuse === Reuse.reschedule) cp = NO_NODE;
  }
  if (cp !== NO_NODE && net.features.nodestReschedules && !net.dests[conns.dest[cp]!]!.available) {
    if (dropForUnavailableDest(net, cp, skb)) return NF_DROP;
    cp = NO_NODE;
  }
  if (cp === NO_NODE) {
    if (!opensConnection(net, protocol, skb)) {
      if (net.tap !== null) tellNoEntry(net, skb);
      return NF_ACCEPT;
    }
    cp = ip_vs_schedule(net, virtual, skb);
    if (cp === NO_NODE) return NF_DROP;
  }
  const dest = net.dests[conns.dest[cp]!]!;
  if (!dest.available && !net.features.nodestReschedules) {
    // v5.8 and before: with expire_nodest_conn the entry goes, but this packet is dropped all the same.
    if (net.sysctl.expire_nodest_conn !== 0) ip_vs_conn_expire_now(net, cp);
    if (net.tap !== null) tellDeleted(net, cp, skb, true);
    dropSkb(net, skb, 'dest_unavailable', 'ip_vs_in');
    return NF_DROP;
  }
  if (dest.available) countIn(dest.stats, packetBytes(net, protocol, skb));
  ip_vs_set_state(net, cp, dest, Direction.input, skb);
  ip_vs_xmit(net, cp, dest, skb);
  if (conns.in_pkts[cp]! < 255) conns.in_pkts[cp]!++;
  ip_vs_conn_put(net, cp);
  return NF_STOLEN;
}

/**
 * The port-reuse block of ip_vs_in(): a SYN has met an entry. The locals are the kernel's own (`old_ct` in place of
 * `uses_ct` from v5.9 on); which kernel has which part is in release/switches.ts. On `drop` the packet is gone already.
 */
function reuseDecision(net: Net, cp: number, skb: number): number {
  const { features, sysctl, conns } = net;
  const dest = net.dests[conns.dest[cp]!]!;
  const conn_reuse_mode = sysctl.conn_reuse_mode;
  if (conn_reuse_mode === 0 && dest.weight === 0 && net.services[dest.service]!.noRouteToHostFix) {
    ip_vs_conn_expire_now(net, cp);
    return Reuse.reschedule;
  }
  const nodest = sysctl.expire_nodest_conn !== 0 && dest.weight === 0;
  if (!features.connReuseMode) {
    if (!nodest) return keptReuse(net, cp, skb, 'kernel');
    if (net.tap !== null) tellReuse(net, cp, skb, { branch: 'reschedule', because: 'expire_nodest_conn' });
    ip_vs_conn_expire_now(net, cp);
    return Reuse.reschedule;
  }
  // v4.1 to v5.15: with mode 0 the destination's weight is not looked at either.
  if (conn_reuse_mode === 0 && !(features.nodestInAnyMode && nodest))
    return keptReuse(net, cp, skb, 'conn_reuse_mode');

  const n_control = conns.n_control[cp]!;
  let uses_ct = false;
  let resched = false;
  if (nodest) {
    resched = true;
    uses_ct = usesConntrack(net, cp, skb);
  } else if (is_new_conn_expected(net, cp, conn_reuse_mode)) {
    uses_ct = usesConntrack(net, cp, skb);
    // An entry that others refer to and whose conntrack is in use can be neither expired nor redirected.
    resched = n_control === 0 || !uses_ct;
  } else {
    return keptReuse(net, cp, skb, 'state');
  }
  if (net.tap !== null) {
    tellReuse(net, cp, skb, {
      branch: !resched ? 'keep' : uses_ct ? 'drop' : 'reschedule',
      because: nodest ? 'expire_nodest_conn' : 'conn_reuse_mode',
      usesConntrack: uses_ct,
    });
  }
  if (!resched) return Reuse.keep;
  if (!uses_ct && features.reuseDropsConfirmedOnly) conns.flags[cp]! &= ~IP_VS_CONN_F_NFCT;
  if (n_control === 0) ip_vs_conn_expire_now(net, cp);
  if (!uses_ct) return Reuse.reschedule;
  dropSkb(net, skb, nodest ? 'nodest_conntrack' : 'old_conntrack', 'ip_vs_in');
  return Reuse.drop;
}

function keptReuse(net: Net, cp: number, skb: number, because: ReuseTold['because']): number {
  if (net.tap !== null) tellReuse(net, cp, skb, { branch: 'keep', because });
  return Reuse.keep;
}

/** Whether the entry's conntrack stands in the way of another destination: a question of v4.6 and later. */
function usesConntrack(net: Net, cp: number, skb: number): boolean {
  const { features } = net;
  if (features.reuseDropsConfirmedOnly) return ip_vs_conn_uses_old_conntrack(net, skb);
  return features.reuseDropsTracked && ip_vs_conn_uses_conntrack(net, cp, skb);
}

/** is_new_conn(): a SYN, or an INIT. */
function is_new_conn(protocol: number, flags: number): boolean {
  return protocol === IPPROTO_TCP
    ? (flags & TH_SYN) !== 0
    : protocol === IPPROTO_SCTP && flags === SctpChunk.INIT;
}

/** is_new_conn_expected(): by the entry's state a new connection with the same addresses is no surprise. */
function is_new_conn_expected(net: Net, cp: number, mode: number): boolean {
  const { conns } = net;
  if (conns.control[cp] !== NO_NODE) return false;
  const state = conns.state[cp]!;
  if (net.virtuals[conns.virtual[cp]!]!.protocol === IPPROTO_SCTP) return state === IP_VS_SCTP_S.CLOSED;
  return (
    state === IP_VS_TCP_S.TIME_WAIT ||
    state === IP_VS_TCP_S.CLOSE ||
    ((mode & 2) !== 0 && state === IP_VS_TCP_S.FIN_WAIT && (conns.flags[cp]! & IP_VS_CONN_F_NOOUTPUT) !== 0)
  );
}

/** v5.9: the entry's destination has been deleted. True when the packet was dropped, false to schedule it. */
function dropForUnavailableDest(net: Net, cp: number, skb: number): boolean {
  if (net.sysctl.expire_nodest_conn === 0) {
    if (net.tap !== null) tellDeleted(net, cp, skb, true);
    dropSkb(net, skb, 'dest_unavailable', 'ip_vs_in');
    return true;
  }
  const usesConntrack = ip_vs_conn_uses_old_conntrack(net, skb);
  if (net.tap !== null) tellDeleted(net, cp, skb, usesConntrack);
  if (!usesConntrack) net.conns.flags[cp]! &= ~IP_VS_CONN_F_NFCT;
  ip_vs_conn_expire_now(net, cp);
  if (usesConntrack) dropSkb(net, skb, 'dest_unavailable', 'ip_vs_in');
  return usesConntrack;
}

/** tcp_conn_schedule(), udp_conn_schedule(), sctp_conn_schedule(): whether the packet may open a connection at all. */
function opensConnection(net: Net, protocol: number, skb: number): boolean {
  if (net.skbs.sport(skb) === FTP_DATA_PORT) return false;
  if (protocol === IPPROTO_UDP) return true;
  const flags = net.skbs.flags(skb);
  if (protocol === IPPROTO_SCTP) return flags === SctpChunk.INIT;
  if ((flags & TH_RST) !== 0) return false;
  return (flags & TH_SYN) !== 0 || (net.features.sloppy && net.sysctl.sloppy_tcp !== 0);
}

/** Whether the packet is for a service that IPVS meets ahead of conntrack. */
export function isForEarlyService(net: Net, skb: number): boolean {
  const { skbs } = net;
  const virtual = ip_vs_service_find(net, skbs.protocol(skb), skbs.daddr(skb), skbs.dport(skb));
  return virtual?.service.aheadOfConntrack === true;
}

/** ip_vs_service_find() */
function ip_vs_service_find(net: Net, protocol: number, vaddr: number, vport: number): IpVsVirtual | null {
  return net.serviceTable.find(protocol, vaddr, vport);
}

/**
 * ip_vs_schedule(): picks a destination and makes an entry; NO_NODE when there is none, and the packet is
 * then answered and dropped (ip_vs_leave).
 */
function ip_vs_schedule(net: Net, virtual: IpVsVirtual, skb: number): number {
  const { skbs, sysctl } = net;
  const { service } = virtual;
  if (sysctl.drop_packet === 3 && --net.dropCounter <= 0) {
    // todrop_rate: ip_vs_todrop() takes every am_droprate-th packet that would open a connection.
    net.dropCounter = sysctl.am_droprate;
    dropSkb(net, skb, 'drop_packet', 'ip_vs_in');
    return NO_NODE;
  }
  if (service.timeout !== 0) return ip_vs_sched_persist(net, virtual, skb);
  const dest = service.scheduler.schedule(
    service.destinations,
    skbs.saddr(skb),
    skbs.sport(skb),
    skbs.daddr(skb),
  );
  if (net.tap !== null) tellScheduled(net, skb, service, dest);
  if (dest === null) {
    icmpUnreachable(net, skb, ICMP_PORT_UNREACHABLE, 'ip_vs_leave');
    return NO_NODE;
  }
  const onePacket = service.onePacket && virtual.protocol === IPPROTO_UDP ? IP_VS_CONN_F_ONE_PACKET : 0;
  return newConnection(net, virtual, skb, onePacket, dest);
}

/** ip_vs_sched_persist(): the client's template decides, or a new one is made. */
function ip_vs_sched_persist(net: Net, virtual: IpVsVirtual, skb: number): number {
  const { skbs, conns } = net;
  const { service } = virtual;
  const caddr = skbs.saddr(skb);
  // snet of ip_vs_sched_persist() (v6.1).
  const network = networkOf(net, service, caddr);
  let template = conns.inGet(service.templates, network, 0);
  const isNew = template === NO_NODE || !ip_vs_check_template(net, template);
  if (isNew) {
    const dest = service.scheduler.schedule(service.destinations, caddr, skbs.sport(skb), skbs.daddr(skb));
    if (dest === null) {
      if (net.tap !== null) tellNoTemplate(net, skb, service);
      icmpUnreachable(net, skb, ICMP_PORT_UNREACHABLE, 'ip_vs_leave');
      return NO_NODE;
    }
    template = ip_vs_conn_new(net, net.virtuals[service.templates]!, network, 0, IP_VS_CONN_F_TEMPLATE, dest);
    if (template === NO_NODE) {
      dropSkb(net, skb, 'conn_max', 'ip_vs_conn_new');
      return NO_NODE;
    }
    conns.timeout[template] = service.timeout;
  }
  const onePacket = service.onePacket && virtual.protocol === IPPROTO_UDP ? IP_VS_CONN_F_ONE_PACKET : 0;
  const dest = net.dests[conns.dest[template]!]!;
  if (net.tap !== null) tellTemplate(net, skb, isNew, dest);
  const cp = newConnection(net, virtual, skb, onePacket, dest);
  if (cp !== NO_NODE) ip_vs_control_add(net, cp, template);
  ip_vs_conn_put(net, template);
  return cp;
}

function networkOf({ book }: Net, { netmask }: IpVsService, caddr: number): number {
  if (netmask === -1) return caddr;
  return isIpv6Number(caddr) ? book.prefixOf(caddr, netmask) : caddr & netmask;
}

function newConnection(net: Net, virtual: IpVsVirtual, skb: number, flags: number, dest: IpVsDest): number {
  const { skbs } = net;
  const cp = ip_vs_conn_new(net, virtual, skbs.saddr(skb), skbs.sport(skb), flags, dest);
  if (cp === NO_NODE) {
    dropSkb(net, skb, 'conn_max', 'ip_vs_conn_new');
    return NO_NODE;
  }
  // ip_vs_conn_stats()
  dest.stats.conns++;
  return cp;
}

/**
 * ip_vs_out(), ip_vs_out_hook(): at FORWARD, or `early` at the head of PRE_ROUTING, for a packet on its way to a
 * client. Always accepted; true when it belongs to a connection.
 */
export function ip_vs_out(net: Net, skb: number, early = false): boolean {
  const { skbs, conns } = net;
  const protocol = skbs.protocol(skb);
  const cp = conns.outGet(net, protocol, skbs.saddr(skb), skbs.sport(skb), skbs.daddr(skb), skbs.dport(skb));
  if (cp === NO_NODE) return false;
  if (net.hasEarlyServices && net.virtuals[conns.virtual[cp]!]!.service.aheadOfConntrack !== early)
    return false;
  // handle_response()
  if ((conns.flags[cp]! & IP_VS_CONN_F_FWD_MASK) === IP_VS_CONN_F_MASQ) {
    const virtual = net.virtuals[conns.virtual[cp]!]!;
    skbs.setSaddr(skb, virtual.addr);
    skbs.setSport(skb, virtual.port);
  }
  const dest = net.dests[conns.dest[cp]!]!;
  if (dest.available) countOut(dest.stats, packetBytes(net, protocol, skb));
  ip_vs_set_state(net, cp, dest, Direction.output, skb);
  if ((conns.flags[cp]! & IP_VS_CONN_F_NFCT) === 0) ip_vs_notrack(net, cp, skb);
  else ip_vs_update_conntrack(net, skb, cp, false);
  ip_vs_conn_put(net, cp);
  return true;
}

/** ip_vs_set_state() */
function ip_vs_set_state(net: Net, cp: number, dest: IpVsDest, direction: number, skb: number): void {
  const { conns } = net;
  if (net.skbs.protocol(skb) === IPPROTO_TCP) {
    set_tcp_state(net, cp, dest, direction, net.skbs.flags(skb));
    return;
  }
  if (net.skbs.protocol(skb) === IPPROTO_SCTP) {
    set_sctp_state(net, cp, dest, direction, net.skbs.flags(skb));
    return;
  }
  // udp_state_transition(); a reply assures the template (v4.19).
  conns.timeout[cp] = net.tcp.udpTimeout;
  if (direction !== Direction.output || !net.features.assuredTemplates) return;
  const template = conns.control[cp]!;
  if (template !== NO_NODE) conns.state[template]! |= IP_VS_CTPL_S_ASSURED;
}

/** ip_vs_in_stats(), while the destination is in its service's list. See sumStats() for the other counters. */
function countIn(stats: IpVsStats, bytes: number): void {
  stats.inpkts++;
  stats.inbytes += bytes;
}

/** ip_vs_out_stats() */
function countOut(stats: IpVsStats, bytes: number): void {
  stats.outpkts++;
  stats.outbytes += bytes;
}

/**
 * Payload with IP and TCP (or UDP, or SCTP) header without options. Deviation: real SYNs carry options, and timestamps add
 * 12 bytes; an INIT of SCTP has parameters, and a cookie some hundred bytes.
 */
function packetBytes(net: Net, protocol: number, skb: number): number {
  const { skbs } = net;
  const ipHeader = isIpv6Number(skbs.daddr(skb)) ? 40 : 20;
  return ipHeader + transportHeader(protocol, skbs.flags(skb)) + skbs.len(skb);
}

function transportHeader(protocol: number, flags: number): number {
  if (protocol === IPPROTO_TCP) return 20;
  return protocol === IPPROTO_UDP ? 8 : SCTP_HEADER_BYTES + sctpChunkBytes(sctpChunkType(flags));
}
