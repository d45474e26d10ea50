/**
 * struct net and struct netns_ipvs: everything one director knows. The kernel's functions take it as their
 * first argument; director.ts makes it.
 */
import type { Simulation } from '../engine/simulation.ts';
import type { TimerWheel } from '../engine/timer_wheel.ts';
import { DROP_REASONS, type DropReason } from './drop_reason.ts';
import type { KernelFeatures } from './era.ts';
import type { IcmpLimiter } from './ipv4/icmp.ts';
import type { IpVsConnTable } from './ipvs/ip_vs_conn.ts';
import type { IpVsDest } from './ipvs/ip_vs_dest.ts';
import type { TcpProtocol } from './ipvs/ip_vs_proto_tcp.ts';
import type { IpVsService } from './ipvs/ip_vs_service.ts';
import type { IpVsStats } from './ipvs/stats.ts';
import type { NatService } from './netfilter/nat_rules.ts';
import { type ConntrackTable, nf_ct_put } from './netfilter/nf_conntrack_core.ts';
import type { SkBuffs } from './sk_buff.ts';
import type { NetSysctl } from './sysctl.ts';
import type { Tap } from './tap.ts';

/** Where a packet leaves the director; the receiver owns it from then on. */
export interface DirectorOutput {
  toClient(skb: number): void;
  toServer(skb: number): void;
}

export interface Net {
  readonly simulation: Simulation;
  readonly skbs: SkBuffs;
  readonly features: KernelFeatures;
  readonly sysctl: NetSysctl;
  readonly output: DirectorOutput;
  /** One per director: jiffies and the timers of connections. */
  readonly timers: TimerWheel;
  /** Timers of housekeeping: see Housekeeping in director.ts. */
  readonly housekeeping: TimerWheel;
  readonly conns: IpVsConnTable;
  readonly conntracks: ConntrackTable;
  /** State tables and timeouts of TCP, and UDP's timeout. */
  readonly tcp: TcpProtocol;
  readonly services: IpVsService[];
  /** Services of iptables rules. */
  readonly natServices: NatService[];
  /** Every destination that ever was, by number; connections refer to them so. */
  readonly dests: IpVsDest[];
  readonly trash: IpVsDest[];
  readonly icmp: IcmpLimiter;
  /** A random number below `size`, for NAT's port search (nf_nat_l4proto_unique_tuple) and for statistic_mt(). */
  drawPort(size: number): number;
  /** Where the next early_drop() begins to look. */
  earlyDropStart: number;
  /** Packets since drop_packet last took one (ipvs->drop_counter counts down). */
  dropCounter: number;
  /** Whether conntrack's hooks are registered in this namespace. */
  readonly conntrackHooks: boolean;
  /** Whether NAT's are: some NAT rule exists, as kube-proxy's masquerading does. */
  readonly natHooks: boolean;
  /** Whether some service is met ahead of conntrack (ip_vs_bpf_ops of TencentOS). */
  hasEarlyServices: boolean;
  /** The director's own address towards the real servers: the outer source of tunnelled packets. */
  readonly localAddress: number;
  tap: Tap | null;
  readonly drops: Float64Array;
  /** ip_vs_stats of the whole namespace. */
  readonly stats: IpVsStats;
}

const DROP_INDEX = Object.fromEntries(DROP_REASONS.map((reason, index) => [reason, index])) as Record<
  DropReason,
  number
>;

/** NF_DROP: counts the packet, tells the tap, frees it. */
export function dropSkb(net: Net, skb: number, reason: DropReason, kernelFunction: string): void {
  net.drops[DROP_INDEX[reason]]!++;
  if (net.tap !== null) net.tap.drop(reason, kernelFunction, skb);
  nf_ct_put(net.conntracks, net.skbs, skb);
  net.skbs.free(skb);
}
