/**
 * struct net: everything one director knows. The kernel's functions take it as their first argument; director.ts
 * makes it. What belongs to conntrack and NAT, and what to IPVS, each stands with its owner.
 */
import type { Simulation } from '../engine/simulation.ts';
import type { TimerWheel } from '../engine/timer_wheel.ts';
import { type AddressBook, isIpv6Number } from '../text/address_book.ts';
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
  /** A packet for an address that nobody has goes back by the default route; without this, to the clients' side. */
  astray?(skb: number): void;
  /** To a client on the node itself, where there is one; false when it has no socket for the packet. */
  toNode?(skb: number): boolean;
}

/** The director's own addresses, 0 where nobody needs them. */
export interface OwnAddresses {
  /** Where NodePorts are, what the director rejects packets from, and what a client on the node is seen as. */
  readonly clientSide: number;
  /** The outer source of tunnelled packets, and what masquerading puts in as the source. */
  readonly serverSide: number;
}

export interface Net extends NetnsCt, NetnsIpvs {
  readonly simulation: Simulation;
  readonly skbs: SkBuffs;
  /** What the numbers of addresses stand for. */
  readonly book: AddressBook;
  readonly features: KernelFeatures;
  readonly sysctl: NetSysctl;
  readonly output: DirectorOutput;
  /** One per director: jiffies and the timers of connections. */
  readonly timers: TimerWheel;
  readonly icmp: IcmpLimiter;
  readonly addresses: OwnAddresses;
  /** Those of IPv6 where the director has addresses of both families; else the same. */
  readonly addresses6: OwnAddresses;
  /** What packets for its first destination have as their next hop: directors beside each other share wires. */
  readonly firstNexthop: number;
  tap: Tap | null;
  /** Packets dropped, by index of DROP_REASONS. */
  readonly drops: Float64Array;
  /** How many of them were SYNs. */
  synDrops: number;
  /** SYNs of new connections that met the entry of an older one from the same source port. */
  portReuses: number;
}

/** RTN_LOCAL: the director's own addresses, and those of its IPVS services (on kube-ipvs0, or the VIP of a director). */
export function isLocal(net: Net, addr: number): boolean {
  const { clientSide, serverSide } = ownAddresses(net, addr);
  return addr === clientSide || addr === serverSide || net.serviceTable.hasAddress(addr);
}

/** The director's own addresses in the family of that address. */
export function ownAddresses({ addresses, addresses6 }: Net, addr: number): OwnAddresses {
  return isIpv6Number(addr) ? addresses6 : addresses;
}
