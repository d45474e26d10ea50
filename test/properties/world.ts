/** A director, driven by a script, checked after every event; what it sends is kept as text. */
import { RandomStream } from '../../src/engine/random.ts';
import { Simulation } from '../../src/engine/simulation.ts';
import { Director } from '../../src/kernel/director.ts';
import {
  IPPROTO_TCP,
  IPPROTO_UDP,
  SkBuffs,
  TH_ACK,
  TH_FIN,
  TH_PUSH,
  TH_RST,
  TH_SYN,
} from '../../src/kernel/sk_buff.ts';
import { checkDirector } from './invariants.ts';
import { type Act, PORTS, SERVERS, SERVICES, type Setup } from './script.ts';

// Above 128.0.0.0, where a signed number would be negative.
const VIP = 0xc0a8000a;
const CLIENT_NET = 0xac100100;
const SERVER_NET = 0xc0a80200;
const FIRST_PORT = 40000;

export class World {
  readonly director: Director;
  readonly simulation = new Simulation();
  readonly skbs = new SkBuffs();
  /** Everything that left the director, a line each. */
  readonly sent: string[] = [];
  readonly #setup: Setup;
  /** Listed real servers, as service * SERVERS + server. */
  readonly #listed = new Set<number>();
  /** Next sequence numbers of client and server, by flow. */
  readonly #next = new Map<number, [number, number]>();
  #received = 0;
  #forwarded = 0;
  #current = -1;
  /** The real server that got the last packet from a client. */
  #reached = -1;

  constructor(setup: Setup, seed: string) {
    this.#setup = setup;
    const output = {
      toClient: (skb: number) => this.#take('client', skb),
      toServer: (skb: number) => this.#take('server', skb),
    };
    this.director = new Director(
      this.simulation,
      this.skbs,
      setup,
      output,
      new RandomStream(seed, 'director'),
    );
    for (let service = 0; service < SERVICES; service++) this.#addService(service);
  }

  run(script: readonly Act[]): void {
    for (const act of script) {
      this.#act(act);
      this.#check();
    }
  }

  /** One event at a time, with a check after each. */
  sleep(ms: number): void {
    const until_ns = this.simulation.now_ns + Math.round(ms * 1e6);
    while (!this.simulation.advance(until_ns, 1)) this.#check();
    this.#check();
  }

  #check(): void {
    checkDirector(this.director);
    if (this.skbs.live !== 0) throw new Error('broken: no packet stays behind');
    const dropped = this.director.drops.reduce((sum, count) => sum + count, 0);
    // An RST or ICMP error answers a packet that counts as dropped.
    if (this.#received > this.#forwarded + dropped)
      throw new Error('broken: every packet is sent on or counted');
  }

  #act(act: Act): void {
    switch (act.kind) {
      case 'client':
      case 'server':
        this.#packet(act);
        return;
      case 'connection':
        this.#connection(act);
        return;
      case 'sleep':
        this.sleep(act.ms);
        return;
      case 'sysctl':
        this.director.setSysctl(act.name, act.value);
        return;
      case 'weight':
        if (!this.#listed.has(act.service * SERVERS + act.server)) return;
        this.director.setWeight(act.service, SERVER_NET + act.server, 8080, act.weight);
        return;
      case 'add':
        this.#add(act.service, act.server);
        return;
      default:
        this.delete(act.service, act.server);
    }
  }

  delete(service: number, server: number): void {
    if (!this.#listed.delete(service * SERVERS + server)) return;
    this.director.deleteRealServer(service, SERVER_NET + server, 8080);
  }

  #addService(service: number): void {
    const { udp, scheduler, schedulerFlags, persistent_s, onePacket, servers } = this.#setup;
    const protocol = udp ? IPPROTO_UDP : IPPROTO_TCP;
    const config = { protocol, address: VIP, port: 80 + service, scheduler, schedulerFlags };
    this.director.addService({ ...config, persistent_s, onePacket });
    for (const server of servers.keys()) this.#add(service, server);
  }

  #add(service: number, server: number): void {
    const config = this.#setup.servers[server];
    const key = service * SERVERS + server;
    if (config === undefined || this.#listed.has(key)) return;
    this.#listed.add(key);
    this.director.addRealServer(service, { address: SERVER_NET + server, port: 8080, ...config });
  }

  #connection({ service, client, port, packets, closer }: Extract<Act, { kind: 'connection' }>): void {
    const other = closer === 'client' ? 'server' : 'client';
    const course: readonly (readonly ['client' | 'server', number, number])[] = [
      ['client', TH_SYN, 0],
      ['server', TH_SYN | TH_ACK, 0],
      ['client', TH_ACK, 0],
      ['client', TH_PUSH | TH_ACK, 100],
      ['server', TH_ACK, 0],
      ['server', TH_PUSH | TH_ACK, 600],
      ['client', TH_ACK, 0],
      [closer, TH_FIN | TH_ACK, 0],
      [other, TH_FIN | TH_ACK, 0],
      [closer, TH_ACK, 0],
    ];
    this.#next.set(client * PORTS + port, [this.#received * 100_000, this.#received * 70_000]);
    this.#reached = -1;
    for (const [kind, flags, len] of course.slice(0, packets)) {
      const server =
        this.#reached === -1 ? 0 : (this.director.net.dests[this.#reached]!.addr >>> 0) - SERVER_NET;
      this.#packet({ kind, service, client, port, server, flags, len, seqError: 0, ackError: 0 });
      this.#check();
      if (this.#reached === -1) return; // It was dropped: nobody answers.
    }
  }

  #packet(act: Extract<Act, { kind: 'client' | 'server' }>): void {
    const { skbs } = this;
    const fromClient = act.kind === 'client';
    const flow = act.client * PORTS + act.port;
    const next = this.#next.get(flow) ?? [1000, 5000];
    this.#next.set(flow, next);
    const own = fromClient ? 0 : 1;
    const skb = skbs.alloc();
    const forward = this.#setup.servers[act.server]?.forward ?? 'masq';
    skbs.setProtocol(skb, this.#setup.udp ? IPPROTO_UDP : IPPROTO_TCP);
    skbs.setSaddr(
      skb,
      fromClient ? CLIENT_NET + act.client : forward === 'masq' ? SERVER_NET + act.server : VIP,
    );
    skbs.setSport(skb, fromClient ? FIRST_PORT + act.port : forward === 'masq' ? 8080 : 80 + act.service);
    skbs.setDaddr(skb, fromClient ? VIP : CLIENT_NET + act.client);
    skbs.setDport(skb, fromClient ? 80 + act.service : FIRST_PORT + act.port);
    skbs.setFlags(skb, act.flags);
    skbs.setSeq(skb, next[own]! + act.seqError);
    skbs.setAck(skb, next[1 - own]! + act.ackError);
    skbs.setLen(skb, act.len);
    next[own]! += act.len + ((act.flags & (TH_SYN | TH_FIN)) !== 0 ? 1 : 0);
    this.#received++;
    this.#current = skb;
    if (fromClient) this.director.receiveFromClient(skb);
    else this.director.receiveFromServer(skb);
    this.#current = -1;
  }

  #take(to: string, skb: number): void {
    const { skbs } = this;
    if (skb === this.#current || this.#answersCurrent(skb)) this.#forwarded++;
    if (to === 'server') this.#reached = skbs.nexthop(skb);
    this.sent.push(
      `${this.simulation.now_ns} ${to} ${skbs.protocol(skb)} ${skbs.saddr(skb) >>> 0}:${skbs.sport(skb)} > ${skbs.daddr(skb) >>> 0}:${skbs.dport(skb)} ${skbs.flags(skb)} by ${skbs.nexthop(skb)}`,
    );
    skbs.free(skb);
  }

  /** The host's own RST: the packet that it answers is neither sent on nor dropped. */
  #answersCurrent(skb: number): boolean {
    const { skbs } = this;
    const isReset = (skbs.flags(skb) & TH_RST) !== 0;
    return isReset && this.#current >= 0 && skbs.daddr(skb) === skbs.saddr(this.#current);
  }
}
