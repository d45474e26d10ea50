/**
 * What connects the pieces: clients, a link, the director, a link, real servers; and the ways around the
 * director, for replies of routed and tunnelled services and for services that are addressed directly.
 * network.ts makes the hosts; this file lays the wires.
 */
import { DelayLine } from '../engine/delay_line.ts';
import { NO_NODE } from '../engine/hash_chains.ts';
import { RandomStream } from '../engine/random.ts';
import { Simulation } from '../engine/simulation.ts';
import { Director, type DirectorConfig } from '../kernel/director.ts';
import { InetEndpoints, portKey } from '../kernel/ipv4/inet_endpoints.ts';
import { InetSocks } from '../kernel/ipv4/inet_sock.ts';
import { ip_local_deliver, serviceEnd } from '../kernel/ipv4/ip_input.ts';
import { newTcpStack, type Route, type TcpStack } from '../kernel/ipv4/tcp.ts';
import { isLocal, type OwnAddresses, ownAddresses } from '../kernel/net.ts';
import { IPPROTO_ICMP, SkBuffs } from '../kernel/sk_buff.ts';
import type { Tap } from '../kernel/tap.ts';
import { addressBook } from '../scenario/address_book.ts';
import { oneOrBoth } from '../scenario/addresses.ts';
import type { ClusterNode, DataPath, Scenario } from '../scenario/scenario.ts';
import { nodeSettings } from '../scenario/sysctl.ts';
import type { AddressBook } from '../text/address_book.ts';
import { type Family, familyOf } from '../text/endpoint.ts';
import { Cables } from './cables.ts';
import { Link } from './link.ts';
import { Directors } from './nodes/directors.ts';
import { Front, NOWHERE } from './nodes/front.ts';
import { destOf, directorOf, firstNexthop } from './nodes/nexthop.ts';
import { NodeTap } from './nodes/node_tap.ts';

/** Makes the observer of packets, which needs to know where packets are kept. */
export type TapFactory = (skbs: SkBuffs, clock: { readonly now_ns: number }) => Tap;

export class Topology {
  readonly simulation = new Simulation();
  readonly skbs: SkBuffs;
  readonly tap: Tap | null;
  /** The director; of several the first, null where no service passes any. */
  readonly director: Director | null;
  /** All of them. */
  readonly directors: Directors;
  /** What chooses among several; null where there is one. */
  readonly front: Front | null;
  readonly clientStack: TcpStack;
  readonly serverStack: TcpStack;
  readonly cables: Cables;
  /** From the client to the director and on to the server, and the same without the director. */
  readonly toDirector: Link;
  readonly aroundDirector: Link;
  /** From any client to the director: over the wire, or from the node itself. */
  readonly fromClients: Route;
  /** From the server to the director, and straight to the client. */
  readonly backToDirector: Link;
  readonly backToClient: Link;
  /** From a server whose way to clients does not lead over the director: what is for a node itself gets there all the same. */
  readonly pastDirector: Route;
  /** Packets for addresses that nobody has. */
  unreachable = 0;
  /** Packets that came back to the host that had sent them. */
  martians = 0;
  /** How many of all these were SYNs. */
  #synDrops = 0;
  /** The next hop of the packet that has just reached a real server; -1 where IPVS sent none. */
  arrivedFor = -1;
  /** Where real servers pay for packets: told of each that reaches the listening socket. */
  onPacketForServer: ((listener: number, skb: number) => void) | null = null;
  /** Called at the first packet that is dropped for an old entry's sake, as soon as that has happened. */
  onFirstOldConntrack: (() => void) | null = null;
  /** Of each director: listener by number of its destination, or SEVERAL, which are then all there. */
  readonly #listeners: readonly number[][];
  /** By next hop. */
  readonly #allListeners = new Map<number, Set<number>>();
  readonly #links: Link[] = [];
  readonly #fromDirector: Link;
  /** The loopback device; null where no client is on the node. */
  readonly #lo: DelayLine | null;
  readonly #toClients: Link;

  constructor(scenario: Scenario, makeTap: TapFactory | null) {
    this.skbs = new SkBuffs(addressBook(scenario));
    const { simulation, skbs } = this;
    this.tap = makeTap === null ? null : makeTap(skbs, simulation);
    this.clientStack = this.#stack(true, scenario.seed);
    this.serverStack = this.#stack(false, scenario.seed);
    const { clientSide, serverSide } = scenario.links;
    const both = {
      delay_ns: clientSide.delay_ns + serverSide.delay_ns,
      loss: 1 - (1 - clientSide.loss) * (1 - serverSide.loss),
    };
    const link = (name: string, { delay_ns, loss }: typeof both, deliver: (skb: number) => void): Link => {
      const random = new RandomStream(scenario.seed, `link/${name}`);
      const made = new Link(simulation, skbs, { delay_ns, loss, random, tap: this.tap }, deliver);
      this.#links.push(made);
      return made;
    };
    const toServer = (skb: number): void => this.#receiveAtServer(skb);
    const toClient = (skb: number): void => this.#receiveAtClient(skb);
    this.toDirector = link('client-director', clientSide, (skb) => this.#receiveAtDirector(skb));
    this.#toClients = link('director-client', clientSide, toClient);
    this.#fromDirector = link('director-server', serverSide, (skb) => {
      // fib_validate_source(): before the host looks at anything else.
      if (skbs.saddr(skb) !== skbs.daddr(skb)) this.#receiveAtServer(skb);
      else this.#dropMartian(skb);
    });
    this.backToDirector = link('server-director', serverSide, (skb) => {
      this.#receiveFromServer(skb);
    });
    this.aroundDirector = link('client-server', both, toServer);
    this.backToClient = link('server-client', both, toClient);
    this.pastDirector = {
      send: (skb) => {
        const daddr = skbs.daddr(skb);
        const isForNode = this.directors.all.some(({ net }) => daddr === ownAddresses(net, daddr).clientSide);
        (isForNode ? this.backToDirector : this.backToClient).send(skb);
      },
    };
    const hasOwnClients = scenario.clients.some(({ onNode }) => onNode !== undefined);
    this.#lo = hasOwnClients ? new DelayLine(simulation, 0, toClient) : null;
    this.fromClients = hasOwnClients ? { send: (skb) => this.#sendFrom(skb) } : this.toDirector;
    this.front = scenario.nodes === undefined ? null : new Front(scenario, skbs);
    this.directors = new Directors(this.#makeDirectors(scenario));
    this.director = this.directors.all[0] ?? null;
    this.#listeners = this.directors.all.map(() => []);
    this.cables = new Cables(this.serverStack, this.directors.all, (skb) =>
      this.#lose(skb, 'dev_queue_xmit'),
    );
  }

  /** Packets that hosts have sent. */
  get packets(): number {
    return this.clientStack.counters.packets + this.serverStack.counters.packets;
  }

  /** Entries in IPVS's connection table. */
  get entries(): number {
    return this.director === null ? 0 : this.director.connectionCount;
  }

  /** Packets lost on links. */
  get lost(): number {
    return this.#links.reduce((sum, { lost }) => sum + lost, 0);
  }

  /** SYNs dropped anywhere: by the director, on links, and at hosts. */
  get synDrops(): number {
    const elsewhere =
      this.#synDrops + this.serverStack.counters.backlogSyns + this.directors.sum(({ synDrops }) => synDrops);
    return this.#links.reduce((sum, { lostSyns }) => sum + lostSyns, elsewhere);
  }

  /** Tells which listening socket the packets with a next hop reach: of several, the one that has their address. */
  addListener(nexthop: number, listener: number): void {
    const listeners = this.#listeners[directorOf(nexthop)]!;
    const dest = destOf(nexthop);
    while (listeners.length <= dest) listeners.push(NO_NODE);
    const known = listeners[dest]!;
    listeners[dest] = known === NO_NODE || known === listener ? listener : SEVERAL;
    const all = this.#allListeners.get(nexthop) ?? new Set();
    this.#allListeners.set(nexthop, all.add(listener));
  }

  /** The one that packets of that connection come through; null where it is gone, or there is none. */
  directorOfClient(addr: number, port: number): Director | null {
    if (this.front === null) return this.director;
    return this.directors.all[this.front.ofFlow(addr, port)] ?? null;
  }

  #listenerOf(nexthop: number, skb: number): number {
    const { skbs, serverStack } = this;
    const port = portKey(skbs.protocol(skb), skbs.dport(skb));
    for (const listener of this.#allListeners.get(nexthop)!) {
      const { addr, port: ports } = serverStack.services;
      if (addr[listener] === skbs.daddr(skb) && ports[listener] === port) return listener;
    }
    return NO_NODE;
  }

  #stack(isClient: boolean, seed: string): TcpStack {
    const name = isClient ? 'clients' : 'servers';
    return newTcpStack(isClient, {
      simulation: this.simulation,
      skbs: this.skbs,
      socks: new InetSocks(),
      services: new InetEndpoints(),
      isnSecret: new RandomStream(seed, `${name}/isn`).u32() | 0,
      tap: this.tap,
    });
  }

  #makeDirectors(scenario: Scenario): Director[] {
    const { services, nodes } = scenario;
    if (!services.some(({ path }) => passesNode(path))) return [];
    if (nodes === undefined) return [this.#director(scenario, 0, null)];
    return nodes.map((node, index) =>
      this.#director({ ...scenario, ...nodeSettings(scenario, index) }, index, node.name),
    );
  }

  /** Number and name among several nodes; null for the only one. */
  #director(scenario: Scenario, index: number, name: string | null): Director {
    const tap = this.tap === null || name === null ? this.tap : new NodeTap(this.tap, name);
    const director = new Director(
      this.simulation,
      this.skbs,
      {
        kernel: scenario.kernel,
        hz: scenario.hz,
        conntrackHooks: scenario.conntrackHooks,
        sysctl: scenario.sysctl,
        firstNexthop: firstNexthop(index),
        ...ruleConfig(scenario, scenario.nodes?.[index], this.skbs.book),
      },
      {
        toClient: (skb) => {
          if (tap !== null) tap.packet('director-in', skb, true);
          this.#toClients.send(skb);
        },
        toServer: (skb) => {
          if (!this.cables.resolves(skb, index)) return;
          if (tap !== null) tap.packet('director-out', skb, true);
          this.#fromDirector.send(skb);
        },
        astray: (skb) => {
          if (this.cables.resolves(skb, index)) this.#lose(skb, 'ip_forward');
        },
        ...(this.#lo === null ? {} : { toNode: (skb: number) => this.#receiveAtNode(skb, this.#lo!) }),
      },
      // The first of several draws what an only one would.
      new RandomStream(scenario.seed, index === 0 ? 'director' : `director/${name}`),
    );
    director.tap = tap;
    return director;
  }

  #receiveAtClient(skb: number): void {
    const { clientStack } = this;
    if (this.cables.isGone(this.skbs.daddr(skb))) this.#lose(skb, 'dev_queue_xmit');
    else ip_local_deliver(clientStack, skb, serviceEnd(clientStack, skb));
  }

  #receiveAtDirector(skb: number): void {
    if (this.cables.isGone(this.skbs.saddr(skb))) {
      this.#lose(skb, 'dev_queue_xmit');
      return;
    }
    const node = this.front === null ? 0 : this.front.ofClient(skb);
    if (node === NOWHERE) {
      this.#lose(skb, 'dev_queue_xmit');
      return;
    }
    const director = this.directors.all[node]!;
    director.receiveFromClient(skb);
    this.#noteOldConntrack(director);
  }

  #receiveFromServer(skb: number): void {
    const node = this.front === null ? 0 : this.front.ofServer(skb);
    if (node === NOWHERE) this.#lose(skb, 'dev_queue_xmit');
    else this.directors.all[node]!.receiveFromServer(skb);
  }

  #noteOldConntrack(director: Director): void {
    if (this.onFirstOldConntrack !== null && director.drops[OLD_CONNTRACK]! > 0) {
      this.onFirstOldConntrack();
      this.onFirstOldConntrack = null;
    }
  }

  /** A client's packet leaves its host: over the wire, or on the node through LOCAL_OUT. */
  #sendFrom(skb: number): void {
    const director = this.director!;
    if (!isLocal(director.net, this.skbs.saddr(skb))) this.toDirector.send(skb);
    else {
      if (!director.receiveFromNode(skb)) this.clientStack.hasRefused = true;
      this.#noteOldConntrack(director);
    }
  }

  /** A packet for the node itself: for one of the clients there, which netif_rx() lets wait for its turn. */
  #receiveAtNode(skb: number, lo: DelayLine): boolean {
    const { clientStack, skbs, tap } = this;
    if (skbs.protocol(skb) !== IPPROTO_ICMP && serviceEnd(clientStack, skb) === NO_NODE) return false;
    if (tap !== null) tap.packet('director-in', skb, true);
    lo.push(skb);
    return true;
  }

  #receiveAtServer(skb: number): void {
    const { skbs, serverStack } = this;
    const nexthop = skbs.nexthop(skb);
    this.arrivedFor = nexthop;
    let listener =
      nexthop >= 0 ? this.#listeners[directorOf(nexthop)]![destOf(nexthop)]! : serviceEnd(serverStack, skb);
    if (listener === SEVERAL) listener = this.#listenerOf(nexthop, skb);
    // The director's error, of a datagram that its stack had no socket for: it names no port of the host.
    if (skbs.protocol(skb) === IPPROTO_ICMP) {
      ip_local_deliver(serverStack, skb, listener);
      return;
    }
    if (listener === NO_NODE || this.cables.isUnplugged(listener)) {
      this.#lose(skb, 'ip_forward');
      return;
    }
    if (this.onPacketForServer !== null) this.onPacketForServer(listener, skb);
    ip_local_deliver(serverStack, skb, listener);
  }

  #dropMartian(skb: number): void {
    this.martians++;
    if (this.skbs.isSyn(skb)) this.#synDrops++;
    if (this.tap !== null) this.tap.drop('martian_source', 'ip_handle_martian_source', skb);
    this.skbs.free(skb);
  }

  #lose(skb: number, kernelFunction: string): void {
    this.unreachable++;
    if (this.skbs.isSyn(skb)) this.#synDrops++;
    if (this.tap !== null) this.tap.drop('unreachable', kernelFunction, skb);
    this.skbs.free(skb);
  }
}

/** What kube-proxy's rules have in common on a node, of several on this one; the mode is the same for all services (check_paths.ts). */
function ruleConfig(
  { services, clients, masquerade }: Scenario,
  own: ClusterNode | undefined,
  book: AddressBook,
): Pick<DirectorConfig, 'addresses' | 'addresses6' | 'kube'> {
  const isNftables = services.some(({ path }) => path === 'nftables');
  const addresses = oneOrBoth(own?.address ?? masquerade?.nodeAddress);
  if (addresses.length === 0) addresses.push(...clients.flatMap(({ onNode }) => onNode ?? []));
  const podRanges = oneOrBoth(own?.podRange ?? masquerade?.podRange);
  const ofFamily = (family: Family): OwnAddresses => {
    const address = addresses.find((each) => familyOf(each) === family);
    const node = address === undefined ? 0 : book.address(address) | 0;
    return { clientSide: node, serverSide: node };
  };
  return {
    addresses: ofFamily(4),
    addresses6: ofFamily(6),
    kube: {
      randomFully: (own?.masqueradePorts ?? masquerade?.ports) === 'random-fully',
      podRanges: podRanges.map((range) => book.prefix(range)),
      hairpin: masquerade !== undefined,
      dropInvalid: !isNftables,
      draw: isNftables ? 'numgen' : 'statistic',
    },
  };
}

/** Whether the node translates packets, rather than clients sending them to real servers by themselves. */
export function passesNode(path: DataPath): boolean {
  return path !== 'direct' && path !== 'ebpf';
}

const OLD_CONNTRACK = 0;
/** No socket has this number, and NO_NODE is another. */
const SEVERAL = -2;
