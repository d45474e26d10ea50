/** A director with one service, driven packet by packet: send, expect, state. */
import { RandomStream } from '../../src/engine/random.ts';
import { Simulation } from '../../src/engine/simulation.ts';
import { Director } from '../../src/kernel/director.ts';
import { DROP_REASONS, type DropReason } from '../../src/kernel/drop_reason.ts';
import type { ForwardingMethod } from '../../src/kernel/ipvs/ip_vs_dest.ts';
import { IP_VS_CONN_F_HASHED } from '../../src/kernel/ipvs/ip_vs_flags.ts';
import { IP_VS_TCP_STATE_NAMES } from '../../src/kernel/ipvs/ip_vs_tcp_states.ts';
import { TCP_CONNTRACK_NAMES } from '../../src/kernel/netfilter/nf_conntrack_tcp_states.ts';
import {
  IPPROTO_ICMP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  SkBuffs,
  TH_ACK,
  TH_FIN,
  TH_PUSH,
  TH_RST,
  TH_SYN,
} from '../../src/kernel/sk_buff.ts';

export const VIP = 0x0a60000a;
export const CLIENT = 0x0a000102;
/** Real server n has the address 10.0.2.n. */
export const SERVER = 0x0a000200;

const LETTERS: Readonly<Record<string, number>> = { S: TH_SYN, A: TH_ACK, F: TH_FIN, R: TH_RST, P: TH_PUSH };

export interface Given {
  readonly kernel?: string;
  readonly hz?: number;
  readonly sysctl?: Readonly<Record<string, number>>;
  readonly hooks?: boolean;
  readonly natHooks?: boolean;
  readonly udp?: boolean;
  readonly scheduler?: string;
  readonly schedulerFlags?: readonly string[];
  readonly persistent_s?: number;
  readonly onePacket?: boolean;
  readonly aheadOfConntrack?: boolean;
  readonly noRouteToHostFix?: boolean;
  readonly forward?: ForwardingMethod;
  /** Weights of real servers 1, 2, ... */
  readonly weights?: readonly number[];
  readonly upperThreshold?: number;
  readonly lowerThreshold?: number;
}

export interface Packet {
  readonly seq?: number;
  readonly ack?: number;
  readonly len?: number;
  readonly port?: number;
  readonly client?: number;
}

export class Lab {
  readonly simulation = new Simulation();
  readonly skbs = new SkBuffs();
  readonly director: Director;
  readonly #given: Given;
  #out = 'nothing';

  constructor(given: Given) {
    this.#given = given;
    const output = {
      toClient: (skb: number) => this.#sent(skb, -1),
      toServer: (skb: number) => this.#sent(skb, this.skbs.nexthop(skb)),
    };
    const sysctl = Object.entries(given.sysctl ?? {}).map(([name, value]) => [
      name.includes('.') ? name : `net.ipv4.vs.${name}`,
      value,
    ]);
    const config = {
      kernel: given.kernel ?? '5.4.0',
      hz: given.hz ?? 100,
      conntrackHooks: given.hooks ?? true,
      natHooks: given.natHooks ?? false,
      sysctl: Object.fromEntries(sysctl),
    };
    this.director = new Director(
      this.simulation,
      this.skbs,
      config,
      output,
      new RandomStream('test', 'director'),
    );
    this.director.addService({
      protocol: given.udp === true ? IPPROTO_UDP : IPPROTO_TCP,
      address: VIP,
      port: 80,
      scheduler: given.scheduler ?? 'rr',
      schedulerFlags: given.schedulerFlags ?? [],
      persistent_s: given.persistent_s ?? 0,
      onePacket: given.onePacket ?? false,
      aheadOfConntrack: given.aheadOfConntrack ?? false,
      noRouteToHostFix: given.noRouteToHostFix ?? false,
    });
    for (const [i, weight] of (given.weights ?? [1]).entries()) this.add(i + 1, weight);
  }

  add(server: number, weight = 1): void {
    const { forward = 'masq', upperThreshold = 0, lowerThreshold = 0 } = this.#given;
    this.director.addRealServer(0, {
      address: SERVER + server,
      port: 8080,
      weight,
      forward,
      upperThreshold,
      lowerThreshold,
    });
  }

  setWeight(server: number, weight: number): void {
    this.director.setWeight(0, SERVER + server, 8080, weight);
  }

  delete(server: number): void {
    this.director.deleteRealServer(0, SERVER + server, 8080);
  }

  sleep(seconds: number): void {
    this.simulation.advance(this.simulation.now_ns + Math.round(seconds * 1e9));
  }

  /** What came of it: `to 1` (real server), `to client`, `RST to client`, `ICMP 3/3`, or the reason of the drop. */
  client(flags: string, packet: Packet = {}): string {
    const { port = 40000, client = CLIENT } = packet;
    return this.#send(() => this.director.receiveFromClient(this.#skb(flags, client, port, VIP, 80, packet)));
  }

  server(server: number, flags: string, packet: Packet = {}): string {
    const { port = 40000, client = CLIENT } = packet;
    const masq = (this.#given.forward ?? 'masq') === 'masq';
    const [address, source] = masq ? [SERVER + server, 8080] : [VIP, 80];
    return this.#send(() =>
      this.director.receiveFromServer(this.#skb(flags, address, source, client, port, packet)),
    );
  }

  /** A whole connection of one request, closed by FINs; `port` is the client's. Returns the real server. */
  connection(port = 40000, closer: 'client' | 'server' = 'server'): number {
    const server = this.open(port);
    const close = (side: 'client' | 'server', seq: number, ack: number) =>
      side === 'client'
        ? this.client('FA', { port, seq, ack })
        : this.server(server, 'FA', { port, seq, ack });
    if (closer === 'server') {
      close('server', 5001, 1001);
      close('client', 1001, 5002);
      this.server(server, 'A', { port, seq: 5002, ack: 1002 });
    } else {
      close('client', 1001, 5001);
      close('server', 5001, 1002);
      this.client('A', { port, seq: 1002, ack: 5002 });
    }
    return server;
  }

  /** The handshake alone. */
  open(port = 40000): number {
    const heard = this.client('S', { port, seq: 1000 });
    const server = Number(/^to (\d)$/.exec(heard)?.[1]);
    if (Number.isNaN(server)) throw new Error(`the SYN did not get through: ${heard}`);
    this.server(server, 'SA', { port, seq: 5000, ack: 1001 });
    this.client('A', { port, seq: 1001, ack: 5001 });
    return server;
  }

  /** IPVS entries as `state server`, in the order of their slots. */
  entries(): string[] {
    const { conns, dests } = this.director.net;
    const rows: string[] = [];
    for (let cp = 0; cp < conns.used; cp++) {
      if ((conns.flags[cp]! & IP_VS_CONN_F_HASHED) === 0) continue;
      const state = this.#given.udp === true ? 'UDP' : IP_VS_TCP_STATE_NAMES[conns.state[cp]!]!;
      rows.push(`${conns.cport[cp] === 0 ? 'template' : state} ${dests[conns.dest[cp]!]!.addr - SERVER}`);
    }
    return rows;
  }

  /** Conntracks as `STATE seconds`. */
  conntracks(): string[] {
    const { conntracks, timers } = this.director.net;
    const rows: string[] = [];
    for (let ct = 0; ct < conntracks.used; ct++) {
      if (!conntracks.isConfirmed(ct)) continue;
      const left_s = Math.round((conntracks.timeout[ct]! - timers.jiffies) / timers.hz);
      rows.push(`${TCP_CONNTRACK_NAMES[conntracks.state[ct]!]} ${left_s}`);
    }
    return rows;
  }

  drops(reason: DropReason): number {
    return this.director.drops[DROP_REASONS.indexOf(reason)]!;
  }

  #skb(flags: string, saddr: number, sport: number, daddr: number, dport: number, packet: Packet): number {
    const { skbs } = this;
    const skb = skbs.alloc();
    skbs.setProtocol(skb, this.#given.udp === true ? IPPROTO_UDP : IPPROTO_TCP);
    skbs.setSaddr(skb, saddr);
    skbs.setSport(skb, sport);
    skbs.setDaddr(skb, daddr);
    skbs.setDport(skb, dport);
    skbs.setFlags(
      skb,
      [...flags].reduce((bits, letter) => bits | LETTERS[letter]!, 0),
    );
    skbs.setSeq(skb, packet.seq ?? 1000);
    skbs.setAck(skb, packet.ack ?? 0);
    skbs.setLen(skb, packet.len ?? 0);
    return skb;
  }

  #send(deed: () => void): string {
    this.#out = 'nothing';
    const before = Float64Array.from(this.director.drops);
    deed();
    if (this.#out !== 'nothing') return this.#out;
    const dropped = DROP_REASONS.filter((_, i) => this.director.drops[i]! > before[i]!);
    return dropped.join(', ') || 'nothing';
  }

  #sent(skb: number, dest: number): void {
    const { skbs } = this;
    const flags = skbs.flags(skb);
    if (dest >= 0) this.#out = `to ${this.director.net.dests[dest]!.addr - SERVER}`;
    else if (skbs.protocol(skb) === IPPROTO_ICMP) this.#out = `ICMP ${flags >> 4}/${flags & 15}`;
    else this.#out = (flags & TH_RST) !== 0 ? 'RST to client' : 'to client';
    skbs.free(skb);
  }
}
