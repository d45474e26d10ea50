/**
 * One IPVS director: a kernel with its hooks in order. Packets come in from the client side and from the
 * real servers' side, and leave through `output`. The order of the hooks is the whole content of
 * receiveFromClient() and receiveFromServer().
 */
import type { RandomStream } from '../engine/random.ts';
import type { Simulation } from '../engine/simulation.ts';
import { TimerWheel } from '../engine/timer_wheel.ts';
import { dropSkb } from './drop.ts';
import { DROP_REASONS } from './drop_reason.ts';
import { kernelFeatures } from './features.ts';
import { IcmpLimiter } from './ipv4/icmp.ts';
import { local_in } from './ipv4/local_in.ts';
import { IpVsConnTable, ip_vs_conn_expire } from './ipvs/ip_vs_conn.ts';
import { ip_vs_in, ip_vs_out, isForEarlyService, NF_ACCEPT } from './ipvs/ip_vs_core.ts';
import {
  ip_vs_add_dest,
  ip_vs_add_service,
  ip_vs_del_dest,
  ip_vs_dest_trash_expire,
  ip_vs_expire_nodest_conn_flush,
  ip_vs_lookup_dest,
  ip_vs_set_weight,
  type RealServerConfig,
  type ServiceConfig,
} from './ipvs/ip_vs_ctl.ts';
import { defense_work_handler, update_defense_level } from './ipvs/ip_vs_defense.ts';
import type { IpVsDest } from './ipvs/ip_vs_dest.ts';
import { TcpProtocol } from './ipvs/ip_vs_proto_tcp.ts';
import { post_routing } from './ipvs/ip_vs_xmit.ts';
import { newStats, sumStats } from './ipvs/stats.ts';
import type { DirectorOutput, Net } from './net.ts';
import {
  forgetFlows,
  isForwarded,
  type NatEndpoint,
  type NatService,
  nat_pre_routing,
} from './netfilter/nat_rules.ts';
import { ConntrackTable, IP_CT_DIR_REPLY } from './netfilter/nf_conntrack_core.ts';
import { nf_conntrack_gc } from './netfilter/nf_conntrack_gc.ts';
import { nf_conntrack_in } from './netfilter/nf_conntrack_in.ts';
import { nf_nat_packet } from './netfilter/nf_nat_core.ts';
import type { SkBuffs } from './sk_buff.ts';
import { defaultSysctl, type NetSysctl, sysctlField } from './sysctl.ts';
import type { Tap } from './tap.ts';
import { Workqueue } from './workqueue.ts';

export interface DirectorConfig {
  /** As `uname -r` prints it. */
  readonly kernel: string;
  /** Ticks per second: 100, 250 or 1000. */
  readonly hz: number;
  /** Whether some rule makes conntrack look at packets; before v4.10 it always does once loaded. */
  readonly conntrackHooks: boolean;
  /** Whether some NAT rule exists (kube-proxy's do); default true. Without conntrack there is none. */
  readonly natHooks?: boolean;
  /** By full name; what is missing has the kernel's default. */
  readonly sysctl: Readonly<Record<string, number>>;
  /** Outer source address of tunnelled packets. */
  readonly localAddress?: number;
}

const INITIAL_TABLE_SIZE = 1024;

export class Director {
  readonly net: Net;
  readonly #random: RandomStream;
  /** Settings that somebody has given, by full name. */
  readonly #given = new Set<string>();

  /** Throws RangeError for a kernel or a sysctl that does not exist; the scenario stage has checked them. */
  constructor(
    simulation: Simulation,
    skbs: SkBuffs,
    config: DirectorConfig,
    output: DirectorOutput,
    random: RandomStream,
  ) {
    const features = kernelFeatures(config.kernel);
    const wheel = { hz: config.hz, onTheJiffy: !features.lateTimers };
    const timers = new TimerWheel(simulation, wheel, (cp) => ip_vs_conn_expire(this.net, cp));
    const work = new Workqueue(simulation, wheel);
    this.#random = random;
    this.net = {
      simulation,
      skbs,
      features,
      sysctl: defaultSysctl(features),
      output,
      timers,
      destTrashTimer: work.delayed(() => ip_vs_dest_trash_expire(this.net)),
      expireNodestConnWork: work.delayed(() => ip_vs_expire_nodest_conn_flush(this.net)),
      gcWork: work.delayed(() => nf_conntrack_gc(this.net)),
      defenseWork: work.delayed(() => defense_work_handler(this.net, random)),
      conns: new IpVsConnTable(INITIAL_TABLE_SIZE),
      conntracks: new ConntrackTable(INITIAL_TABLE_SIZE),
      tcp: new TcpProtocol(features.firstAckEstablishes, features.preEstablishedIsActive),
      services: [],
      natServices: [],
      hasEarlyServices: false,
      dests: [],
      trash: [],
      icmp: new IcmpLimiter(),
      drawPort: (size) => random.below(size),
      earlyDropStart: 0,
      dropCounter: 0,
      conntrackHooks: config.conntrackHooks,
      natHooks: config.conntrackHooks && (config.natHooks ?? true),
      localAddress: config.localAddress ?? 0,
      tap: null,
      drops: new Float64Array(DROP_REASONS.length),
      synDrops: 0,
      portReuses: 0,
      stats: newStats(),
    };
    for (const [name, value] of Object.entries(config.sysctl)) this.setSysctl(name, value);
    this.#configureProtocols();
    nf_conntrack_gc(this.net);
  }

  get tap(): Tap | null {
    return this.net.tap;
  }

  set tap(tap: Tap | null) {
    this.net.tap = tap;
  }

  /** Packets dropped here, by index of DROP_REASONS. */
  get drops(): Float64Array {
    return this.net.drops;
  }

  /** How many of them were SYNs. */
  get synDrops(): number {
    return this.net.synDrops;
  }

  /** SYNs of new connections that met the entry of an older one from the same source port. */
  get portReuses(): number {
    return this.net.portReuses;
  }

  /** Entries looked at in the hash tables of IPVS and of conntrack. */
  get probes(): { readonly ipvs: number; readonly conntrack: number } {
    return { ipvs: this.net.conns.probes, conntrack: this.net.conntracks.probes };
  }

  /** ip_vs_stats: connections scheduled so far. */
  get scheduled(): number {
    sumStats(this.net);
    return this.net.stats.conns;
  }

  get connectionCount(): number {
    return this.net.conns.count;
  }

  /** Address and port of the destination of that number, and of its service; null where there is none. */
  realServer(dest: number) {
    const found = this.net.dests[dest];
    const service = found === undefined ? undefined : this.net.services[found.service];
    if (found === undefined || service === undefined) return null;
    return {
      realServer: { address: found.addr >>> 0, port: found.port },
      service: { address: service.addr >>> 0, port: service.port },
    };
  }

  /** The same by ENTRY_KINDS: their states, and templates. */
  get entriesByKind(): Int32Array {
    return this.net.conns.byKind;
  }

  get conntrackCount(): number {
    return this.net.conntracks.count;
  }

  /** ActiveConn of a destination (index as returned by addRealServer). */
  activeConn(dest: number): number {
    return this.net.dests[dest]!.activeconns;
  }

  inactConn(dest: number): number {
    return this.net.dests[dest]!.inactconns;
  }

  addService(config: ServiceConfig): number {
    return ip_vs_add_service(this.net, config, this.#random).index;
  }

  addRealServer(service: number, config: RealServerConfig): number {
    return ip_vs_add_dest(this.net, this.net.services[service]!, config).index;
  }

  /** Throws RangeError when the service does not list the destination. */
  setWeight(service: number, address: number, port: number, weight: number): void {
    ip_vs_set_weight(this.net.services[service]!, this.#listed(service, address, port), weight);
  }

  deleteRealServer(service: number, address: number, port: number): void {
    ip_vs_del_dest(this.net, this.net.services[service]!, this.#listed(service, address, port));
  }

  setSysctl(name: string, value: number): void {
    const field: keyof NetSysctl | undefined = sysctlField(name);
    if (field === undefined) throw new RangeError(`no sysctl ${name}`);
    this.net.sysctl[field] = value;
    this.#given.add(name);
    this.#configureProtocols();
  }

  /** The settings that somebody has given, at the start or since, as they are now. */
  get settings(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#given].map((name) => [name, this.net.sysctl[sysctlField(name)!]]));
  }

  /** A service of iptables rules, without endpoints at first; returns its number among those. */
  addNatService(config: Omit<NatService, 'endpoints'>): number {
    return this.net.natServices.push({ ...config, addr: config.addr | 0, endpoints: [] }) - 1;
  }

  addNatEndpoint(service: number, { addr, port }: NatEndpoint): void {
    const { endpoints } = this.net.natServices[service]!;
    const at = addr | 0;
    if (!endpoints.some((each) => each.addr === at && each.port === port)) endpoints.push({ addr: at, port });
  }

  /** The rules of an endpoint go; connections that conntrack knows go on. */
  deleteNatEndpoint(service: number, { addr, port }: NatEndpoint): void {
    const nat = this.net.natServices[service]!;
    const index = nat.endpoints.findIndex((each) => each.addr === (addr | 0) && each.port === port);
    if (index < 0) return;
    forgetFlows(this.net, nat, nat.endpoints[index]!);
    nat.endpoints.splice(index, 1);
  }

  /** PRE_ROUTING, LOCAL_IN, and what IPVS lets through up to the local stack. */
  receiveFromClient(skb: number): void {
    const { net } = this;
    if (net.tap !== null) net.tap.packet('director-in', skb, false);
    const early = net.hasEarlyServices && isForEarlyService(net, skb);
    if (early && ip_vs_in(net, skb) !== NF_ACCEPT) return;
    if (!nf_conntrack_in(net, skb)) {
      dropSkb(net, skb, 'conntrack_full', 'nf_conntrack_alloc');
      return;
    }
    if (net.natServices.length > 0) {
      if (!nat_pre_routing(net, skb)) return;
      if (isForwarded(net, skb)) {
        if (post_routing(net, skb)) net.output.toServer(skb);
        return;
      }
    }
    if (early || ip_vs_in(net, skb) === NF_ACCEPT) local_in(net, skb);
  }

  /** PRE_ROUTING, FORWARD, POST_ROUTING. */
  receiveFromServer(skb: number): void {
    const { net } = this;
    if (net.tap !== null) net.tap.packet('director-out', skb, false);
    const early = net.hasEarlyServices && ip_vs_out(net, skb, true);
    if (!nf_conntrack_in(net, skb)) {
      dropSkb(net, skb, 'conntrack_full', 'nf_conntrack_alloc');
      return;
    }
    const node = net.skbs.nfct(skb);
    if (node >= 0 && (node & 1) === IP_CT_DIR_REPLY) nf_nat_packet(net, skb);
    if (!early) ip_vs_out(net, skb);
    if (!post_routing(net, skb)) return;
    net.output.toClient(skb);
  }

  #listed(service: number, address: number, port: number): IpVsDest {
    const dest = ip_vs_lookup_dest(this.net.services[service]!, address, port);
    if (dest === null) throw new RangeError('the service does not list this destination');
    return dest;
  }

  #configureProtocols(): void {
    const { sysctl, timers, tcp } = this.net;
    tcp.configure(
      timers.hz,
      sysctl.secure_tcp === 3,
      sysctl.timeout_tcp,
      sysctl.timeout_tcpfin,
      sysctl.timeout_udp,
    );
    update_defense_level(this.net);
  }
}
