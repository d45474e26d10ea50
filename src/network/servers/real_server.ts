/**
 * Real servers: who accepts connections, how many requests are worked on at once, how long each takes, and
 * who closes. One RealServer is one listening socket; RealServers is the application above all of them.
 */

import { makeColumns } from '../../engine/columns.ts';
import { DelayHeap } from '../../engine/delay_heap.ts';
import { NO_NODE } from '../../engine/hash_chains.ts';
import type { RandomStream } from '../../engine/random.ts';
import { Ring } from '../../engine/ring.ts';
import type { Simulation } from '../../engine/simulation.ts';
import { inet_acknowledge, inet_end, inet_sendmsg } from '../../kernel/ipv4/af_inet.ts';
import { NOTE_SHIFT, SOCK_MESSAGE_MASK, SOCK_PINNED, SOCK_USER } from '../../kernel/ipv4/inet_sock.ts';
import { DEFAULT_OPTIONS, type SockOptions, type TcpApp, type TcpStack } from '../../kernel/ipv4/tcp.ts';
import { TCP_CLOSE, TCP_CLOSE_WAIT, TCP_ESTABLISHED } from '../../kernel/ipv4/tcp_states.ts';
import { type Datagram, type UdpApp, udp_sendmsg } from '../../kernel/ipv4/udp.ts';
import type { Distribution } from '../../scenario/distribution.ts';
import { CLOSERS, NOT_SAID } from '../../scenario/loads/replay_rows.ts';
import type { RealServer as RealServerConfig } from '../../scenario/scenario.ts';
import { hostOf } from '../../text/endpoint.ts';
import { Delays } from '../delays.ts';
import { CLIENT_CLOSES, KEEP_ALIVE, ONE_WAY, SERVER_CLOSES } from '../message.ts';
import { NO_NOTE, ReplayNotes } from '../replayed.ts';
import { exitProcess } from './process_exit.ts';
import { ServerCpu } from './server_cpu.ts';

/** A worker has accept()ed the connection, or will as soon as it comes. */
const ACCEPTED = SOCK_USER;
/** A worker is busy with it. */
const HOLDS_WORKER = SOCK_USER << 1;
/** Its request is complete and waits for a worker. */
const READY = SOCK_USER << 2;
/** The client said that this request is its last; over UDP, that it waits for no answer. */
const LAST_REQUEST = SOCK_USER << 3;

export interface RealServer {
  readonly config: RealServerConfig;
  readonly isUdp: boolean;
  /** How long requests take where there is no CPU to share. */
  readonly delays: Delays;
  readonly cpu: ServerCpu | null;
  /** Connections waiting for accept(), and requests of accepted ones waiting for a worker. */
  readonly waiting: Ring;
  /** Whether there is a process that listens. */
  isRunning: boolean;
  busy: number;
  /** How many of `waiting` are not accepted yet. */
  acceptQueue: number;
  /** Requests answered so far, of all services. */
  requests: number;
  /** What its host's sockets have in common. */
  readonly host: ServerHost;
}

interface ServerHost {
  timewaits: number;
  /** net.ipv4.tcp_max_tw_buckets. */
  readonly maxTimewaits: number;
}

/** What a service has had of a real server, which other services may share. */
export interface Tally {
  /** Connections established so far. */
  connections: number;
  /** Requests answered so far. */
  requests: number;
}

/** What a CPU needs beside its description. */
export type CpuPlace = ConstructorParameters<typeof ServerCpu>[3];

const ConnectionColumns = makeColumns({
  /** Requests answered on the connection. */
  served: Int32Array,
  /** The backend that it belongs to. */
  backend: Int32Array,
  /** What its requests carry: the note of a replay, or NO_NOTE. */
  note: Int32Array,
});

export class RealServers implements TcpApp, UdpApp {
  /** By number of the listening socket, which is the `service` of its connections. */
  readonly servers: RealServer[] = [];
  /** By number of the backend: a real server of a service. */
  readonly tallies: Tally[] = [];
  /** Those of them that have had a first connection, or a first request. */
  readonly used: number[] = [];
  /** The backend that a connection, or datagram, from that client to that listening socket belongs to. */
  backendOf: (service: number, caddr: number, cport: number) => number = (service) => service;
  /** By address. */
  readonly #hosts = new Map<string, ServerHost>();
  #hasCpus = false;
  readonly #stack: TcpStack;
  readonly #simulation: Simulation;
  readonly #connections = new ConnectionColumns(64);
  /** Servers that always take equally long share a FIFO. */
  readonly #constant = new Map<number, Delays>();
  /** What replayed connections ask. */
  readonly replays = new ReplayNotes();
  readonly #replayed: DelayHeap;

  constructor(stack: TcpStack) {
    this.#stack = stack;
    this.#simulation = stack.simulation;
    stack.socks.companions.push(this.#connections);
    this.#replayed = new DelayHeap(stack.simulation, (sock) => this.#done(sock));
    stack.app = this;
    stack.udp = this;
  }

  /** listen() on the socket with the next number. */
  add(config: RealServerConfig, isUdp: boolean, random: RandomStream, cpu: CpuPlace): void {
    this.servers.push({
      config,
      isUdp,
      delays: this.#delays(config.serviceTime, random),
      cpu: this.#cpu(config, random, cpu),
      waiting: new Ring(),
      isRunning: true,
      busy: 0,
      acceptQueue: 0,
      requests: 0,
      host: this.#host(config),
    });
  }

  listens(service: number): boolean {
    return this.servers[service]!.isRunning;
  }

  /** CPU time that all real servers have used, and how many cores' worth they may use; null where none has a CPU. */
  get cpu(): { readonly busy_ns: number; readonly allowance: number } | null {
    if (!this.#hasCpus) return null;
    let busy_ns = 0;
    let allowance = 0;
    for (const { cpu } of this.servers) {
      busy_ns += cpu?.busy_ns ?? 0;
      allowance += cpu?.allowance ?? 0;
    }
    return { busy_ns, allowance };
  }

  /** The server's process ends. */
  exit(service: number): void {
    const server = this.servers[service]!;
    if (!server.isRunning) return;
    server.isRunning = false;
    exitProcess(this.#stack, service, server, HOLDS_WORKER);
  }

  /** A new process listens where the old one did. */
  restart(service: number): void {
    this.servers[service]!.isRunning = true;
  }

  acceptQueueFull(service: number): boolean {
    const server = this.servers[service]!;
    return server.acceptQueue > server.config.backlog;
  }

  options(): SockOptions {
    return DEFAULT_OPTIONS;
  }

  established(sock: number): void {
    const { socks } = this.#stack;
    const server = this.servers[socks.service[sock]!]!;
    this.#connections.served[sock] = 0;
    this.#connections.note[sock] = NO_NOTE;
    const backend = this.backendOf(socks.service[sock]!, socks.caddr[sock]!, socks.cport[sock]!);
    this.#connections.backend[sock] = backend;
    if (this.tallies[backend]!.connections++ === 0) this.used.push(backend);
    if (server.config.workers === 0) {
      socks.flags[sock]! |= ACCEPTED;
    } else if (server.busy < server.config.workers) {
      server.busy++;
      socks.flags[sock]! |= ACCEPTED | HOLDS_WORKER;
    } else {
      server.acceptQueue++;
      socks.flags[sock]! |= SOCK_PINNED;
      server.waiting.push(sock);
    }
  }

  received(sock: number, message: number, last: boolean): void {
    if (!last) return;
    const { flags, service } = this.#stack.socks;
    const server = this.servers[service[sock]!]!;
    if ((message & SOCK_MESSAGE_MASK) !== KEEP_ALIVE) flags[sock]! |= LAST_REQUEST;
    if (message > SOCK_MESSAGE_MASK) this.#connections.note[sock] = message >> NOTE_SHIFT;
    this.#takeOrWait(server, sock);
  }

  /** A datagram for one of the listening sockets: it is worked on like a request. */
  arrived(caddr: number, cport: number, service: number, datagram: Datagram): void {
    const { socks } = this.#stack;
    const server = this.servers[service]!;
    // Deviation: no ICMP port unreachable comes from the real server's host; its client waits in vain.
    if (!server.isRunning) return;
    const sock = socks.alloc(caddr, cport, service, service, 0);
    this.#connections.backend[sock] = this.backendOf(service, caddr, cport);
    this.#connections.note[sock] = NO_NOTE;
    socks.state[sock] = TCP_ESTABLISHED;
    socks.flags[sock] = ACCEPTED | (datagram.message === ONE_WAY ? LAST_REQUEST : 0);
    socks.snd_nxt[sock] = datagram.number;
    socks.rcv_nxt[sock] = datagram.cookie;
    this.#takeOrWait(server, sock);
  }

  eof(sock: number): void {
    const { flags } = this.#stack.socks;
    if ((flags[sock]! & (SOCK_PINNED | READY)) !== 0) {
      // The request is still being worked on.
      inet_acknowledge(this.#stack, sock);
      return;
    }
    const held = this.#letGo(sock);
    inet_end(this.#stack, sock);
    if (held) this.#freeWorker(this.servers[this.#stack.socks.service[sock]!]!);
  }

  aborted(): void {}

  /** No socket here is connected, so none is told of a datagram or an error. */
  datagram(): void {}

  udpFailed(): void {}

  timewaitsFull(service: number): boolean {
    const { timewaits, maxTimewaits } = this.servers[service]!.host;
    return timewaits >= maxTimewaits;
  }

  /** A connection to that listening socket has left TIME_WAIT. */
  timewaitEnded(service: number): void {
    this.servers[service]!.host.timewaits--;
  }

  unhashed(sock: number, timewait: boolean): void {
    if (timewait) this.servers[this.#stack.socks.service[sock]!]!.host.timewaits++;
    if ((this.#stack.socks.flags[sock]! & SOCK_PINNED) !== 0) return;
    if (this.#letGo(sock)) this.#freeWorker(this.servers[this.#stack.socks.service[sock]!]!);
  }

  #takeOrWait(server: RealServer, sock: number): void {
    const { flags } = this.#stack.socks;
    const { workers } = server.config;
    if (workers === 0 || (flags[sock]! & HOLDS_WORKER) !== 0) {
      this.#serve(server, sock);
    } else if ((flags[sock]! & ACCEPTED) === 0) {
      flags[sock]! |= READY;
    } else if (server.busy < workers) {
      server.busy++;
      flags[sock]! |= HOLDS_WORKER;
      this.#serve(server, sock);
    } else {
      flags[sock]! |= READY | SOCK_PINNED;
      server.waiting.push(sock);
    }
  }

  #serve(server: RealServer, sock: number): void {
    this.#stack.socks.flags[sock]! |= SOCK_PINNED;
    const service_ns = this.replays.service_ns[this.#connections.note[sock]!]!;
    if (service_ns !== NOT_SAID) this.#replayed.push(sock, service_ns);
    else if (server.cpu === null) server.delays.push(sock);
    else server.cpu.request(sock, !server.isUdp && this.#connections.served[sock] === 0);
  }

  /** The work on a request is done. */
  #done(sock: number): void {
    const { socks } = this.#stack;
    const server = this.servers[socks.service[sock]!]!;
    socks.flags[sock]! &= ~SOCK_PINNED;
    const held = this.#letGo(sock);
    if (server.isUdp) {
      if (server.isRunning) {
        this.#countRequest(server, sock);
        const wantsNone = (socks.flags[sock]! & LAST_REQUEST) !== 0;
        if (!wantsNone) udp_sendmsg(this.#stack, sock, server.config.responseBytes, KEEP_ALIVE);
      }
      socks.free(sock);
    } else if (socks.state[sock] === TCP_CLOSE) {
      socks.free(sock);
    } else if (socks.state[sock] === TCP_ESTABLISHED || socks.state[sock] === TCP_CLOSE_WAIT) {
      // One that is being closed belongs to a process that has ended.
      this.#respond(server, sock);
    }
    if (held) this.#freeWorker(server);
  }

  #countRequest(server: RealServer, sock: number): void {
    server.requests++;
    const backend = this.#connections.backend[sock]!;
    if (this.tallies[backend]!.requests++ === 0) this.used.push(backend);
  }

  #respond(server: RealServer, sock: number): void {
    this.#countRequest(server, sock);
    const { flags, state } = this.#stack.socks;
    const { config } = server;
    const count = ++this.#connections.served[sock]!;
    const note = this.#connections.note[sock]!;
    let message = KEEP_ALIVE;
    if (state[sock] !== TCP_ESTABLISHED || count === config.keepAliveRequests) {
      message = SERVER_CLOSES;
    } else if ((flags[sock]! & LAST_REQUEST) !== 0) {
      const closer = CLOSERS[this.replays.closes[note]!]! || config.closesFirst;
      message = closer === 'server' ? SERVER_CLOSES : CLIENT_CLOSES;
    }
    const said = this.replays.responseBytes[note]!;
    // Even an empty response has a status line.
    inet_sendmsg(this.#stack, sock, Math.max(1, said === NOT_SAID ? config.responseBytes : said), message);
    if (message === SERVER_CLOSES) inet_end(this.#stack, sock);
  }

  #letGo(sock: number): boolean {
    const { flags } = this.#stack.socks;
    const held = (flags[sock]! & HOLDS_WORKER) !== 0;
    flags[sock]! &= ~HOLDS_WORKER;
    return held;
  }

  /** A worker has nothing to do: the next connection or request that waits. */
  #freeWorker(server: RealServer): void {
    const { socks } = this.#stack;
    server.busy--;
    for (;;) {
      const sock = server.waiting.shift();
      if (sock === NO_NODE) return;
      const flags = socks.flags[sock]!;
      if ((flags & ACCEPTED) === 0) server.acceptQueue--;
      socks.flags[sock] = (flags & ~(SOCK_PINNED | READY)) | ACCEPTED;
      if (socks.state[sock] === TCP_CLOSE) {
        socks.free(sock);
        continue;
      }
      server.busy++;
      socks.flags[sock]! |= HOLDS_WORKER;
      if ((flags & READY) !== 0) this.#serve(server, sock);
      return;
    }
  }

  #cpu(config: RealServerConfig, random: RandomStream, place: CpuPlace): ServerCpu | null {
    if (config.cpu === undefined) return null;
    this.#hasCpus = true;
    const elsewhere = { time: config.serviceTime, random };
    return new ServerCpu(this.#simulation, config.cpu, elsewhere, place, (sock) => this.#done(sock));
  }

  /** The first listening socket of a host says how many connections it keeps in TIME_WAIT. */
  #host({ address, tcpMaxTwBuckets = Number.POSITIVE_INFINITY }: RealServerConfig): ServerHost {
    const name = hostOf(address);
    const known = this.#hosts.get(name);
    if (known !== undefined) return known;
    const host = { timewaits: 0, maxTimewaits: tcpMaxTwBuckets };
    this.#hosts.set(name, host);
    return host;
  }

  #delays(distribution: Distribution, random: RandomStream): Delays {
    const deliver = (sock: number): void => this.#done(sock);
    if (distribution.kind !== 'constant') {
      return new Delays(this.#simulation, distribution, random, deliver);
    }
    let delays = this.#constant.get(distribution.value_ns);
    if (delays === undefined) {
      delays = new Delays(this.#simulation, distribution, random, deliver);
      this.#constant.set(distribution.value_ns, delays);
    }
    return delays;
  }
}
