/** The hosts that clients run on: addresses, source ports, timers, and what a connection needs to begin. */
import { RandomStream } from '../engine/random.ts';
import { inet_timer } from '../kernel/ipv4/af_inet.ts';
import { portKey } from '../kernel/ipv4/inet_endpoints.ts';
import { PortChooser } from '../kernel/ipv4/inet_hashtables.ts';
import { type InetPorts, NO_RESERVED_PORTS, portsOf } from '../kernel/ipv4/inet_ports.ts';
import { addHost } from '../kernel/ipv4/tcp.ts';
import { type TcpFeatures, tcpFeatures } from '../kernel/ipv4/tcp_features.ts';
import { TimestampMode } from '../kernel/ipv4/tcp_timestamps.ts';
import type { Client as ClientConfig, Scenario, Service } from '../scenario/scenario.ts';
import { TRANSPORT_NUMBERS } from '../text/transport.ts';
import { Client, type Origin } from './client.ts';
import { type NodeCpu, packetCost } from './packet_costs.ts';
import { ConnectPath, type ServicePath } from './service_paths.ts';
import { SocketLb } from './socket_lb.ts';
import { passesNode, type Topology } from './topology.ts';

/** Some weeks. */
const LONGEST_UPTIME_MS = 2 ** 31;

/** Hosts that keep time alike share timers. */
interface HostKind {
  readonly hz: number;
  readonly features: TcpFeatures;
  readonly index: number;
}

export class ClientHosts {
  readonly #scenario: Scenario;
  readonly #topology: Topology;
  readonly #ports: InetPorts;
  readonly #nodeCpu: NodeCpu | null;
  readonly #kinds: HostKind[] = [];
  /** By the client that stands first in the scenario among those of a host. */
  readonly #choosers = new Map<number, PortChooser>();

  constructor(scenario: Scenario, topology: Topology, ports: InetPorts, nodeCpu: NodeCpu | null) {
    this.#scenario = scenario;
    this.#topology = topology;
    this.#ports = ports;
    this.#nodeCpu = nodeCpu;
  }

  /** The client at that place of the scenario, which talks to the service by its path. */
  client(index: number, config: ClientConfig, service: Service, path: ServicePath): Client {
    const { seed } = this.#scenario;
    const kind = this.#kind(config);
    let socketLb: SocketLb<Origin> | null = null;
    if (path instanceof ConnectPath) {
      socketLb = new SocketLb(new RandomStream(seed, `client/${config.name}/backends`));
      path.join({ socketLb, origins: (address) => this.#origins(config, service, address) });
    }
    const remote = service.path === 'direct' ? service.realServers[0]!.address : service.address;
    return new Client(index, config, {
      host: kind.index,
      protocol: service.protocol,
      connects: socketLb === null ? this.#origins(config, service, remote) : [],
      socketLb,
      chooser: this.#chooser(index, kind),
      random: new RandomStream(seed, `client/${config.name}/udp-ports`),
      timestamps: this.#timestamps(config),
      uptime_ms: this.#uptime_ms(index),
    });
  }

  /** Clients that share an address run on one host, whose connections all draw from one cursor. */
  #chooser(index: number, kind: HostKind): PortChooser {
    const first = firstOfHost(this.#scenario.clients, index);
    const known = this.#choosers.get(first);
    if (known !== undefined) return known;
    const { timers } = this.#topology.clientStack.hosts[kind.index]!;
    const { seed, clients } = this.#scenario;
    const random = new RandomStream(seed, `client/${clients[first]!.name}/ports`);
    const chooser = new PortChooser(kind.features.portChoice, this.#ports, timers, random);
    this.#choosers.set(first, chooser);
    return chooser;
  }

  /**
   * Where nothing masquerades, a source port comes back from the same host only: its time stamps and sequence numbers
   * grow, and a real server would decide the same without any.
   */
  #timestamps({ tcpTimestamps }: ClientConfig): number {
    if (this.#scenario.masquerade === undefined) return TimestampMode.off;
    return tcpTimestamps ?? TimestampMode.offset;
  }

  #uptime_ms(index: number): number {
    const { seed, clients } = this.#scenario;
    const { name } = clients[firstOfHost(clients, index)]!;
    return new RandomStream(seed, `client/${name}/uptime`).below(LONGEST_UPTIME_MS);
  }

  /** What the client's addresses need to connect to that remote end. */
  #origins(config: ClientConfig, service: Service, text: string): Origin[] {
    const { clientStack, fromClients, aroundDirector } = this.#topology;
    const remote = this.#topology.skbs.book.endpoint(text);
    const protocol = TRANSPORT_NUMBERS[service.protocol];
    const number = clientStack.services.add(remote.address, portKey(protocol, remote.port));
    const route = passesNode(service.path) ? fromClients : aroundDirector;
    clientStack.routes[number] =
      this.#nodeCpu?.before(route, packetCost(this.#scenario, service), false) ?? route;
    const [low, high] = config.ports;
    const reserved = reservedPorts(config);
    const to = { daddr: remote.address, dport: remote.port, low, high, reserved, service: number };
    return config.addresses.map((address) => {
      const saddr = this.#topology.skbs.book.address(address);
      return { ...to, saddr, pair: this.#ports.pair(saddr, portsOf(protocol, number)) };
    });
  }

  #kind(config: ClientConfig): HostKind {
    const features = tcpFeatures(config.kernel);
    const known = this.#kinds.find(
      (kind) => kind.hz === config.hz && JSON.stringify(kind.features) === JSON.stringify(features),
    );
    if (known !== undefined) return known;
    const { clientStack } = this.#topology;
    const onTimer = (sock: number): void => inet_timer(clientStack, sock);
    const index = addHost(clientStack, config.hz, features, onTimer, (caddr, cport, service) =>
      this.#ports.release(caddr, service, cport),
    );
    const kind = { hz: config.hz, features, index };
    this.#kinds.push(kind);
    return kind;
  }
}

function reservedPorts({ reservedPorts = [] }: ClientConfig): Int32Array {
  if (reservedPorts.length === 0) return NO_RESERVED_PORTS;
  const bits = new Int32Array(NO_RESERVED_PORTS.length);
  for (const [first, last] of reservedPorts) {
    for (let port = first; port <= last; port++) bits[port >>> 5]! |= 1 << (port & 31);
  }
  return bits;
}

/** The first client that has an address in common with this one, or with one that has, and so on. */
function firstOfHost(clients: readonly ClientConfig[], index: number): number {
  // On the node all have one, whatever address each is seen from.
  if (clients[index]!.onNode !== undefined) return clients.findIndex(({ onNode }) => onNode !== undefined);
  const addresses = new Set(clients[index]!.addresses);
  const found = new Set([index]);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    clients.forEach((client, other) => {
      if (found.has(other) || !client.addresses.some((address) => addresses.has(address))) return;
      found.add(other);
      for (const address of client.addresses) addresses.add(address);
    });
  }
  return Math.min(...found);
}
