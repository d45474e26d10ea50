/**
 * The hosts of a scenario: makes clients and real servers from its description, tells the director of its
 * services, and carries out what the timeline asks for. Network is all that a run simulates.
 */
import { RandomStream } from '../engine/random.ts';
import { TimerWheel } from '../engine/timer_wheel.ts';
import { type Connect, PortChooser } from '../kernel/inet_hashtables.ts';
import { InetPorts } from '../kernel/inet_ports.ts';
import { TimeWaits } from '../kernel/inet_timewait_sock.ts';
import { IPPROTO_TCP, IPPROTO_UDP } from '../kernel/sk_buff.ts';
import type { TcpHost, TcpStack } from '../kernel/tcp.ts';
import { type TcpFeatures, tcpFeatures } from '../kernel/tcp_features.ts';
import { tcp_write_timer } from '../kernel/tcp_input.ts';
import { ECONNREFUSED, EHOSTUNREACH } from '../kernel/tcp_states.ts';
import { UDP_PORT } from '../kernel/udp.ts';
import { expectReading } from '../scenario/reading.ts';
import type {
  Client as ClientConfig,
  RealServer as RealServerConfig,
  Scenario,
  Service,
  TimelineAction,
} from '../scenario/scenario.ts';
import { type Endpoint, parseEndpoint, readAddress } from '../scenario/units.ts';
import { Client, Clients } from './client.ts';
import { makeLoad } from './loads.ts';
import { RealServers } from './real_server.ts';
import { type TapFactory, Topology } from './topology.ts';

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

const NO_DEST = -1;

export class Network {
  readonly topology: Topology;
  readonly clients: Clients;
  readonly servers: RealServers;
  /** Every real server that ever was in a service, in the order they were added. */
  readonly backends: Backend[] = [];
  readonly #scenario: Scenario;
  readonly #ports = new InetPorts();
  readonly #kinds: HostKind[] = [];
  /** The director's number of each service by name. */
  readonly #directorServices = new Map<string, number>();
  readonly #listeners = new Map<string, number>();

  constructor(scenario: Scenario, makeTap: TapFactory | null) {
    this.#scenario = scenario;
    this.topology = new Topology(scenario, makeTap);
    const { clientStack, serverStack, simulation } = this.topology;
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
      this.clients.add(made, makeLoad(simulation, this.clients, made, random));
    }
  }

  /** What the timeline asks for. Without a director only new real servers matter, and those have no use. */
  apply(action: TimelineAction): void {
    const { director } = this.topology;
    if (director === null) return;
    if (action.kind === 'sysctl') {
      director.setSysctl(action.key, action.value);
      return;
    }
    const index = this.#directorServices.get(action.service);
    if (index === undefined) return;
    if (action.kind === 'add') {
      const service = this.#scenario.services.find(({ name }) => name === action.service)!;
      this.#addBackend(service, action.realServer);
      return;
    }
    const { address, port } = parseEndpoint(action.realServer);
    const backend = this.backends.find(
      (each) => each.service.name === action.service && each.address === action.realServer,
    )!;
    backend.weight = action.kind === 'weight' ? action.weight : 0;
    if (action.kind === 'weight') director.setWeight(index, address, port, action.weight);
    else director.deleteRealServer(index, address, port);
  }

  #addService(service: Service): void {
    const { director } = this.topology;
    if (service.path === 'ipvs' && director !== null) {
      const { address, port } = parseEndpoint(service.address);
      const index = director.addService({
        protocol: service.protocol === 'tcp' ? IPPROTO_TCP : IPPROTO_UDP,
        address,
        port,
        scheduler: service.scheduler,
        schedulerFlags: service.schedulerFlags,
        persistent_s: service.persistent_s,
        onePacket: service.onePacket,
      });
      this.#directorServices.set(service.name, index);
    }
    for (const server of service.realServers) this.#addBackend(service, server);
  }

  /** ipvsadm -a: a real server that was there before comes back to the same host. */
  #addBackend(service: Service, config: RealServerConfig): void {
    const endpoint = parseEndpoint(config.address);
    const dest = this.#addDest(service, config, endpoint);
    const known = this.backends.find(
      (backend) => backend.service === service && backend.address === config.address,
    );
    const listener = known?.listener ?? this.#listen(service, config, endpoint);
    if (dest !== NO_DEST) this.topology.setListener(dest, listener);
    if (known === undefined) {
      this.backends.push({ service, address: config.address, dest, listener, weight: config.weight });
    } else {
      known.dest = dest;
      known.weight = config.weight;
    }
  }

  #addDest(service: Service, config: RealServerConfig, { address, port }: Endpoint): number {
    const index = this.#directorServices.get(service.name);
    if (index === undefined) return NO_DEST;
    return this.topology.director!.addRealServer(index, {
      address,
      port,
      weight: config.weight,
      forward: service.forward,
      upperThreshold: config.upperThreshold,
      lowerThreshold: config.lowerThreshold,
    });
  }

  /**
   * The listening socket of a real server. Behind masquerading it has the real server's own address, and
   * services that share a real server share it; else it has the service's, as many other hosts have.
   */
  #listen(service: Service, config: RealServerConfig, own: Endpoint): number {
    const { serverStack, backToDirector, backToClient } = this.topology;
    const isUdp = service.protocol === 'udp';
    const isMasq = service.path === 'direct' || service.forward === 'masq';
    const key = `${service.protocol} ${config.address} ${isMasq ? '' : service.address} ${service.path}`;
    const known = this.#listeners.get(key);
    if (known !== undefined) return known;
    const { services } = serverStack;
    const at = isMasq ? own : parseEndpoint(service.address);
    const port = at.port | (isUdp ? UDP_PORT : 0);
    const isFirst = isMasq && services.find(at.address, port) < 0;
    const listener = isFirst ? services.add(at.address, port) : services.addHidden(at.address, port);
    serverStack.routes[listener] = isMasq && service.path === 'ipvs' ? backToDirector : backToClient;
    const random = new RandomStream(this.#scenario.seed, `server/${config.address}/service`);
    this.servers.add(config, isUdp, random);
    this.#listeners.set(key, listener);
    return listener;
  }

  #client(index: number, config: ClientConfig): Client {
    const { clientStack, toDirector, aroundDirector } = this.topology;
    const service = this.#scenario.services.find(({ name }) => name === config.to)!;
    const isDirect = service.path === 'direct';
    const remote = parseEndpoint(isDirect ? service.realServers[0]!.address : service.address);
    const isUdp = service.protocol === 'udp';
    const number = clientStack.services.add(remote.address, remote.port | (isUdp ? UDP_PORT : 0));
    clientStack.routes[number] = isDirect ? aroundDirector : toDirector;
    const kind = this.#kind(config);
    const addresses = config.addresses.map((text) => expectReading(readAddress(text), text));
    return new Client(index, config, {
      service: number,
      host: kind.index,
      isUdp,
      connects: addresses.map((addr) => this.#connect(config, addr, number, remote)),
      chooser: new PortChooser(
        kind.features.portChoice,
        this.#ports,
        clientStack.hosts[kind.index]!.timers,
        new RandomStream(this.#scenario.seed, `client/${config.name}/ports`),
      ),
      random: new RandomStream(this.#scenario.seed, `client/${config.name}/udp-ports`),
    });
  }

  #connect(config: ClientConfig, saddr: number, service: number, remote: Endpoint): Connect {
    const [low, high] = config.ports;
    const pair = this.#ports.pair(saddr, service);
    return { pair, saddr, daddr: remote.address, dport: remote.port, low, high };
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
    const code = skbs.flags[skb]! & 0x0f;
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
  const { simulation, socks } = stack;
  const wheel = { hz, onTheJiffy: features.timersOnTheJiffy };
  const timers = new TimerWheel(simulation, wheel, onTimer, socks.capacity);
  socks.onGrow.push((capacity) => timers.grow(capacity));
  const host: TcpHost = {
    timers,
    timewaits: new TimeWaits(simulation, timers, onTimewaitEnd),
    synLinearTimeouts: features.synLinearTimeouts,
  };
  return stack.hosts.push(host) - 1;
}
