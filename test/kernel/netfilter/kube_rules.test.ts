/** kube-proxy's iptables rules: conntrack's DNAT, drawn once per connection, with no table of its own. */
import { beforeEach, describe, expect, it } from 'vitest';
import { RandomStream } from '../../../src/engine/random.ts';
import { Simulation } from '../../../src/engine/simulation.ts';
import { Director } from '../../../src/kernel/director.ts';
import { DROP_REASONS, type DropReason } from '../../../src/kernel/drop_reason.ts';
import {
  IPPROTO_ICMP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  SkBuffs,
  TH_ACK,
  TH_FIN,
  TH_RST,
  TH_SYN,
} from '../../../src/kernel/sk_buff.ts';

const VIP = 0x0a60000a;
const POD = 0x0af40100;
const CLIENT = 0x0a000102;

class Node {
  readonly simulation = new Simulation();
  readonly skbs = new SkBuffs();
  readonly director: Director;
  readonly protocol: number;
  sent = '';

  constructor(protocol = IPPROTO_TCP) {
    this.protocol = protocol;
    const addresses = { clientSide: POD, serverSide: 0 };
    const config = { kernel: '5.4.0', hz: 100, conntrackHooks: true, sysctl: {}, addresses };
    const output = {
      toClient: (skb: number) => this.#tell('client', skb),
      toServer: (skb: number) => this.#tell('pod', skb),
    };
    const random = new RandomStream('test', 'director');
    this.director = new Director(this.simulation, this.skbs, config, output, random);
    this.director.addNatService({ protocol, addr: VIP, port: 80 });
  }

  add(pod: number): void {
    this.director.addNatEndpoint(0, { addr: POD + pod, port: 8080 });
  }

  delete(pod: number): void {
    this.director.deleteNatEndpoint(0, { addr: POD + pod, port: 8080 });
  }

  client(flags: number, port = 40000, seq = 1000, ack = 0): string {
    const skb = this.#skb(flags, CLIENT, port, VIP, 80, seq, ack);
    return this.#after(() => this.director.receiveFromClient(skb));
  }

  pod(pod: number, flags: number, port = 40000, seq = 5000, ack = 1001): string {
    const skb = this.#skb(flags, POD + pod, 8080, CLIENT, port, seq, ack);
    return this.#after(() => this.director.receiveFromServer(skb));
  }

  /** A connection that the server closes first; returns its pod. */
  connection(port = 40000): number {
    const pod = podOf(this.client(TH_SYN, port));
    this.pod(pod, TH_SYN | TH_ACK, port);
    this.client(TH_ACK, port, 1001, 5001);
    this.pod(pod, TH_FIN | TH_ACK, port, 5001, 1001);
    this.client(TH_FIN | TH_ACK, port, 1001, 5002);
    this.pod(pod, TH_ACK, port, 5002, 1002);
    return pod;
  }

  drops(reason: DropReason): number {
    return this.director.drops[DROP_REASONS.indexOf(reason)]!;
  }

  #after(deed: () => void): string {
    this.sent = 'nothing';
    deed();
    return this.sent;
  }

  #skb(f: number, saddr: number, sport: number, daddr: number, dport: number, seq: number, ack: number) {
    const { skbs } = this;
    const skb = skbs.alloc();
    skbs.setProtocol(skb, this.protocol);
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

  #tell(where: string, skb: number): void {
    const { skbs } = this;
    const name = (addr: number, port: number): string => {
      if (addr === VIP) return `VIP:${port}`;
      return addr === CLIENT ? `client:${port}` : `pod ${addr - POD}:${port}`;
    };
    const from = name(skbs.saddr(skb), skbs.sport(skb));
    const icmp = skbs.protocol(skb) === IPPROTO_ICMP;
    this.sent = icmp
      ? `ICMP ${skbs.flags(skb) >> 4}/${skbs.flags(skb) & 15}`
      : `to ${where}: ${from} -> ${name(skbs.daddr(skb), skbs.dport(skb))}`;
    skbs.free(skb);
  }
}

function podOf(sent: string): number {
  const match = /-> pod (\d+):8080$/.exec(sent);
  if (match === null) throw new Error(`no pod in "${sent}"`);
  return Number(match[1]);
}

describe('a connection through the rules', () => {
  let node: Node;
  beforeEach(() => {
    node = new Node();
    node.add(1);
  });

  it('is translated on the way to the pod and back', () => {
    expect(node.client(TH_SYN)).toBe('to pod: client:40000 -> pod 1:8080');
    expect(node.pod(1, TH_SYN | TH_ACK)).toBe('to client: VIP:80 -> client:40000');
    expect(node.client(TH_ACK, 40000, 1001, 5001)).toBe('to pod: client:40000 -> pod 1:8080');
    expect(node.director.conntrackCount).toBe(1);
    expect(node.director.connectionCount).toBe(0);
  });

  it('stays with its pod for as long as conntrack knows it', () => {
    const pod = podOf(node.client(TH_SYN));
    node.pod(pod, TH_SYN | TH_ACK);
    node.client(TH_ACK, 40000, 1001, 5001);
    node.add(2);
    node.delete(1);
    expect(node.client(TH_ACK, 40000, 1001, 5001)).toBe('to pod: client:40000 -> pod 1:8080');
    expect(podOf(node.client(TH_SYN, 40001))).toBe(2);
  });

  it('may use a port again at once: the SYN replaces the conntrack in TIME_WAIT', () => {
    node.connection();
    expect(node.client(TH_SYN, 40000, 900_000)).toBe('to pod: client:40000 -> pod 1:8080');
    expect(node.director.conntrackCount).toBe(1);
    expect(node.director.drops.reduce((sum, count) => sum + count)).toBe(0);
  });

  it('is drawn anew for each connection', () => {
    node.add(2);
    node.add(3);
    const counts = [0, 0, 0, 0];
    for (let port = 30_000; port < 33_000; port++) counts[podOf(node.client(TH_SYN, port))]!++;
    // Three standard deviations of a binomial distribution are 77.
    for (const count of counts.slice(1)) expect(Math.abs(count - 1000)).toBeLessThan(80);
  });
});

describe('packets that no rule can help', () => {
  it('are refused where a service has no endpoint', () => {
    const node = new Node();
    expect(node.client(TH_SYN)).toBe('ICMP 3/3');
    expect(node.drops('no_dest')).toBe(1);
    node.add(1);
    expect(node.client(TH_SYN, 40001)).toBe('to pod: client:40001 -> pod 1:8080');
  });

  it('are dropped when conntrack finds them INVALID', () => {
    const node = new Node();
    node.add(1);
    expect(node.client(TH_SYN | TH_FIN)).toBe('nothing');
    expect(node.drops('conntrack_invalid')).toBe(1);
    expect(node.skbs.live).toBe(0);
  });

  it('pass to the host where the address is no service', () => {
    const node = new Node();
    node.director.receiveFromClient(other(node));
    expect(node.sent).toBe('to client: pod 0:80 -> client:40000');
  });
});

/** A SYN for an address that is the node's own. */
function other(node: Node): number {
  const { skbs } = node;
  const skb = skbs.alloc();
  skbs.setProtocol(skb, IPPROTO_TCP);
  skbs.setSaddr(skb, CLIENT);
  skbs.setSport(skb, 40000);
  skbs.setDaddr(skb, POD);
  skbs.setDport(skb, 80);
  skbs.setFlags(skb, TH_SYN);
  skbs.setSeq(skb, 1);
  skbs.setAck(skb, 0);
  skbs.setLen(skb, 0);
  return skb;
}

describe('an endpoint that goes', () => {
  it('takes the UDP flows to it along, so that they are bound anew', () => {
    const node = new Node(IPPROTO_UDP);
    node.add(1);
    expect(podOf(node.client(0))).toBe(1);
    node.add(2);
    expect(podOf(node.client(0))).toBe(1);
    node.delete(1);
    expect(node.director.conntrackCount).toBe(0);
    expect(podOf(node.client(0))).toBe(2);
  });

  it('may go twice, and come twice', () => {
    const node = new Node();
    node.add(1);
    node.add(1);
    expect(node.director.net.kubeServices[0]!.endpoints).toHaveLength(1);
    node.delete(1);
    node.delete(1);
    expect(node.client(TH_SYN)).toBe('ICMP 3/3');
  });
});

it('two flows that one pod could not tell apart get different source ports', () => {
  const node = new Node();
  node.director.addNatService({ protocol: IPPROTO_TCP, addr: VIP, port: 81 });
  node.add(1);
  node.director.addNatEndpoint(1, { addr: POD + 1, port: 8080 });
  expect(node.client(TH_SYN)).toBe('to pod: client:40000 -> pod 1:8080');
  const skb = other(node);
  node.skbs.setDaddr(skb, VIP);
  node.skbs.setDport(skb, 81);
  node.director.receiveFromClient(skb);
  expect(node.sent).toMatch(/^to pod: client:\d+ -> pod 1:8080$/);
  expect(node.sent).not.toContain('client:40000');
  const port = Number(/client:(\d+)/.exec(node.sent)![1]);
  expect(node.pod(1, TH_RST | TH_ACK, port, 0, 2)).toBe('to client: VIP:81 -> client:40000');
});
