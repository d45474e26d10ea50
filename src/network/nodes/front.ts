/**
 * What stands in front of several nodes and chooses one for each packet of a client: the client's own way (`via`), or
 * a balancer. Real servers' answers go to the node whose address their connection has been masqueraded with, else through
 * the one that the client's packets take.
 */
import { mix } from '../../engine/hash_chains.ts';
import { IPPROTO_SCTP, type SkBuffs } from '../../kernel/sk_buff.ts';
import { oneOrBoth } from '../../scenario/addresses.ts';
import type { Scenario } from '../../scenario/scenario.ts';

/** No node: the one that the client goes through is gone, or all are. */
export const NOWHERE = -1;

/** A connection as a balancer that takes turns knows it. */
interface Flow {
  /** Of its SYN, or the tag that its INIT asks for: another one from the same port begins another connection. */
  isn: number;
  node: number;
}

export class Front {
  readonly #skbs: SkBuffs;
  readonly #isGone: boolean[];
  /** By address, the nodes of clients that say through which they go. */
  readonly #via = new Map<number, number>();
  /** By address and port of the client; null where a hash of these chooses. */
  readonly #flows: Map<number, Flow> | null;
  /** By address, the nodes that have it. */
  readonly #own = new Map<number, number>();
  /** Whose turn was last. */
  #last = -1;

  constructor(
    { nodes = [], balancer, clients }: Pick<Scenario, 'nodes' | 'balancer' | 'clients'>,
    skbs: SkBuffs,
  ) {
    this.#skbs = skbs;
    this.#isGone = nodes.map(() => false);
    this.#flows = balancer === 'turn' ? new Map() : null;
    for (const { via, addresses } of clients) {
      if (via === undefined) continue;
      const node = nodes.findIndex(({ name }) => name === via);
      for (const text of addresses) this.#via.set(skbs.book.address(text) | 0, node);
    }
    for (const [node, { address }] of nodes.entries()) {
      for (const text of oneOrBoth(address)) this.#own.set(skbs.book.address(text) | 0, node);
    }
  }

  /** A node without its cable gets nothing, and a balancer leaves it out at once. */
  setGone(node: number, isGone: boolean): void {
    this.#isGone[node] = isGone;
  }

  /** The node for a client's packet, or NOWHERE: the one whose NodePort it is for, whoever sends it. */
  ofClient(skb: number): number {
    const skbs = this.#skbs;
    const addr = skbs.saddr(skb);
    const own = this.#own.get(skbs.daddr(skb));
    if (own !== undefined) return this.#isGone[own]! ? NOWHERE : own;
    const port = skbs.sport(skb);
    if (this.#flows !== null && skbs.isSyn(skb) && !this.#via.has(addr)) {
      const key = flowKey(addr, port);
      const isn = skbs.protocol(skb) === IPPROTO_SCTP ? skbs.ack(skb) : skbs.seq(skb);
      if (this.#flows.get(key)?.isn !== isn) this.#flows.set(key, { isn, node: this.#next() });
    }
    return this.ofFlow(addr, port);
  }

  /** The node for a real server's packet, or NOWHERE. */
  ofServer(skb: number): number {
    return this.ofFlow(this.#skbs.daddr(skb), this.#skbs.dport(skb));
  }

  /** The node for packets between that client's port and anybody, or NOWHERE. */
  ofFlow(addr: number, port: number): number {
    const via = this.#own.get(addr) ?? this.#via.get(addr);
    if (via !== undefined) return this.#isGone[via]! ? NOWHERE : via;
    if (this.#flows === null) return this.#hashed(addr, port);
    const flow = this.#flows.get(flowKey(addr, port));
    if (flow === undefined) return this.#next();
    if (flow.node === NOWHERE || this.#isGone[flow.node]!) flow.node = this.#next();
    return flow.node;
  }

  /** In turn, those that are gone left out. */
  #next(): number {
    const { length } = this.#isGone;
    for (let step = 1; step <= length; step++) {
      const node = (this.#last + step) % length;
      if (this.#isGone[node]!) continue;
      this.#last = node;
      return node;
    }
    return NOWHERE;
  }

  /** Flows of a node that is gone, and no others, move to one of the rest (resilient hashing). */
  #hashed(addr: number, port: number): number {
    const hash = mix(addr, port, 0) >>> 0;
    const node = hash % this.#isGone.length;
    if (!this.#isGone[node]!) return node;
    const rest = [...this.#isGone.keys()].filter((each) => !this.#isGone[each]!);
    return rest.length === 0 ? NOWHERE : rest[(mix(hash, port, 1) >>> 0) % rest.length]!;
  }
}

/** Below 2^53. */
function flowKey(addr: number, port: number): number {
  return (addr >>> 0) * 0x10000 + port;
}
