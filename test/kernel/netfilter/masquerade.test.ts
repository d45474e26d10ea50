/** Masquerading, NodePorts and clients on the node: which source a connection leaves with, and who may not. */
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../src/engine/random.ts';
import { Simulation } from '../../../src/engine/simulation.ts';
import { Director, type DirectorConfig } from '../../../src/kernel/director.ts';
import { DROP_REASONS, type DropReason } from '../../../src/kernel/drop_reason.ts';
import type { MasqueradeWho } from '../../../src/kernel/netfilter/kube_rules.ts';
import { IPPROTO_ICMP, IPPROTO_TCP, SkBuffs, TH_ACK, TH_RST, TH_SYN } from '../../../src/kernel/sk_buff.ts';

const VIP = 0x0a60000a;
const NODE = 0x0a000101;
const NODE_INSIDE = 0x0a000201;
const SERVER = 0x0a000200;
const CLIENT = 0x0a000102;
const POD = 0x0a000803;

const NAMES: Readonly<Record<number, string>> = {
  [VIP]: 'vip',
  [NODE]: 'node',
  [NODE_INSIDE]: 'inside',
  [CLIENT]: 'client',
  [CLIENT + 1]: 'client2',
  [POD]: 'pod',
};

interface Given {
  readonly masquerade?: MasqueradeWho;
  readonly randomFully?: boolean;
  readonly path?: 'ipvs' | 'rules';
  readonly affinity_s?: number;
  readonly dropInvalid?: boolean;
  readonly servers?: number;
  readonly clientsOnNode?: boolean;
  readonly sysctl?: Readonly<Record<string, number>>;
}

class Node {
  readonly simulation = new Simulation();
  readonly skbs = new SkBuffs();
  readonly director: Director;
  /** What NAT and the rules draw next; then chance. */
  draws: number[] = [];
  sent: string[] = [];

  constructor(given: Given = {}) {
    const config: DirectorConfig = {
      kernel: '6.1.192',
      hz: 100,
      conntrackHooks: true,
      sysctl: { 'net.ipv4.vs.conntrack': 1, ...given.sysctl },
      addresses: { clientSide: NODE, serverSide: NODE_INSIDE },
      kube: {
        randomFully: given.randomFully ?? false,
        podRanges: [{ addr: 0x0a000800, length: 24 }],
        dropInvalid: given.dropInvalid ?? true,
      },
    };
    const output = {
      toClient: (skb: number) => void this.#tell('', skb),
      toServer: (skb: number) => void this.#tell('', skb),
      ...(given.clientsOnNode === true ? { toNode: (skb: number) => this.#tell('node hears ', skb) } : {}),
    };
    this.director = new Director(this.simulation, this.skbs, config, output, new RandomStream('test', 'd'));
    const { chance } = this.director.net;
    const { portOffset } = chance;
    chance.portOffset = (low, size) => this.draws.shift() ?? portOffset(low, size);
    const { masquerade = 'off-cluster' } = given;
    this.#add(VIP, 80, given, masquerade);
    this.#add(NODE, 30080, given, masquerade === 'none' ? 'none' : 'all');
  }

  #add(
    addr: number,
    port: number,
    { path = 'ipvs', affinity_s, servers = 1 }: Given,
    masquerade: MasqueradeWho,
  ) {
    const { director } = this;
    if (path === 'rules') {
      const service = director.addNatService({
        protocol: IPPROTO_TCP,
        addr,
        port,
        masquerade,
        ...(affinity_s === undefined ? {} : { affinity_s }),
      });
      for (let i = 1; i <= servers; i++)
        director.addNatEndpoint(service, { addr: SERVER + 1 + i, port: 8080 });
      return;
    }
    const service = director.addService({
      ...{ protocol: IPPROTO_TCP, address: addr, port, scheduler: 'rr', schedulerFlags: [] },
      ...{ persistent_s: 0, onePacket: false, masquerade },
    });
    for (let i = 1; i <= servers; i++) {
      director.addRealServer(service, {
        ...{ address: SERVER + 1 + i, port: 8080, weight: 1, forward: 'masq' },
        ...{ upperThreshold: 0, lowerThreshold: 0 },
      });
    }
  }

  /** Sends a packet to the service and says what came out. */
  send(flags: number, port = 40000, { from = CLIENT, to = VIP, seq = 1000, ack = 0 } = {}): string {
    const toPort = to === VIP ? 80 : 30080;
    const skb = this.#packet(flags, from, port, to, toPort, seq, ack);
    return this.#after(() => this.director.receiveFromClient(skb));
  }

  sendFromNode(flags: number, port = 40000, { from = NODE, seq = 1000, ack = 0 } = {}): string {
    const skb = this.#packet(flags, from, port, VIP, 80, seq, ack);
    return this.#after(() => {
      if (!this.director.receiveFromNode(skb)) this.sent.push('EPERM');
    });
  }

  answer(
    flags: number,
    server: number,
    port: number,
    { to = NODE_INSIDE, seq = 5000, ack = 1001 } = {},
  ): string {
    const skb = this.#packet(flags, SERVER + 1 + server, 8080, to, port, seq, ack);
    return this.#after(() => this.director.receiveFromServer(skb));
  }

  drops(reason: DropReason): number {
    return this.director.drops[DROP_REASONS.indexOf(reason)]!;
  }

  #after(deed: () => void): string {
    this.sent = [];
    deed();
    return this.sent.join(', ') || 'nothing';
  }

  #packet(f: number, saddr: number, sport: number, daddr: number, dport: number, seq: number, ack: number) {
    const { skbs } = this;
    const skb = skbs.alloc();
    skbs.setProtocol(skb, IPPROTO_TCP);
    skbs.setSaddr(skb, saddr);
    skbs.setSport(skb, sport);
    skbs.setDaddr(skb, daddr);
    skbs.setDport(skb, dport);
    skbs.setFlags(skb, f);
    skbs.setSeq(skb, seq);
    skbs.setAck(skb, ack);
    skbs.setLen(skb, 0);
    return skb;
  }

  #tell(who: string, skb: number): true {
    const { skbs } = this;
    const name = (addr: number) => NAMES[addr] ?? `server${addr - SERVER - 1}`;
    this.sent.push(
      skbs.protocol(skb) === IPPROTO_ICMP
        ? `${who}ICMP to ${name(skbs.daddr(skb))}`
        : `${who}${name(skbs.saddr(skb))}:${skbs.sport(skb)} > ${name(skbs.daddr(skb))}:${skbs.dport(skb)}${
            (skbs.flags(skb) & TH_RST) !== 0 ? ' RST' : ''
          }`,
    );
    skbs.free(skb);
    return true;
  }
}

/** A draw that makes NAT try this port first. */
const port = (number: number): number => number - 1024;

describe.each(['ipvs', 'rules'] as const)('masqueraded by %s', (path) => {
  it('a connection leaves with the address of the node and its own port, and the answer finds back', () => {
    const node = new Node({ path });
    expect(node.send(TH_SYN)).toBe('inside:40000 > server1:8080');
    expect(node.answer(TH_SYN | TH_ACK, 1, 40000)).toBe('vip:80 > client:40000');
  });

  it('a port that another client holds towards the server is drawn', () => {
    const node = new Node({ path });
    node.send(TH_SYN);
    node.draws = [port(50_000)];
    expect(node.send(TH_SYN, 40000, { from: CLIENT + 1 })).toBe('inside:50000 > server1:8080');
    expect(node.answer(TH_SYN | TH_ACK, 1, 50_000)).toBe('vip:80 > client2:40000');
  });

  it('the mapping of the same client and port is used again, even where its own port is free', () => {
    const node = new Node({ path });
    node.send(TH_SYN);
    node.draws = [port(50_000)];
    node.send(TH_SYN, 40000, { from: CLIENT + 1 });
    const { services, kubeServices } = node.director.net;
    const elsewhere = { address: SERVER + 3, port: 8080, weight: 1 };
    if (path === 'ipvs') {
      node.director.addRealServer(1, { ...elsewhere, forward: 'masq', upperThreshold: 0, lowerThreshold: 0 });
      node.director.deleteRealServer(services[1]!.index, SERVER + 2, 8080);
    } else {
      node.director.addNatEndpoint(1, { addr: SERVER + 3, port: 8080 });
      node.director.deleteNatEndpoint(1, { addr: SERVER + 2, port: 8080 });
      expect(kubeServices[1]!.endpoints).toHaveLength(1);
    }
    expect(node.send(TH_SYN, 40000, { from: CLIENT + 1, to: NODE })).toBe('inside:50000 > server2:8080');
  });

  it('random-fully draws always', () => {
    const node = new Node({ path, randomFully: true });
    node.draws = [port(50_000)];
    expect(node.send(TH_SYN)).toBe('inside:50000 > server1:8080');
    node.draws = [port(50_000)];
    expect(node.send(TH_SYN, 40002)).toBe('inside:50001 > server1:8080');
  });

  it('a pod keeps its address, but not towards a NodePort', () => {
    const node = new Node({ path });
    expect(node.send(TH_SYN, 40000, { from: POD })).toBe('pod:40000 > server1:8080');
    expect(node.send(TH_SYN, 40001, { from: POD, to: NODE })).toBe('inside:40001 > server1:8080');
    expect(node.answer(TH_SYN | TH_ACK, 1, 40001)).toBe('node:30080 > pod:40001');
  });

  it('a SYN is lost when every port that is tried is taken', () => {
    const node = new Node({ path, randomFully: true });
    // 248 ports in a row are held; five rounds of tries begin at the first of each part.
    for (let i = 0; i < 248; i++) {
      node.draws = [port(50_000 + i)];
      node.send(TH_SYN, 20_000 + i);
    }
    node.draws = [0, 128, 192, 224, 240].map((first) => port(50_000 + first));
    expect(node.send(TH_SYN, 30_000)).toBe('nothing');
    expect(node.drops('conntrack_clash')).toBe(1);
    expect(node.director.net.conntracks.stats.insert_failed).toBe(1);
    node.draws = [0, 128, 192, 224, 241].map((first) => port(50_000 + first));
    expect(node.send(TH_SYN, 30_001)).toBe('inside:50248 > server1:8080');
  });
});

it('without IPVS connection tracking nobody is masqueraded', () => {
  const node = new Node({ sysctl: { 'net.ipv4.vs.conntrack': 0 } });
  expect(node.send(TH_SYN)).toBe('client:40000 > server1:8080');
  expect(node.director.conntrackCount).toBe(0);
});

it('an INVALID packet leaves IPVS unmasqueraded, by a conntrack of its own', () => {
  const node = new Node();
  node.send(TH_SYN);
  expect(node.send(TH_ACK, 40000, { seq: 900_000, ack: 77 })).toBe('client:40000 > server1:8080');
  expect(node.director.conntrackCount).toBe(2);
});

describe('INVALID packets for rules', () => {
  const broken = { seq: 900_000, ack: 77 };

  it('are dropped by KUBE-FORWARD', () => {
    const node = new Node({ path: 'rules' });
    node.send(TH_SYN);
    expect(node.send(TH_ACK, 40000, broken)).toBe('nothing');
    expect(node.drops('conntrack_invalid')).toBe(1);
  });

  it('leave as they came where there is no such rule', () => {
    const node = new Node({ path: 'rules', dropInvalid: false });
    node.send(TH_SYN);
    expect(node.send(TH_ACK, 40000, broken)).toBe('client:40000 > vip:80');
  });
});

it('what a server sends to the node without a connection is reset', () => {
  const node = new Node();
  expect(node.answer(TH_SYN | TH_ACK, 1, 45_000)).toBe('inside:45000 > server1:8080 RST');
});

describe('affinity of rules', () => {
  it('sends a client to the same endpoint until it has been away for so long', () => {
    const node = new Node({ path: 'rules', servers: 8, affinity_s: 60, masquerade: 'none' });
    const server = (sent: string) => sent.split('> ')[1];
    const first = server(node.send(TH_SYN, 40000));
    const within = [1, 2, 3, 4, 5].map((i) => {
      node.simulation.advance(i * 50e9);
      return server(node.send(TH_SYN, 40000 + i));
    });
    expect(new Set(within)).toEqual(new Set([first]));
    const later = Array.from({ length: 8 }, (_, i) => {
      node.simulation.advance((400 + i * 61) * 1e9);
      return server(node.send(TH_SYN, 41000 + i));
    });
    expect(new Set(later).size).toBeGreaterThan(1);
  });
});

describe('a client on the node', () => {
  it('is masqueraded, and hears the answer', () => {
    const node = new Node({ clientsOnNode: true });
    expect(node.sendFromNode(TH_SYN)).toBe('inside:40000 > server1:8080');
    expect(node.answer(TH_SYN | TH_ACK, 1, 40000)).toBe('node hears vip:80 > node:40000');
    expect(node.sendFromNode(TH_SYN, 40002, { from: VIP })).toBe('inside:40002 > server1:8080');
    expect(node.answer(TH_SYN | TH_ACK, 1, 40002)).toBe('node hears vip:80 > vip:40002');
  });

  it('sees EPERM where a packet is dropped', () => {
    const node = new Node({ clientsOnNode: true });
    node.sendFromNode(TH_SYN);
    node.director.deleteRealServer(0, SERVER + 2, 8080);
    expect(node.sendFromNode(TH_SYN)).toBe('EPERM');
    expect(node.drops('dest_unavailable')).toBe(1);
  });

  it.each(['ipvs', 'rules'] as const)('is told at once and always that %s has no server', (path) => {
    const node = new Node({ path, clientsOnNode: true, servers: 0 });
    for (let i = 0; i < 20; i++) {
      expect(node.sendFromNode(TH_SYN, 40000 + i)).toBe('node hears ICMP to node, EPERM');
    }
  });

  it('sees a connection end whose conntrack left by another device', () => {
    const node = new Node({ clientsOnNode: true });
    // An ACK without an entry goes round by the loopback device, masqueraded with its address.
    expect(node.sendFromNode(TH_ACK, 40000, { ack: 7 })).toBe('node hears node:40000 > vip:80');
    expect(node.director.conntrackCount).toBe(1);
    // nf_nat_oif_changed(): the SYN would leave towards the server.
    expect(node.sendFromNode(TH_SYN, 40000, { seq: 5 })).toBe('nothing');
    expect(node.director.conntrackCount).toBe(0);
  });
});
