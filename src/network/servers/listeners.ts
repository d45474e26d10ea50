/** Listening sockets of real servers: which service shares one with which, and the way their answers take. */

import { RandomStream } from '../../engine/random.ts';
import { portKey } from '../../kernel/ipv4/inet_endpoints.ts';
import type { Route } from '../../kernel/ipv4/tcp.ts';
import { expectKernel, kernelHas } from '../../kernel/release/release.ts';
import type { RealServer as RealServerConfig, Scenario, Service } from '../../scenario/scenario.ts';
import { TRANSPORT_NUMBERS } from '../../text/transport.ts';
import { costOf, type NodeCpu, type PacketCost, packetCost } from '../packet_costs.ts';
import { passesNode, type Topology } from '../topology.ts';
import type { RealServers } from './real_server.ts';

export class Listeners {
  readonly #scenario: Scenario;
  readonly #topology: Topology;
  readonly #servers: RealServers;
  readonly #nodeCpu: NodeCpu | null;
  /** What packets of each listening socket cost its real server. */
  readonly #costs: PacketCost[] = [];
  readonly #numbers = new Map<string, number>();
  /** Of a quota of CPU time, on the kernel of all real servers. */
  readonly #slicesExpire: boolean;

  constructor(scenario: Scenario, topology: Topology, servers: RealServers, nodeCpu: NodeCpu | null) {
    this.#scenario = scenario;
    const release = expectKernel(scenario.kernel);
    this.#slicesExpire = kernelHas(release, 'cpuSlicesExpire') && !kernelHas(release, 'cpuSlicesStay');
    this.#topology = topology;
    this.#servers = servers;
    this.#nodeCpu = nodeCpu;
    if (scenario.node?.payer === 'realServer') {
      topology.onPacketForServer = (listener, skb) => this.#payRequest(listener, skb);
    }
  }

  /**
   * The listening socket of a real server. Behind masquerading it has the real server's own address, and
   * services that share a real server share it; else it has the service's, as many other hosts have.
   */
  listen(service: Service, config: RealServerConfig): number {
    const { serverStack, backToDirector, backToClient, pastDirector } = this.#topology;
    const isMasq = service.path !== 'ipvs' || service.forward === 'masq';
    const { book } = this.#topology.skbs;
    const own = book.endpoint(config.address);
    const address = book.endpoint(service.address);
    // A service by mark sends to the port that the client asked for.
    const at = isMasq ? { ...own, port: own.port || address.port } : address;
    const key = `${service.protocol} ${own.address}:${own.port || address.port} ${isMasq ? '' : service.address} ${service.path} ${config.answers ?? ''}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const { services } = serverStack;
    const port = portKey(TRANSPORT_NUMBERS[service.protocol], at.port);
    const isFirst = isMasq && services.find(at.address, port) < 0;
    const listener = isFirst ? services.add(at.address, port) : services.addHidden(at.address, port);
    const back = config.answers === 'client' ? pastDirector : backToDirector;
    const answers = isMasq && passesNode(service.path) ? back : backToClient;
    // Answers of routed and tunnelled services do not come back over the node.
    serverStack.routes[listener] = isMasq ? this.#payAnswers(answers, service, listener) : answers;
    this.#addServer(service, config);
    this.#numbers.set(key, listener);
    return listener;
  }

  #addServer(service: Service, config: RealServerConfig): void {
    const { seed } = this.#scenario;
    this.#costs.push(packetCost(this.#scenario, service));
    this.#servers.add(
      config,
      service.protocol === 'udp',
      new RandomStream(seed, `server/${config.address}/service`),
      {
        random: new RandomStream(seed, `server/${config.address}/cpu`),
        slicesExpire: this.#slicesExpire,
      },
    );
  }

  /** The way of answers, with whoever pays for packets in it. */
  #payAnswers(route: Route, service: Service, listener: number): Route {
    const { node } = this.#scenario;
    const cost = packetCost(this.#scenario, service);
    if (node === undefined || cost.each_ns + cost.perEntry_ns === 0) return route;
    if (this.#nodeCpu !== null) return this.#nodeCpu.before(route, cost, true);
    return {
      send: (skb) => {
        const { skbs, entries } = this.#topology;
        this.#servers.servers[listener]!.cpu!.charge(costOf(skbs, skb, cost, true, entries));
        route.send(skb);
      },
    };
  }

  #payRequest(listener: number, skb: number): void {
    const { cpu } = this.#servers.servers[listener]!;
    cpu?.charge(costOf(this.#topology.skbs, skb, this.#costs[listener]!, false, this.#topology.entries));
  }
}
