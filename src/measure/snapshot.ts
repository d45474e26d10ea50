/**
 * The director at one instant, as plain data: what `ipvsadm`, `/proc/net/ip_vs_conn` and `conntrack -L`
 * would show. Views in report/ are pure functions of it.
 */
import type { IpVsStatsUser as Stats } from '../kernel/ipvs/stats.ts';
import type { Transport } from '../text/transport.ts';

export type { Stats };

export interface Snapshot {
  readonly at_ns: number;
  readonly kernel: string;
  /** Ticks per second: /proc/net/ip_vs prints the persistence timeout in jiffies. */
  readonly hz: number;
  /** 2^conn_tab_bits. */
  readonly tableSize: number;
  /** Seconds, as `ipvsadm -L --timeout`. */
  readonly timeouts: { readonly tcp: number; readonly tcpfin: number; readonly udp: number };
  readonly sysctl: Readonly<Record<string, number>>;
  readonly stats: Stats;
  readonly services: readonly ServiceSnapshot[];
  /** In the order /proc would list them. */
  readonly connections: readonly ConnectionSnapshot[];
  readonly conntracks: readonly ConntrackSnapshot[];
  /** `conntrack -S` counters of one CPU. */
  readonly conntrackStats: Readonly<Record<string, number>>;
}

export interface ServiceSnapshot {
  readonly protocol: Transport | 'fwm';
  /** Of a service by mark, whose address is the mark in the form of its family and whose port says nothing. */
  readonly fwmark?: number;
  readonly address: string;
  readonly port: number;
  readonly scheduler: string;
  readonly schedulerFlags: readonly string[];
  readonly persistent_s: number;
  /** Of the clients that share a template; absent where each has its own. */
  readonly persistentNetmask?: string | number;
  readonly onePacket: boolean;
  readonly stats: Stats;
  /** Newest first, the kernel's list order. */
  readonly destinations: readonly DestinationSnapshot[];
}

export interface DestinationSnapshot {
  readonly address: string;
  readonly port: number;
  readonly forward: 'masq' | 'route' | 'tunnel' | 'local';
  readonly weight: number;
  readonly activeConn: number;
  readonly inActConn: number;
  readonly persistConn: number;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  readonly stats: Stats;
}

export interface ConnectionSnapshot {
  /** `ip` is that of a template of marked packets, whose virtual address is the mark. */
  readonly protocol: Transport | 'ip';
  readonly client: string;
  readonly clientPort: number;
  readonly virtual: string;
  readonly virtualPort: number;
  readonly destination: string;
  readonly destinationPort: number;
  /** TIME_WAIT, UDP, NONE, ASSURED ... */
  readonly state: string;
  /** Whole seconds, truncated as the kernel prints them. */
  readonly expires_s: number;
}

export interface ConntrackSnapshot {
  readonly protocol: Transport;
  /** TCP state, empty for UDP. */
  readonly state: string;
  readonly timeout_s: number;
  readonly original: Tuple;
  readonly reply: Tuple;
  readonly assured: boolean;
  readonly unreplied: boolean;
}

export interface Tuple {
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
}
