/**
 * All that a run simulates: the director with its services, real servers and clients, wired together as the
 * scenario says; and what the timeline asks of them.
 */
import { RandomStream } from '../engine/random.ts';
import { inet_timer } from '../kernel/ipv4/af_inet.ts';
import { InetPorts } from '../kernel/ipv4/inet_ports.ts';
import { addHost } from '../kernel/ipv4/tcp.ts';
import { tcpFeatures } from '../kernel/ipv4/tcp_features.ts';
import { sctp_init } from '../kernel/sctp/association.ts';
import type {
  NetworkAction,
  RealServer as RealServerConfig,
  Scenario,
  Service,
  TimelineAction,
} from '../scenario/scenario.ts';
import { type ServerLabels, serverLabels } from '../scenario/server_labels.ts';
import { isOnNode } from '../scenario/service_addresses.ts';
import { hostOf } from '../text/endpoint.ts';
import { Arrivals } from './arrivals.ts';
import { BackendOwners } from './backend_owners.ts';
import { ClientHosts } from './client_hosts.ts';
import { Clients } from './clients.ts';
import { Later } from './later.ts';
import { Listing } from './nodes/listing.ts';
import { firstNexthop } from './nodes/nexthop.ts';
import { makePacer } from './pacers.ts';
import { NodeCpu } from './packet_costs.ts';
import { replayedOf } from './replayed.ts';
import { Backend } from './servers/backend.ts';
import { Listeners } from './servers/listeners.ts';
import { RealServers } from './servers/real_server.ts';
import { UsedBackends } from './servers/used_backends.ts';
import { makeServicePaths, NO_DEST, type ServicePath, TargetPath } from './service_paths.ts';
import { type TapFactory, Topology } from './topology.ts';

const WEIGHT_CHANGES: ReadonlySet<TimelineAction['kind']> = new Set(['weight', 'delete', 'add']);

export class Network {
  readonly topology: Topology;
  readonly clients: Clients;
  readonly servers: RealServers;
  /** Every real server that ever was in a service, in the order they were added. */
  readonly backends: Backend[] = [];
  /** Those of them that have had anything yet. */
  readonly used: UsedBackends;
  /** Places in `backends`, by placeKey(). */
  readonly #places = new Map<string, number>();
  readonly labels: ServerLabels;
  /** Whether anything in the scenario changes weights. */
  readonly weightsChange: boolean;
  readonly #scenario: Scenario;
  /** By name of the service. */
  readonly #paths = new Map<string, readonly ServicePath[]>();
  readonly #nodeCpu: NodeCpu | null;
  readonly #listeners: Listeners;
  readonly #owners: BackendOwners;
  /** Where something comes by itself after a time. */
  #later: Later | null = null;

  /** Hosts whose processes have ended. */
  readonly #ended = new Set<string>();

  constructor(scenario: Scenario, makeTap: TapFactory | null) {
    this.#scenario = scenario;
    this.labels = serverLabels(scenario);
    const { controller, events, node } = scenario;
    const byHand = events.some(({ action }) => WEIGHT_CHANGES.has(action.kind));
    this.weightsChange = controller !== undefined || byHand;
    this.topology = new Topology(scenario, makeTap);
    const { clientStack, serverStack, simulation, skbs } = this.topology;
    this.#nodeCpu =
      node?.payer === 'node' ? new NodeCpu(simulation, skbs, node, () => this.topology.entries) : null;
    const ports = new InetPorts();
    this.clients = new Clients(clientStack, ports);
    this.servers = new RealServers(serverStack);
    this.#owners = new BackendOwners(scenario, this.topology);
    this.used = new UsedBackends({
      countedDests: this.topology.directors.all.map(({ net }) => net.countedDests),
      atServers: this.servers.used,
      backendsOf: (director, dest) => this.#owners.backendsOf(firstNexthop(director) + dest),
    });
    this.servers.backendOf = (listener, caddr, cport) => this.#owners.of(listener, caddr, cport);
    if (scenario.services.some(({ protocol }) => protocol === 'sctp')) {
      sctp_init(clientStack);
      sctp_init(serverStack);
    }
    // Real servers run the director's kernel: nothing in a scenario says otherwise.
    addHost(
      serverStack,
      scenario.hz,
      tcpFeatures(scenario.kernel),
      (sock) => inet_timer(serverStack, sock),
      (_caddr, _cport, listener) => this.servers.timewaitEnded(listener),
    );
    this.#listeners = new Listeners(scenario, this.topology, this.servers, this.#nodeCpu);
    for (const service of scenario.services) this.#addService(service);
    for (const { address, addressOnNode } of scenario.services) {
      if (addressOnNode === false)
        this.topology.cables.unplug(this.topology.skbs.book.endpoint(address).address, []);
    }
    const hosts = new ClientHosts(scenario, this.topology, ports, this.#nodeCpu);
    const services = new Map(scenario.services.map((service) => [service.name, service]));
    for (const [index, config] of scenario.clients.entries()) {
      const service = services.get(config.to)!;
      const client = hosts.client(index, config, service, this.#paths.get(service.name)![0]!);
      const random = new RandomStream(scenario.seed, `client/${config.name}/arrivals`);
      const replayed = replayedOf(config.load, this.servers.replays);
      client.replayed = replayed;
      const pacer = makePacer(config.load, config.start_ns, random, replayed);
      this.clients.add(client, new Arrivals(simulation, this.clients, client, pacer));
    }
  }

  /** CPU time that the node's cores have spent on packets. */
  get nodeBusy_ns(): number {
    return this.#nodeCpu?.busy_ns ?? 0;
  }

  /** On the node of that number; a run without directors has nothing to set. */
  setSysctl(node: number, key: string, value: number): void {
    this.topology.directors.all[node]?.setSysctl(key, value);
  }

  /** What the timeline asks for; what is about a real server of a service, on that node or (null) on all. */
  apply(action: NetworkAction, node: number | null = null): void {
    const { directors, cables, front } = this.topology;
    if (action.kind === 'unplug' || action.kind === 'plug') {
      const address = this.topology.skbs.book.address(action.address);
      cables[action.kind](address, this.#listenersAt(action.address));
      return;
    }
    if (action.kind === 'sysctl') {
      const { key, value } = action;
      const those = action.node === undefined ? [...directors.all.keys()] : [this.nodeIndex(action.node)];
      for (const index of those) this.setSysctl(index, key, value);
      return;
    }
    if (action.kind === 'unplugNode' || action.kind === 'plugNode') {
      front!.setGone(this.nodeIndex(action.node), action.kind === 'unplugNode');
      return;
    }
    if (action.kind === 'rebootNode') {
      const index = this.nodeIndex(action.node);
      front!.setGone(index, true);
      directors.all[index]!.reboot();
      this.#later ??= new Later(this.topology.simulation);
      this.#later.after(action.boot_ns, () => front!.setGone(index, false));
      return;
    }
    if (action.kind === 'add') {
      const service = this.#scenario.services.find(({ name }) => name === action.service)!;
      this.#addBackend(service, action.realServer, node);
      return;
    }
    const { weights } = this.backend({ service: action.service, address: action.realServer });
    for (const [index, path] of this.#paths.get(action.service)!.entries()) {
      if (node !== null && node !== index) continue;
      weights[index] = action.kind === 'weight' ? action.weight : 0;
      if (action.kind === 'weight') path.setWeight(action.realServer, action.weight);
      else path.delete(action.realServer);
    }
  }

  /** The real server of that service with that address and port. */
  backend({ service, address }: { readonly service: string; readonly address: string }): Backend {
    return this.backends[this.#places.get(placeKey(service, address))!]!;
  }

  /** Whether a node's table or rules have the service, where it is counted; further addresses of one by mark are with it. */
  isKnownOn(node: number, backend: Backend): boolean {
    return backend.listings[node]?.hasService ?? this.boundOn(node, backend) !== null;
  }

  /** What a node's rules have sent to the real server; null where they know nothing of it. */
  boundOn(node: number, { service, address }: Backend): number | null {
    return this.#paths.get(service.name)![node]?.connectionsTo?.(address) ?? null;
  }

  /** The processes on the host with that address end. */
  exitProcess(host: string): void {
    this.#ended.add(host);
    for (const listener of this.#listenersAt(host)) this.servers.exit(listener);
  }

  startProcess(host: string): void {
    this.#ended.delete(host);
    for (const listener of this.#listenersAt(host)) this.servers.restart(listener);
  }

  /** The place of a node among all. */
  nodeIndex(node: string): number {
    return this.#scenario.nodes!.findIndex(({ name }) => name === node);
  }

  /** The listening sockets of the host with that address. */
  #listenersAt(host: string): Set<number> {
    const there = this.backends.filter(({ address }) => hostOf(address) === host);
    return new Set(there.map(({ listener }) => listener));
  }

  #addService(service: Service): void {
    const { exposed } = service;
    const { all } = this.topology.directors;
    this.#paths.set(
      service.name,
      exposed?.as === 'target'
        ? all.map((_, node) => this.#targetPath(exposed.of, node))
        : makeServicePaths(service, all, this.#scenario),
    );
    for (const server of service.realServers) this.#addBackend(service, server);
  }

  #targetPath(service: string, node: number): TargetPath {
    return new TargetPath((address) => this.backend({ service, address }).listings[node]!.dest!);
  }

  /** ipvsadm -a: a real server that was there before comes back to the same host. */
  #addBackend(service: Service, config: RealServerConfig, node: number | null = null): void {
    const paths = this.#paths.get(service.name)!;
    const meant = [...paths.entries()].filter(([index]) => node === null || node === index);
    const dests = meant.map(([index, path]) => ({ index, dest: path.add(config) }));
    const known = this.#places.get(placeKey(service.name, config.address));
    const isListed = service.exposed?.as !== 'target' && dests.some(({ dest }) => dest !== NO_DEST);
    const place = known ?? this.#newBackend(service, config, isListed, paths.length);
    const { listener, listings, weights } = this.backends[place]!;
    for (const { index, dest } of dests) {
      if (!this.#isOn(service, index)) continue;
      weights[index] = config.weight;
      if (dest === NO_DEST) continue;
      this.topology.addListener(firstNexthop(index) + dest, listener);
      this.#owners.addNexthop(firstNexthop(index) + dest, place);
      // What IPVS counts is counted once, with the service itself.
      listings[index]?.add(dest);
    }
  }

  #isOn(service: Service, node: number): boolean {
    return isOnNode(service, this.#scenario.nodes?.[node]?.name ?? null);
  }

  /** Its place. */
  #newBackend(service: Service, config: RealServerConfig, isListed: boolean, places: number): number {
    const { address } = config;
    const listener = this.#listeners.listen(service, config);
    const listings = isListed
      ? this.topology.directors.all.map((director, node) => new Listing(director, this.#isOn(service, node)))
      : [];
    const backend = new Backend(service, address, listener, listings, places);
    this.servers.tallies.push(backend.tally);
    const place = this.backends.push(backend) - 1;
    this.#places.set(placeKey(service.name, address), place);
    this.#owners.add(listener, place, service.name);
    this.#settle(address, listener);
    return place;
  }

  /** What happened to the host before this listener was there has happened to it too. */
  #settle(endpoint: string, listener: number): void {
    const host = hostOf(endpoint);
    if (this.#ended.has(host)) this.servers.exit(listener);
    this.topology.cables.attach(this.topology.skbs.book.address(host), listener);
  }
}

/** An address has no space in it, so no two servers share a key. */
function placeKey(service: string, address: string): string {
  return `${address} ${service}`;
}
