/**
 * What a packet costs on each data path (the scenario's `node`), and who pays: cores of the node, which packets
 * queue for, or the real server, in whose context softirqs run.
 */

import { DelayLine } from '../engine/delay_line.ts';
import { mix } from '../engine/hash_chains.ts';
import type { Simulation } from '../engine/simulation.ts';
import type { Route } from '../kernel/ipv4/tcp.ts';
import { IPPROTO_TCP, type SkBuffs, TH_ACK, TH_SYN } from '../kernel/sk_buff.ts';
import type { Node, Scenario, Service } from '../scenario/scenario.ts';

/** Cost of packets of one service: of each, of the first one of a connection besides, and of looking up their entry. */
export interface PacketCost {
  readonly each_ns: number;
  readonly first_ns: number;
  /** For each entry in the connection table: ip_vs_conn_in_get() passes half a chain before it finds its own. */
  readonly perEntry_ns: number;
}

const FREE: PacketCost = { each_ns: 0, first_ns: 0, perEntry_ns: 0 };

/** Each path's stages; what a path skips is what it does not list. */
export function packetCost(scenario: Scenario, service: Service): PacketCost {
  const { node, conntrackHooks } = scenario;
  if (node === undefined) return FREE;
  const base_ns = node.forward_ns + (service.hostNetwork === true ? 0 : node.pod_ns);
  const conntrack_ns = conntrackHooks ? node.conntrack_ns : 0;
  switch (service.path) {
    case 'direct':
      return { ...FREE, each_ns: base_ns + conntrack_ns };
    case 'ipvs':
      return {
        ...FREE,
        each_ns: base_ns + conntrack_ns + node.ipvs_ns,
        perEntry_ns: perEntry_ns(scenario, node),
      };
    case 'ipvs-bpf':
      return { ...FREE, each_ns: base_ns + node.ipvs_ns, perEntry_ns: perEntry_ns(scenario, node) };
    case 'iptables':
    case 'nftables':
      return { ...FREE, each_ns: base_ns + conntrack_ns + node.nat_ns, first_ns: node.rules_ns };
    case 'ebpf':
      return { ...FREE, each_ns: base_ns, first_ns: node.connect_ns };
  }
}

/** Buckets are a power of two, and the hash is even: a chain has as many entries as there are to a bucket. */
function perEntry_ns({ sysctl }: Scenario, { ipvsChain_ns = 0 }: Node): number {
  const passed = 0.5;
  return (ipvsChain_ns * passed) / 2 ** sysctl['net.ipv4.vs.conn_tab_bits']!;
}

/** Cost of this packet, which comes from a client or (`isAnswer`) goes to one, with so many entries in the table. */
export function costOf(
  skbs: SkBuffs,
  skb: number,
  cost: PacketCost,
  isAnswer: boolean,
  entries: number,
): number {
  const each_ns = cost.each_ns + Math.round(cost.perEntry_ns * entries);
  if (cost.first_ns === 0 || isAnswer) return each_ns;
  // A SYN that is sent again meets the connection that its first copy made. Clients send one datagram a socket.
  const opens =
    skbs.protocol(skb) !== IPPROTO_TCP ||
    ((skbs.flags(skb) & (TH_SYN | TH_ACK)) === TH_SYN && skbs.retransmission(skb) === 0);
  return opens ? each_ns + cost.first_ns : each_ns;
}

/** Cores that forward packets. A flow keeps to one of them (RSS), where packets wait for those before. */
export class NodeCpu {
  /** CPU time that packets have cost. */
  busy_ns = 0;
  readonly #simulation: Simulation;
  readonly #skbs: SkBuffs;
  readonly #cores: DelayLine[] = [];
  readonly #free_ns: Float64Array;
  readonly #entries: () => number;
  /** Where each packet goes on. */
  readonly #routes: Route[] = [];

  /** `entries` tells how many there are in IPVS's table. */
  constructor(simulation: Simulation, skbs: SkBuffs, { cores }: Node, entries: () => number) {
    this.#entries = entries;
    this.#simulation = simulation;
    this.#skbs = skbs;
    this.#free_ns = new Float64Array(cores);
    const goOn = (skb: number): void => this.#routes[skbs.route(skb)]!.send(skb);
    for (let core = 0; core < cores; core++) this.#cores.push(new DelayLine(simulation, 0, goOn));
  }

  /** The route, with packets paying before they go on it. */
  before(route: Route, cost: PacketCost, isAnswer: boolean): Route {
    if (cost.each_ns + cost.first_ns + cost.perEntry_ns === 0) return route;
    const index = this.#routes.push(route) - 1;
    return {
      send: (skb) => this.#push(skb, index, costOf(this.#skbs, skb, cost, isAnswer, this.#entries())),
    };
  }

  #push(skb: number, route: number, cost_ns: number): void {
    this.#skbs.setRoute(skb, route);
    this.busy_ns += cost_ns;
    const core = this.#coreOf(skb);
    const { now_ns } = this.#simulation;
    const free_ns = Math.max(this.#free_ns[core]!, now_ns) + cost_ns;
    this.#free_ns[core] = free_ns;
    this.#cores[core]!.setDelay(free_ns - now_ns);
    this.#cores[core]!.push(skb);
  }

  #coreOf(skb: number): number {
    if (this.#cores.length === 1) return 0;
    const skbs = this.#skbs;
    const hash = mix(skbs.saddr(skb) ^ skbs.daddr(skb), skbs.sport(skb) ^ skbs.dport(skb), 0);
    return (hash >>> 0) % this.#cores.length;
  }
}
