/**
 * The hosts of a scenario: makes clients and real servers from its description, tells the director of its
 * services, and carries out what the timeline asks for. Network is all that a run simulates.
 */
import { RandomStream } from '../engine/random.ts';
import { TimerWheel } from '../engine/timer_wheel.ts';
import { PortChooser } from '../kernel/ipv4/inet_hashtables.ts';
import { InetPorts } from '../kernel/ipv4/inet_ports.ts';
import { TimeWaits } from '../kernel/ipv4/inet_timewait_sock.ts';
import type { Route, TcpHost, TcpStack } from '../kernel/ipv4/tcp.ts';
import { type TcpFeatures, tcpFeatures } from '../kernel/ipv4/tcp_features.ts';
import { tcp_write_timer } from '../kernel/ipv4/tcp_input.ts';
import { ECONNREFUSED, EHOSTUNREACH } from '../kernel/ipv4/tcp_states.ts';
import { UDP_PORT } from '../kernel/ipv4/udp.ts';
import { kernelAtLeast, parseKernelVersion } from '../scenario/kernel_version.ts';
import { expectReading } from '../scenario/reading.ts';
import type {
  Client as ClientConfig,
  NetworkAction,
  RealServer as RealServerConfig,
  Scenario,
  Service,
  TimelineAction,
} from '../scenario/scenario.ts';
import { parseEndpoint, readAddress } from '../scenario/units.ts';
import { Arrivals } from './arrivals.ts';
import { Client, Clients, type Origin } from './client.ts';
import { makePacer } from './pacers.ts';
import { costOf, NodeCpu, type PacketCost, packetCost } from './packet_costs.ts';
import { RealServers } from './real_server.ts';
import { ConnectPath, makeServicePath, NO_DEST, type ServicePath } from './service_paths.ts';
import { SocketLb } from './socket_lb.ts';
import { passesNode, type TapFactory, Topology } from './topology.ts';

/** A real server of a service. */
export interface Backend {
  readonly service: Service;
  readonly address: string;
  /** Number of the director's destination, -1 where there is no director. */
  dest: number;
  /** Number of the listening socket, and of the server in RealServers. */
  readonly listener: number;
  /** As set last; 0 also for a deleted one. */
  weight: number;
}

/** Clients that keep time alike share timers. */
interface HostKind {
  readonly hz: number;
  readonly features: TcpFeatures;
  readonly index: number;
}

const WEIGHT_CHANGES: ReadonlySet<TimelineAction['kind']> = new Set(['weight', 'delete', 'add']);

export class Network {
  readonly topology: Topology;
  readonly clients: Clients;
  readonly servers: RealServers;
  /** Every real server that ever was in a service, in the order they were added. */
  readonly backends: Backend[] = [];
  /** Whether anything in the scenario changes weights. */
  readonly weightsChange: boolean;
  readonly #scenario: Scenario;
  readonly #ports = new InetPorts();
  readonly #kinds: HostKind[] = [];
  /** By name of the service. */
  readonly #paths = new Map<string, ServicePath>();
  readonly #nodeCpu: NodeCpu | null;
  /** What packets of each listening socket cost its real server. */
  readonly #serverCosts: PacketCost[] = [];
  readonly #listeners = new Map<string, number>();

  constructor(scenario: Scenario, makeTap: TapFactory | null) {
    this.#scenario = scenario;
    const { controller, events } = scenario;
    const byHand = events.some(({ action }) => WEIGHT_CHANGES.has(action.kind));
    this.weightsChange = controller !== undefined || byHand;
    this.topology = new Topology(scenario, makeTap);
    const { clientStack, serverStack, simulation } = this.topology;
    const { node } = scenario;
    this.#nodeCpu = node?.payer === 'node' ? new NodeCpu(simulation, this.topology.skbs, node) : null;
    if (node?.payer === 'realServer') {
      this.topology.onPacketForServer = (listener, skb) => this.#payRequest(listener, skb);
    }
    this.clients = new Clients(clientStack, this.#ports);
    this.servers = new RealServers(serverStack);
    // Real servers run the director's kernel: nothing in a scenario says otherwise.
    addHost(serverStack, scenario.hz, tcpFeatures(scenario.kernel), (sock) =>
      tcp_write_timer(serverStack, sock),
    );
    this.topology.datagrams = {
      toClient: (sock) => this.clients.datagram(sock),
      errorToClient: (sock, skb) => this.#udpError(sock, skb),
      toServer: (caddr, cport, listener) => this.servers.datagram(caddr, cport, listener),
    };
    for (const service of scenario.services) this.#addService(service);
    for (const [index, client] of scenario.clients.entries()) {
      const made = this.#client(index, client);
      const random = new RandomStream(scenario.seed, `client/${client.name}/arrivals`);
      const pacer = makePacer(client.load, client.start_ns, random);
      this.clients.add(made, new Arrivals(simulation, this.clients, made, pacer));
    }
  }

  /** CPU time that the node's cores have spent on packets. */
  get nodeBusy_ns(): number {
    return this.#nodeCpu?.busy_ns ?? 0;
  }

  /** What the timeline asks for. */
  apply(action: NetworkAction): void {
    const { director, cables } = this.topology;
    if (action.kind === 'unplug' || action.kind === 'plug') {
      cables[action.kind](this.#address(action.address), this.#listenersAt(action.address));
      return;
    }
    if (action.kind === 'sysctl') {
      director?.setSysctl(action.key, action.value);
      return;
    }
    if (action.kind === 'add') {
      const service = this.#scenario.services.find(({ name }) => name === action.service)!;
      this.#addBackend(service, action.realServer);
      return;
    }
    const backend = this.backend({ service: action.service, address: action.realServer });
    backend.weight = action.kind === 'weight' ? action.weight : 0;
    const path = this.#paths.get(action.service)!;
    if (action.kind === 'weight') path.setWeight(action.realServer, action.weight);
    else path.delete(action.realServer);
  }

  /** The real server of that service with that address and port. */
  backend({ service, address }: { readonly service: string; readonly address: string }): Backend {
    return this.backends.find((each) => each.service.name === service && each.address === address)!;
  }

  /** The processes on the host with that address end. */
  exitProcess(host: string): void {
    for (const listener of this.#listenersAt(host)) this.servers.exit(listener);
  }

  startProcess(host: string): void {
    for (const listener of this.#listenersAt(host)) this.servers.restart(listener);
  }

  #address(text: string): number {
    return expectReading(readAddress(text), text);
  }

  /** The listening sockets of the host with that address. */
  #listenersAt(host: string): Set<number> {
    const there = this.backends.filter(({ address }) => address.startsWith(`${host}:`));
    return new Set(there.map(({ listener }) => listener));
  }

  #addService(service: Service): void {
    this.#paths.set(service.name, makeServicePath(service, this.topology.director));
    for (const server of service.realServers) this.#addBackend(service, server);
  }

  /** ipvsadm -a: a real server that was there before comes back to the same host. */
  #addBackend(service: Service, config: RealServerConfig): void {
    const dest = this.#paths.get(service.name)!.add(config);
    const known = this.backends.find(
      (backend) => backend.service === service && backend.address === config.address,
    );
    const listener = known?.listener ?? this.#listen(service, config);
    if (dest !== NO_DEST) this.topology.setListener(dest, listener);
    if (known === undefined) {
      this.backends.push({ service, address: config.address, dest, listener, weight: config.weight });
    } else {
      known.dest = dest;
      known.weight = config.weight;
    }
  }

  /**
   * The listening socket of a real server. Behind masquerading it has the real server's own address, and
   * services that share a real server share it; else it has the service's, as many other hosts have.
   */
  #listen(service: Service, config: RealServerConfig): number {
    const { serverStack, backToDirector, backToClient } = this.topology;
    const isUdp = service.protocol === 'udp';
    const isMasq = service.path !== 'ipvs' || service.forward === 'masq';
    const key = `${service.protocol} ${config.address} ${isMasq ? '' : service.address} ${service.path}`;
    const known = this.#listeners.get(key);
    if (known !== undefined) return known;
    const { services } = serverStack;
    const at = parseEndpoint(isMasq ? config.address : service.address);
    const port = at.port | (isUdp ? UDP_PORT : 0);
    const isFirst = isMasq && services.find(at.address, port) < 0;
    const listener = isFirst ? services.add(at.address, port) : services.addHidden(at.address, port);
    const answers = isMasq && passesNode(service.path) ? backToDirector : backToClient;
    // Answers of routed and tunnelled services do not come back over the node.
    serverStack.routes[listener] = isMasq ? this.#payAnswers(answers, service, listener) : answers;
    this.#addServer(service, config, isUdp);
    this.#listeners.set(key, listener);
    return listener;
  }

  #addServer(service: Service, config: RealServerConfig, isUdp: boolean): void {
    const { seed, kernel } = this.#scenario;
    const release = parseKernelVersion(kernel);
    this.#serverCosts.push(packetCost(this.#scenario, service));
    this.servers.add(config, isUdp, new RandomStream(seed, `server/${config.address}/service`), {
      random: new RandomStream(seed, `server/${config.address}/cpu`),
      slicesExpire: kernelAtLeast(release, 4, 18) && !kernelAtLeast(release, 5, 4),
    });
  }

  /** The way of answers, with whoever pays for packets in it. */
  #payAnswers(route: Route, service: Service, listener: number): Route {
    const { node } = this.#scenario;
    const cost = packetCost(this.#scenario, service);
    if (node === undefined || cost.each_ns === 0) return route;
    if (this.#nodeCpu !== null) return this.#nodeCpu.before(route, cost, true);
    return {
      send: (skb) => {
        this.servers.servers[listener]!.cpu!.charge(cost.each_ns);
        route.send(skb);
      },
    };
  }

  #payRequest(listener: number, skb: number): void {
    const { cpu } = this.servers.servers[listener]!;
    cpu?.charge(costOf(this.topology.skbs, skb, this.#serverCosts[listener]!, false));
  }

  #client(index: number, config: ClientConfig): Client {
    const { clientStack } = this.topology;
    const { seed } = this.#scenario;
    const service = this.#scenario.services.find(({ name }) => name === config.to)!;
    const kind = this.#kind(config);
    const path = this.#paths.get(service.name)!;
    let socketLb: SocketLb<Origin> | null = null;
    if (path instanceof ConnectPath) {
      socketLb = new SocketLb(new RandomStream(seed, `client/${config.name}/backends`));
      path.join({ socketLb, origins: (address) => this.#origins(config, service, address) });
    }
    const remote = service.path === 'direct' ? service.realServers[0]!.address : service.address;
    return new Client(index, config, {
      host: kind.index,
      isUdp: service.protocol === 'udp',
      connects: socketLb === null ? this.#origins(config, service, remote) : [],
      socketLb,
      chooser: new PortChooser(
        kind.features.portChoice,
        this.#ports,
        clientStack.hosts[kind.index]!.timers,
        new RandomStream(seed, `client/${config.name}/ports`),
      ),
      random: new RandomStream(seed, `client/${config.name}/udp-ports`),
    });
  }

  /** What the client's addresses need to connect to that remote end. */
  #origins(config: ClientConfig, service: Service, text: string): Origin[] {
    const { clientStack, toDirector, aroundDirector } = this.topology;
    const remote = parseEndpoint(text);
    const isUdp = service.protocol === 'udp';
    const number = clientStack.services.add(remote.address, remote.port | (isUdp ? UDP_PORT : 0));
    const route = passesNode(service.path) ? toDirector : aroundDirector;
    clientStack.routes[number] =
      this.#nodeCpu?.before(route, packetCost(this.#scenario, service), false) ?? route;
    const [low, high] = config.ports;
    return config.addresses.map((address) => {
      const saddr = this.#address(address);
      const pair = this.#ports.pair(saddr, number);
      return { pair, saddr, daddr: remote.address, dport: remote.port, low, high, service: number };
    });
  }

  #kind(config: ClientConfig): HostKind {
    const features = tcpFeatures(config.kernel);
    const known = this.#kinds.find(
      (kind) =>
        kind.hz === config.hz &&
        kind.features.portChoice === features.portChoice &&
        kind.features.timersOnTheJiffy === features.timersOnTheJiffy &&
        kind.features.synLinearTimeouts === features.synLinearTimeouts,
    );
    if (known !== undefined) return known;
    const { clientStack } = this.topology;
    const onTimer = (sock: number): void => {
      if (this.clients.isUdp(sock)) this.clients.udpTimedOut(sock);
      else tcp_write_timer(clientStack, sock);
    };
    const index = addHost(clientStack, config.hz, features, onTimer, (caddr, cport, service) =>
      this.#ports.release(caddr, service, cport),
    );
    const kind = { hz: config.hz, features, index };
    this.#kinds.push(kind);
    return kind;
  }

  #udpError(sock: number, skb: number): void {
    const { skbs, tap } = this.topology;
    const code = skbs.flags(skb) & 0x0f;
    if (tap !== null) tap.packet('client', skb, false);
    skbs.free(skb);
    this.clients.udpFailed(sock, code === 3 ? ECONNREFUSED : EHOSTUNREACH);
  }
}

/** Adds hosts of one kind to a stack; returns their number. */
function addHost(
  stack: TcpStack,
  hz: number,
  features: TcpFeatures,
  onTimer: (sock: number) => void,
  onTimewaitEnd: (caddr: number, cport: number, service: number) => void = () => {},
): number {
  const { simulation } = stack;
  const wheel = { hz, onTheJiffy: features.timersOnTheJiffy };
  const timers = new TimerWheel(simulation, wheel, onTimer);
  const host: TcpHost = {
    timers,
    timewaits: new TimeWaits(simulation, timers, onTimewaitEnd),
    synLinearTimeouts: features.synLinearTimeouts,
  };
  return stack.hosts.push(host) - 1;
}
