/**
 * struct net: everything one director knows. The kernel's functions take it as their first argument; director.ts
 * makes it. What belongs to conntrack and NAT, and what to IPVS, each stands with its owner.
 */
import type { Simulation } from '../engine/simulation.ts';
import type { TimerWheel } from '../engine/timer_wheel.ts';
import type { KernelFeatures } from './features.ts';
import type { IcmpLimiter } from './ipv4/icmp.ts';
import type { NetnsIpvs } from './ipvs/netns_ipvs.ts';
import type { NetnsCt } from './netfilter/netns_ct.ts';
import type { SkBuffs } from './sk_buff.ts';
import type { NetSysctl } from './sysctl.ts';
import type { Tap } from './tap.ts';

/** Where a packet leaves the director; the receiver owns it from then on. */
export interface DirectorOutput {
  toClient(skb: number): void;
  toServer(skb: number): void;
}

export interface Net extends NetnsCt, NetnsIpvs {
  readonly simulation: Simulation;
  readonly skbs: SkBuffs;
  readonly features: KernelFeatures;
  readonly sysctl: NetSysctl;
  readonly output: DirectorOutput;
  /** One per director: jiffies and the timers of connections. */
  readonly timers: TimerWheel;
  readonly icmp: IcmpLimiter;
  /** The director's own address towards the real servers: the outer source of tunnelled packets. */
  readonly localAddress: number;
  tap: Tap | null;
  /** Packets dropped, by index of DROP_REASONS. */
  readonly drops: Float64Array;
  /** How many of them were SYNs. */
  synDrops: number;
  /** SYNs of new connections that met the entry of an older one from the same source port. */
  portReuses: number;
}
