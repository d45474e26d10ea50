/** struct ip_vs_service: a virtual service and its list of destinations, newest first. */

import type { IpVsDest } from './ip_vs_dest.ts';
import type { IpVsStats } from './stats.ts';

export interface IpVsService {
  readonly index: number;
  /** svc->af; a mark of IPv4 is any number, those of IPv6 addresses included. */
  readonly isIpv6: boolean;
  /** The mark of its packets, 0 for a service by address. */
  readonly fwmark: number;
  /** By mark: IPPROTO_IP, the mark, and 0. */
  readonly protocol: number;
  readonly addr: number;
  readonly port: number;
  /** Index into net.virtuals of what its templates are for (ip_vs_sched_persist()). */
  readonly templates: number;
  readonly schedulerName: string;
  readonly schedulerFlags: readonly string[];
  scheduler: IpVsScheduler;
  /** Persistence in jiffies, 0 for none (IP_VS_SVC_F_PERSISTENT). */
  readonly timeout: number;
  /** Of persistence: clients of one network share a template, of IPv6 a prefix of this length; -1 for each its own. */
  readonly netmask: number;
  /** IP_VS_SVC_F_ONEPACKET. */
  readonly onePacket: boolean;
  /** Met at NF_IP_PRI_FIRST in PRE_ROUTING, ahead of conntrack, which never sees its packets (ip_vs_bpf_ops). */
  readonly aheadOfConntrack: boolean;
  /** no_route_to_host_fix of TencentOS. */
  readonly noRouteToHostFix: boolean;
  readonly destinations: IpVsDest[];
  stats: IpVsStats;
}

/** struct ip_vs_scheduler: picks a destination; is told when the list or a weight changes. */
export interface IpVsScheduler {
  /** The destination for a new connection from saddr:sport to daddr, or null. */
  schedule(destinations: readonly IpVsDest[], saddr: number, sport: number, daddr: number): IpVsDest | null;
  /** add_dest, upd_dest and del_dest; a deleted destination is already out of the list, where it had `removedAt`. */
  changed?(destinations: readonly IpVsDest[], removed: IpVsDest | null, removedAt: number): void;
}
