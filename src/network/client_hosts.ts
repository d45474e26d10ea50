/** The hosts that clients run on: addresses, source ports, timers, and what a connection needs to begin. */
import { RandomStream } from '../engine/random.ts';
import { PortChooser } from '../kernel/ipv4/inet_hashtables.ts';
import type { InetPorts } from '../kernel/ipv4/inet_ports.ts';
import { addHost } from '../kernel/ipv4/tcp.ts';
import { type TcpFeatures, tcpFeatures } from '../kernel/ipv4/tcp_features.ts';
import { tcp_write_timer } from '../kernel/ipv4/tcp_input.ts';
import { UDP_PORT } from '../kernel/ipv4/udp.ts';
import { expectReading } from '../scenario/reading.ts';
import type { Client as ClientConfig, Scenario, Service } from '../scenario/scenario.ts';
import { parseEndpoint, readAddress } from '../scenario/units.ts';
import { Client, type Clients, type Origin } from './client.ts';
import { type NodeCpu, packetCost } from './packet_costs.ts';
import { ConnectPath, type ServicePath } from './service_paths.ts';
import { SocketLb } from './socket_lb.ts';
import { passesNode, type Topology } from './topology.ts';

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
  readonly #clients: Clients;
  readonly #nodeCpu: NodeCpu | null;
  readonly #kinds: HostKind[] = [];

  constructor(
    scenario: Scenario,
    topology: Topology,
    ports: InetPorts,
    clients: Clients,
    nodeCpu: NodeCpu | null,
  ) {
    this.#scenario = scenario;
    this.#topology = topology;
    this.#ports = ports;
    this.#clients = clients;
    this.#nodeCpu = nodeCpu;
  }

  /** The client at that place of the scenario, which talks to the service by its path. */
  client(index: number, config: ClientConfig, service: Service, path: ServicePath): Client {
    const { clientStack } = this.#topology;
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
    const { clientStack, toDirector, aroundDirector } = this.#topology;
    const remote = parseEndpoint(text);
    const isUdp = service.protocol === 'udp';
    const number = clientStack.services.add(remote.address, remote.port | (isUdp ? UDP_PORT : 0));
    const route = passesNode(service.path) ? toDirector : aroundDirector;
    clientStack.routes[number] =
      this.#nodeCpu?.before(route, packetCost(this.#scenario, service), false) ?? route;
    const [low, high] = config.ports;
    return config.addresses.map((address) => {
      const saddr = expectReading(readAddress(address), address);
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
    const { clientStack } = this.#topology;
    const onTimer = (sock: number): void => {
      if (this.#clients.isUdp(sock)) this.#clients.udpTimedOut(sock);
      else tcp_write_timer(clientStack, sock);
    };
    const index = addHost(clientStack, config.hz, features, onTimer, (caddr, cport, service) =>
      this.#ports.release(caddr, service, cport),
    );
    const kind = { hz: config.hz, features, index };
    this.#kinds.push(kind);
    return kind;
  }
}
