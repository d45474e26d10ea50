/**
 * The effective scenario: what the parser makes of a scenario file, with every default filled in. Plain
 * JSON, kept in the saved result. Durations are whole nanoseconds (`_ns`), addresses dotted text.
 * schema.ts describes what a user may write; parse.ts turns the one into the other.
 */

import type { Transport } from '../text/transport.ts';
import type { Controller } from './controllers/controllers.ts';
import type { Distribution } from './distribution.ts';
import type { Load } from './loads/loads.ts';
import type { Exposed } from './service_addresses.ts';

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly seed: string;
  /** Simulated time after which the run ends. */
  readonly duration_ns: number;
  /** Ends it with the last answer, once every client has had all its requests, if that comes first. */
  readonly until?: 'idle';
  /** Length of a row of the series. */
  readonly interval_ns: number;
  /** Kernel of the director, as `uname -r` prints it. */
  readonly kernel: string;
  /** Ticks per second of the director: 100, 250 or 1000. */
  readonly hz: number;
  /** Whether a rule on the node makes conntrack look at packets (kube-proxy's do). */
  readonly conntrackHooks: boolean;
  /** Masquerading by kube-proxy's rules; absent where nobody is masqueraded. */
  readonly masquerade?: {
    readonly ports: 'plain' | 'random-fully';
    /** What connections come from, of each family; a service on it is a NodePort. */
    readonly nodeAddress: string | readonly string[];
    /** `10.244.0.0/16`: clients that keep their address. */
    readonly podRange?: string | readonly string[];
  };
  /** Every sysctl the model knows, by its full name, with the value in force at the start. */
  readonly sysctl: Readonly<Record<string, number>>;
  /** Where each sysctl's value comes from: `kernel default`, `scenario`, `--set`, `kube-proxy 1.19.12` ... */
  readonly sysctlOrigin: Readonly<Record<string, string>>;
  /** Who adds, drains and deletes real servers; absent where only events do. */
  readonly controller?: Controller;
  /** What forwarding packets costs; absent where it costs nothing. */
  readonly node?: Node;
  /** Directors that have the same services, each a kernel of its own; absent for the one that all the rest describes. */
  readonly nodes?: readonly ClusterNode[];
  /** How clients that say nothing are spread over them: by a hash of address and port, or in turn. */
  readonly balancer?: 'hash' | 'turn';
  readonly services: readonly Service[];
  readonly clients: readonly Client[];
  readonly links: { readonly clientSide: Link; readonly serverSide: Link };
  readonly events: readonly TimelineEvent[];
  readonly expect: readonly Expectation[];
}

/** One of several directors. */
export interface ClusterNode {
  readonly name: string;
  /** What masqueraded connections come from; absent where nobody is masqueraded. */
  readonly address?: string | readonly string[];
  /** Clients that keep their address on it; absent where they are the scenario's. */
  readonly podRange?: string | readonly string[];
  /** Its own, absent where they are the scenario's. */
  readonly kernel?: string;
  readonly hz?: number;
  /** The scenario's, of another release. */
  readonly controller?: Controller;
  /** What that release does about source ports, where it is not what the others do. */
  readonly masqueradePorts?: 'plain' | 'random-fully';
  /** What it sets itself, and what its own kernel and controller make different from the scenario's `sysctl`. */
  readonly sysctl: Readonly<Record<string, number>>;
}

export interface Service {
  readonly name: string;
  /** It is another address of a service that stands in the file. */
  readonly exposed?: Exposed;
  /** `10.96.0.10:80` */
  readonly address: string;
  readonly protocol: Transport;
  /** Its packets are known by this mark, and not by the address. */
  readonly mark?: number;
  /** Nobody has the address: what IPVS leaves alone is lost. */
  readonly addressOnNode?: false;
  readonly scheduler: string;
  /** ipvsadm's scheduler flags: sh-port, sh-fallback, mh-port, mh-fallback. */
  readonly schedulerFlags: readonly string[];
  readonly forward: 'masq' | 'route' | 'tunnel';
  /** Persistence timeout in seconds, 0 for none. */
  readonly persistent_s: number;
  /** Clients of one network share a template; absent for each its own. */
  readonly persistentNetmask?: string | number;
  readonly onePacket: boolean;
  readonly path: DataPath;
  /** TencentOS's no_route_to_host_fix; with path ipvs-bpf only. */
  readonly noRouteToHostFix?: boolean;
  /** Whether its real servers have their node's own network, without veth pair, bridge or overlay. */
  readonly hostNetwork?: boolean;
  readonly realServers: readonly RealServer[];
}

/**
 * How packets get from clients to real servers. `direct` bypasses the service: clients talk to the first real
 * server's address (the pod IP). `iptables` and `nftables` are conntrack's DNAT, `ebpf` translates in connect(), and `ipvs-bpf` is
 * IPVS ahead of conntrack.
 */
export type DataPath = 'ipvs' | 'direct' | 'iptables' | 'nftables' | 'ebpf' | 'ipvs-bpf';

export interface RealServer {
  /** Port 0, with services by mark only, stands for the one that the client asked for. */
  readonly address: string;
  readonly weight: number;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  readonly serviceTime: Distribution;
  /** Requests served at once; 0 for as many as come. */
  readonly workers: number;
  /** Connections that may wait for accept(); a SYN beyond it is dropped. */
  readonly backlog: number;
  /** Who sends the first FIN on a connection without keep-alive. */
  readonly closesFirst: 'server' | 'client';
  /** Requests after which the server closes a keep-alive connection; 0 for never. */
  readonly keepAliveRequests: number;
  readonly responseBytes: number;
  /** Its answers go past the director; absent where they do not. */
  readonly answers?: 'client';
  /** Its pod is on this node. */
  readonly local?: true;
  /** net.ipv4.tcp_max_tw_buckets of its host; absent for no limit. */
  readonly tcpMaxTwBuckets?: number;
  /** Life and death of the pod that has the address; absent where events have nothing to do with it. */
  readonly pod?: Pod;
  /** Where it computes; absent where only serviceTime counts. */
  readonly cpu?: Cpu;
}

export interface Pod {
  /** Whether it is there from the beginning on. */
  readonly started: boolean;
  /** From its start until it is ready. */
  readonly startup_ns: number;
  readonly gracePeriod_ns: number;
  /** From SIGTERM to the end of the process. */
  readonly shutdown_ns: number;
  /** From there until the address is gone. */
  readonly teardown_ns: number;
}

export interface Cpu {
  /** Cores of its host. */
  readonly cores: number;
  /** Pinned to so many of them; 0 for all. */
  readonly cpuset: number;
  /** CPU time for each period; 0 for no limit. */
  readonly quota_ns: number;
  readonly period_ns: number;
  /** What a core takes from the quota at a time. */
  readonly slice_ns: number;
  readonly perRequest: Distribution;
  /** Of a connection besides its requests; absent for nothing. */
  readonly perConnection_ns?: number;
  readonly contextSwitch_ns: number;
  readonly migration_ns: number;
}

/** CPU time that packets cost, by what is done with them. */
export interface Node {
  readonly cores: number;
  readonly payer: 'node' | 'realServer';
  readonly forward_ns: number;
  readonly pod_ns: number;
  readonly conntrack_ns: number;
  readonly ipvs_ns: number;
  /** Of an entry that a lookup passes; absent in results of older versions. */
  readonly ipvsChain_ns?: number;
  readonly nat_ns: number;
  readonly rules_ns: number;
  readonly connect_ns: number;
}

export interface Client {
  readonly name: string;
  /** Name of the service it talks to. */
  readonly to: string;
  readonly addresses: readonly string[];
  /** Its host is the node, whose address this is. */
  readonly onNode?: string;
  /** Name of the node that its packets go through. */
  readonly via?: string;
  readonly kernel: string;
  readonly hz: number;
  /** net.ipv4.ip_local_port_range, both ends included. */
  readonly ports: readonly [number, number];
  readonly start_ns: number;
  /** Requests after which the client stops; 0 for no limit. */
  readonly requests: number;
  readonly keepAlive: boolean;
  readonly requestBytes: number;
  readonly load: Load;
  /** net.ipv4.tcp_syn_retries. */
  readonly synRetries: number;
  /** net.ipv4.ip_local_reserved_ports, as far as they lie in `ports`. */
  readonly reservedPorts?: readonly (readonly [number, number])[];
  /** Of a request; 0 over UDP: nobody waits. Absent: for ever. */
  readonly timeout_ns?: number;
  /** Without any news for so long, the client ends. */
  readonly pollTimeout_ns?: number;
  /** Sends its FIN after the request. */
  readonly halfClose?: boolean;
  /** net.ipv4.tcp_retries2, where it is not 15. */
  readonly tcpRetries2?: number;
  /** net.ipv4.tcp_timestamps, where it is not 1. */
  readonly tcpTimestamps?: number;
  /** TCP_USER_TIMEOUT. */
  readonly userTimeout_ns?: number;
  /** SO_KEEPALIVE with tcp_keepalive_time, _intvl and _probes; absent for off. */
  readonly tcpKeepalive?: {
    readonly time_ns: number;
    readonly interval_ns: number;
    readonly probes: number;
  };
}

export interface Link {
  readonly delay_ns: number;
  /** Share of packets lost in each direction, 0 to 1. */
  readonly loss: number;
}

export interface TimelineEvent {
  readonly at_ns: number;
  readonly action: TimelineAction;
}

export type TimelineAction = NetworkAction | ClusterAction;

/** What happens to the network. */
export type NetworkAction =
  /** On the node of that name, or on all. */
  | { readonly kind: 'sysctl'; readonly key: string; readonly value: number; readonly node?: string }
  | {
      readonly kind: 'weight';
      readonly service: string;
      readonly realServer: string;
      readonly weight: number;
    }
  | { readonly kind: 'add'; readonly service: string; readonly realServer: RealServer }
  | { readonly kind: 'delete'; readonly service: string; readonly realServer: string }
  /** The host with that address is gone. */
  | { readonly kind: 'unplug'; readonly address: string }
  /** And back. */
  | { readonly kind: 'plug'; readonly address: string }
  /** The cable of a node: what is in its tables stays there. */
  | { readonly kind: 'unplugNode'; readonly node: string }
  | { readonly kind: 'plugNode'; readonly node: string }
  /** It is gone for so long, and what was in its tables for ever. */
  | { readonly kind: 'rebootNode'; readonly node: string; readonly boot_ns: number };

/** What happens around it. */
export type ClusterAction =
  | { readonly kind: PodAction; readonly address: string }
  /** On the node of that name, or on all. */
  | {
      readonly kind: 'controller';
      readonly order: 'stop' | 'start' | 'restart';
      readonly node?: string;
    };

/** What happens to the pod with that address. */
export type PodAction = 'terminatePod' | 'startPod' | 'unreadyPod' | 'readyPod';

export interface Expectation {
  /** As written. */
  readonly expression: string;
  /** 1-based line in the scenario file, 0 when the expectation did not come from one. */
  readonly line: number;
}
