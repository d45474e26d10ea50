/**
 * One IPVS director: a kernel with its hooks in order. Packets come in from the client side and from the
 * real servers' side, and leave through `output`. The order of the hooks is the whole content of
 * receiveFromClient() and receiveFromServer().
 */
import type { RandomStream } from '../engine/random.ts';
import type { Simulation } from '../engine/simulation.ts';
import { TimerWheel } from '../engine/timer_wheel.ts';
import { DROP_REASONS } from './drop_reason.ts';
import { kernelFeatures } from './features.ts';
import { IcmpLimiter } from './ipv4/icmp.ts';
import { rcv_no_socket } from './ipv4/local_in.ts';
import { IpVsConnTable, ip_vs_conn_expire } from './ipvs/ip_vs_conn.ts';
import { ip_vs_in, ip_vs_out, isForEarlyService, NF_ACCEPT, NF_DROP } from './ipvs/ip_vs_core.ts';
import {
  ip_vs_add_dest,
  ip_vs_add_service,
  ip_vs_boot,
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
import { IpVsServiceTable } from './ipvs/ip_vs_svc_table.ts';
import { newStats, sumStats } from './ipvs/stats.ts';
import { type DirectorOutput, isLocal, type Net, type OwnAddresses, ownAddresses } from './net.ts';
import {
  nf_filter_forward,
  nf_filter_local,
  nf_local_in,
  nf_local_out,
  nf_post_routing,
  nf_post_routing_lo,
  nf_pre_routing,
} from './netfilter/hooks.ts';
import {
  type DropFunction,
  deleteFlows,
  type FlowEnd,
  forgetFlows,
  type KubeEndpoint,
  type KubeRules,
  type MasqueradeWho,
  statisticChoice,
} from './netfilter/kube_rules.ts';
import { ConntrackTable, IP_CT_DIR_ORIGINAL, IPS_DST_NAT } from './netfilter/nf_conntrack_core.ts';
import { nf_conntrack_gc } from './netfilter/nf_conntrack_gc.ts';
import { Out } from './netfilter/out.ts';
import { expectKernel } from './release/release.ts';
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
  readonly addresses?: OwnAddresses;
  /** Of IPv6, where `addresses` are of IPv4. */
  readonly addresses6?: OwnAddresses;
  /** Default 0. */
  readonly firstNexthop?: number;
  /** What the rules of kube-proxy's services share. */
  readonly kube?: Partial<KubeRules> & {
    /** How endpoints are drawn: by the statistic match of iptables, or by nftables' numgen. */
    readonly draw?: 'statistic' | 'numgen';
  };
}

/** A service of rules, without endpoints at first. */
export interface RuleServiceConfig {
  readonly protocol: number;
  readonly addr: number;
  readonly port: number;
  readonly masquerade?: MasqueradeWho;
  /** Seconds of sessionAffinity; default none. */
  readonly affinity_s?: number;
  /** What drops connections where there is no endpoint; default: they are rejected. */
  readonly dropsInFunction?: DropFunction | null;
}

const INITIAL_TABLE_SIZE = 1024;

export class Director {
  readonly net: Net;
  readonly #random: RandomStream;
  /** Settings that somebody has given, by full name. */
  readonly #given = new Set<string>();
  readonly #config: DirectorConfig;
  /** Connections that destinations were given before the last boot, by number. */
  readonly #beforeBoot: number[] = [];

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
    const { addresses = { clientSide: 0, serverSide: 0 } } = config;
    this.#random = random;
    this.#config = config;
    this.net = {
      simulation,
      skbs,
      book: skbs.book,
      features,
      sysctl: defaultSysctl(expectKernel(config.kernel)),
      output,
      timers,
      delayed: (deed) => work.delayed(deed),
      destTrashTimer: work.delayed(() => ip_vs_dest_trash_expire(this.net)),
      expireNodestConnWork: work.delayed(() => ip_vs_expire_nodest_conn_flush(this.net)),
      gcWork: work.delayed(() => nf_conntrack_gc(this.net)),
      defenseWork: work.delayed(() => defense_work_handler(this.net, random)),
      conns: new IpVsConnTable(INITIAL_TABLE_SIZE),
      conntracks: new ConntrackTable(INITIAL_TABLE_SIZE),
      tcp: new TcpProtocol(features.firstAckEstablishes, features.preEstablishedIsActive),
      services: [],
      virtuals: [],
      serviceTable: new IpVsServiceTable(),
      kubeServices: [],
      kube: {
        randomFully: config.kube?.randomFully ?? false,
        podRanges: config.kube?.podRanges ?? [],
        hairpin: config.kube?.hairpin ?? false,
        dropInvalid: config.kube?.dropInvalid ?? true,
      },
      bound: 0,
      hasEarlyServices: false,
      dests: [],
      countedDests: [],
      countedServices: new Set(),
      trash: [],
      icmp: new IcmpLimiter(),
      chance: {
        portOffset: () => random.below(2 ** 16),
        drawn: () => null,
        endpoint: ({ length }) =>
          config.kube?.draw === 'numgen'
            ? random.below(length)
            : statisticChoice(length, (size) => random.below(size)),
      },
      earlyDropStart: 0,
      dropCounter: 0,
      conntrackHooks: config.conntrackHooks,
      natHooks: config.conntrackHooks && (config.natHooks ?? true),
      addresses,
      addresses6: config.addresses6 ?? addresses,
      firstNexthop: config.firstNexthop ?? 0,
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

  /** ip_vs_stats: connections scheduled so far, those before a boot among them. */
  get scheduled(): number {
    sumStats(this.net);
    return this.#beforeBoot.reduce((sum, count) => sum + count, this.net.stats.conns);
  }

  /** The same of one destination. */
  scheduledTo(dest: number): number {
    return this.net.dests[dest]!.stats.conns + (this.#beforeBoot[dest] ?? 0);
  }

  /** Connections that rules have sent to an endpoint so far. */
  get bound(): number {
    return this.net.bound;
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

  /** `masquerade`: kube-proxy's rule for the service's address; without it there is none. */
  addService(config: ServiceConfig & { readonly masquerade?: MasqueradeWho }): number {
    const { masquerade } = config;
    const service = ip_vs_add_service(this.net, config, this.#random);
    if (masquerade !== undefined && masquerade !== 'none') {
      this.net.conntracks.keepSources();
      for (const { protocol, address, port } of 'fwmark' in config ? config.targets : [config]) {
        this.net.kubeServices.push({
          protocol,
          addr: address | 0,
          port,
          masquerade,
          affinity: 0,
          dropsInFunction: null,
          endpoints: null,
        });
      }
    }
    return service.index;
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

  /**
   * The node has booted: empty tables, the settings that it began with, and its services made again. What counts for the
   * measurement (drops, connections scheduled) goes on counting.
   */
  reboot(): void {
    const { net } = this;
    for (const { index } of net.dests) this.#beforeBoot[index] = this.scheduledTo(index);
    ip_vs_boot(net, this.#random);
    net.conntracks.flush();
    for (const { endpoints } of net.kubeServices) for (const { recent } of endpoints ?? []) recent.clear();
    Object.assign(net.sysctl, defaultSysctl(expectKernel(this.#config.kernel)));
    this.#given.clear();
    for (const [name, value] of Object.entries(this.#config.sysctl)) this.setSysctl(name, value);
  }

  /** A service of kube-proxy's rules; returns its number among those. */
  addNatService(config: RuleServiceConfig): number {
    const { protocol, addr, port, masquerade = 'none', affinity_s = 0, dropsInFunction = null } = config;
    const affinity = affinity_s * this.net.timers.hz;
    if (masquerade !== 'none') this.net.conntracks.keepSources();
    const { kubeServices } = this.net;
    const common = { protocol, addr: addr | 0, port, masquerade, affinity, dropsInFunction };
    return kubeServices.push({ ...common, endpoints: [] }) - 1;
  }

  addNatEndpoint(service: number, { addr, port }: FlowEnd): KubeEndpoint {
    const endpoints = this.net.kubeServices[service]!.endpoints!;
    const known = endpoints[endpointAt(endpoints, addr, port)];
    if (known !== undefined) return known;
    const endpoint = { addr: addr | 0, port, recent: new Map(), bound: 0 };
    endpoints.push(endpoint);
    return endpoint;
  }

  /** The rules of an endpoint go; connections that conntrack knows go on. */
  deleteNatEndpoint(service: number, { addr, port }: FlowEnd): void {
    const kube = this.net.kubeServices[service]!;
    const endpoints = kube.endpoints!;
    const index = endpointAt(endpoints, addr, port);
    if (index < 0) return;
    forgetFlows(this.net, kube, endpoints[index]!);
    endpoints.splice(index, 1);
  }

  /** The service's chain lists exactly these from now on, in this order; conntrack is not touched. */
  setNatEndpoints(service: number, listed: readonly KubeEndpoint[]): void {
    this.net.kubeServices[service]!.endpoints = [...listed];
  }

  /** `conntrack -D` of the flows to `to` that are answered from `from`; port 0 stands for any. */
  deleteConntracks(protocol: number, to: FlowEnd, from: FlowEnd): void {
    const signed = ({ addr, port }: FlowEnd) => ({ addr: addr | 0, port });
    deleteFlows(this.net, protocol, signed(to), signed(from));
  }

  /** The destination that a packet from `from` to `to` answers, as its client knows it; null where conntrack knows of none. */
  destinationBefore(protocol: number, from: FlowEnd, to: FlowEnd): FlowEnd | null {
    const { conntracks: table } = this.net;
    const node = table.find(protocol, from.addr | 0, from.port, to.addr | 0, to.port);
    if (node < 0) return null;
    return { addr: table.origDaddr[node >> 1]!, port: table.origDport[node >> 1]! };
  }

  receiveFromClient(skb: number): void {
    const { net } = this;
    if (net.tap !== null) net.tap.packet('director-in', skb, false);
    const early = net.hasEarlyServices && isForEarlyService(net, skb);
    if (early && ip_vs_in(net, skb) !== NF_ACCEPT) return;
    if (!nf_pre_routing(net, skb)) return;
    if (net.kubeServices.length > 0 && !isLocal(net, net.skbs.daddr(skb)))
      this.#forward(skb, this.#route(skb));
    else if (early) this.#deliver(skb, Out.client);
    else this.#localIn(skb, Out.client);
  }

  receiveFromServer(skb: number): void {
    const { net } = this;
    if (net.tap !== null) net.tap.packet('director-out', skb, false);
    const early = net.hasEarlyServices && ip_vs_out(net, skb, true);
    if (!nf_pre_routing(net, skb)) return;
    const daddr = net.skbs.daddr(skb);
    // Packets from the real servers may be for the director itself.
    if (ownAddresses(net, daddr).serverSide !== 0 && isLocal(net, daddr)) {
      this.#localIn(skb, Out.server);
      return;
    }
    if (!nf_filter_forward(net, skb)) return;
    if (!early) ip_vs_out(net, skb);
    if (nf_post_routing(net, skb, Out.client)) net.output.toClient(skb);
  }

  /** LOCAL_OUT: a packet from a client on the node. False when it was dropped, which its sender sees as EPERM. */
  receiveFromNode(skb: number): boolean {
    const { net } = this;
    if (net.tap !== null) net.tap.packet('director-in', skb, false);
    if (!nf_local_out(net, skb)) return false;
    const verdict = ip_vs_in(net, skb);
    if (verdict !== NF_ACCEPT) return verdict !== NF_DROP;
    if (!nf_filter_local(net, skb)) return false;
    if (isLocal(net, net.skbs.daddr(skb))) return this.#loopback(skb);
    const out = this.#route(skb);
    if (!nf_post_routing(net, skb, out)) return false;
    if (out === Out.client && net.output.astray !== undefined) net.output.astray(skb);
    else this.#send(skb, out);
    return true;
  }

  /** Endpoints are on the servers' side; for all else there is the default route. */
  #route(skb: number): number {
    const node = this.net.skbs.nfct(skb);
    const bound =
      node >= 0 &&
      (node & 1) === IP_CT_DIR_ORIGINAL &&
      (this.net.conntracks.status[node >> 1]! & IPS_DST_NAT) !== 0;
    return bound ? Out.server : Out.client;
  }

  #forward(skb: number, out: number): void {
    const { net } = this;
    if (!nf_filter_forward(net, skb) || !nf_post_routing(net, skb, out)) return;
    if (out === Out.client && net.output.astray !== undefined) net.output.astray(skb);
    else this.#send(skb, out);
  }

  #send(skb: number, out: number): void {
    if (out === Out.server) this.net.output.toServer(skb);
    else this.net.output.toClient(skb);
  }

  /** Out by the loopback device and in again: the packet keeps its conntrack. */
  #loopback(skb: number): boolean {
    const { net } = this;
    if (!nf_post_routing_lo(net, skb)) return false;
    this.#localIn(skb, Out.lo);
    return true;
  }

  #localIn(skb: number, from: number): void {
    const { net } = this;
    if (!nf_filter_local(net, skb)) return;
    if (from !== Out.client) ip_vs_out(net, skb);
    if (ip_vs_in(net, skb) === NF_ACCEPT) this.#deliver(skb, from);
  }

  /** What is left of LOCAL_IN, and the stack. */
  #deliver(skb: number, from: number): void {
    const { net } = this;
    if (!nf_local_in(net, skb)) return;
    if (net.output.toNode?.(skb) === true) return;
    rcv_no_socket(net, skb, from);
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

function endpointAt(endpoints: readonly KubeEndpoint[], addr: number, port: number): number {
  return endpoints.findIndex((each) => each.addr === (addr | 0) && each.port === port);
}
