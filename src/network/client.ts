/**
 * Clients: one entry of the scenario's `clients` is one Client, a process that sends requests as its load
 * (arrivals.ts) tells it; Clients is the application above the sockets of all of them.
 */
import type { RandomStream } from '../engine/random.ts';
import type { Simulation } from '../engine/simulation.ts';
import type { Connect, PortChooser } from '../kernel/ipv4/inet_hashtables.ts';
import { EVERY_PORT, type InetPorts } from '../kernel/ipv4/inet_ports.ts';
import { SOCK_USER } from '../kernel/ipv4/inet_sock.ts';
import type { TcpApp, TcpStack } from '../kernel/ipv4/tcp.ts';
import { tcp_v4_connect } from '../kernel/ipv4/tcp_ipv4.ts';
import { tcp_send_fin, tcp_sendmsg } from '../kernel/ipv4/tcp_output.ts';
import {
  EADDRINUSE,
  EADDRNOTAVAIL,
  ECONNRESET,
  EHOSTUNREACH,
  ETIMEDOUT,
  TCP_ESTABLISHED,
} from '../kernel/ipv4/tcp_states.ts';
import { type UdpApp, udp_sendmsg } from '../kernel/ipv4/udp.ts';
import type { Client as ClientConfig } from '../scenario/scenario.ts';
import type { Arrivals } from './arrivals.ts';
import { CLIENT_CLOSES, KEEP_ALIVE, SERVER_CLOSES } from './message.ts';
import { RequestColumns } from './request_columns.ts';
import { NO_OBSERVER, type RequestObserver } from './request_observer.ts';
import type { SocketLb } from './socket_lb.ts';

/** The response has said that the server will close. */
const READ_TO_END = SOCK_USER;
/** Some of the response has come. */
const HAS_BYTES = SOCK_USER << 1;
/** Nothing is asked for at the moment. */
const IDLE = SOCK_USER << 2;

const NO_SOCK = -1;
/** Instant of a connection that is not there. */
const NOT_YET = -1;
/** How long a client waits for a datagram's answer; resolv.conf's default, DNS being the usual case. */
const UDP_TIMEOUT_S = 5;

/** From where to where a connection goes. */
export interface Origin extends Connect {
  /** Number of the remote end among the clients' services. */
  readonly service: number;
}

export class Client {
  readonly index: number;
  readonly config: ClientConfig;
  readonly host: number;
  readonly isUdp: boolean;
  /** One per local address; connections take them in turn. */
  readonly connects: readonly Origin[];
  /** Where connect() chooses among backends, what it chooses. */
  readonly socketLb: SocketLb<Origin> | null;
  readonly chooser: PortChooser;
  readonly random: RandomStream;
  arrivals: Arrivals | null = null;
  /** Requests begun, and those among them that have ended. */
  issued = 0;
  ended = 0;
  /** Open connections without a request, the one used last on top. */
  readonly idle: number[] = [];
  #nextConnect = 0;

  constructor(
    index: number,
    config: ClientConfig,
    place: Pick<Client, 'host' | 'isUdp' | 'connects' | 'socketLb' | 'chooser' | 'random'>,
  ) {
    this.index = index;
    this.config = config;
    this.host = place.host;
    this.isUdp = place.isUdp;
    this.connects = place.connects;
    this.socketLb = place.socketLb;
    this.chooser = place.chooser;
    this.random = place.random;
  }

  /** Whether it may begin one more request. */
  get mayBegin(): boolean {
    return this.config.requests === 0 || this.issued < this.config.requests;
  }

  /** Whether all its requests have ended. */
  get isOver(): boolean {
    return this.config.requests !== 0 && this.ended === this.config.requests;
  }

  /** Null when there is no backend to connect to. */
  nextConnect(): Origin | null {
    if (this.socketLb !== null) return this.socketLb.pick();
    const connect = this.connects[this.#nextConnect]!;
    if (++this.#nextConnect === this.connects.length) this.#nextConnect = 0;
    return connect;
  }
}

export class Clients implements TcpApp, UdpApp {
  readonly clients: Client[] = [];
  readonly columns: RequestColumns;
  observer: RequestObserver = NO_OBSERVER;
  /** Connections made so far, and requests under way. */
  connections = 0;
  /** Calls of connect() so far, and those among them that ended with an error. Datagrams need none. */
  connects = 0;
  connectsFailed = 0;
  inFlight = 0;
  readonly #stack: TcpStack;
  readonly #simulation: Simulation;
  readonly #ports: InetPorts;
  #unfinished = 0;

  constructor(stack: TcpStack, ports: InetPorts) {
    this.#stack = stack;
    this.#simulation = stack.simulation;
    this.#ports = ports;
    this.columns = new RequestColumns(64);
    stack.socks.companions.push(this.columns);
    stack.app = this;
    stack.udp = this;
  }

  add(client: Client, arrivals: Arrivals): void {
    client.arrivals = arrivals;
    this.clients.push(client);
    this.#unfinished++;
    arrivals.begin();
  }

  /** Sends the client's next request, over a kept connection if there is one. */
  begin(client: Client, worker: number): void {
    client.issued++;
    this.inFlight++;
    const { columns } = this;
    const { now_ns } = this.#simulation;
    const kept = client.idle.length > 0 ? client.idle.pop()! : NO_SOCK;
    if (kept !== NO_SOCK) {
      this.#stack.socks.flags[kept]! &= ~IDLE;
      columns.start_ns[kept] = now_ns;
      columns.connected_ns[kept] = now_ns;
      columns.worker[kept] = worker;
      this.#send(client, kept);
      return;
    }
    // A TIME_WAIT that is over by now no longer holds its port.
    this.#stack.hosts[client.host]!.timewaits.reap();
    const connect = client.nextConnect();
    if (connect === null) {
      this.#connectFails(client);
      this.#fail(client, worker, EHOSTUNREACH, true);
      return;
    }
    const { boundPort } = client.arrivals!.pacer;
    const port = boundPort !== 0 ? this.#bind(connect, boundPort) : this.#choosePort(client, connect);
    if (port < 0) {
      this.#connectFails(client);
      this.#fail(client, worker, boundPort !== 0 ? EADDRINUSE : EADDRNOTAVAIL, true);
      return;
    }
    this.#ports.take(connect.pair, port);
    this.#open(client, connect, port, worker);
  }

  established(sock: number): void {
    this.connections++;
    this.columns.connected_ns[sock] = this.#simulation.now_ns;
    this.observer.connected(sock);
    this.#send(this.#clientOf(sock), sock);
  }

  received(sock: number, message: number, last: boolean): void {
    const { flags } = this.#stack.socks;
    if ((flags[sock]! & HAS_BYTES) === 0) {
      flags[sock]! |= HAS_BYTES;
      this.columns.firstByte_ns[sock] = this.#simulation.now_ns;
    }
    if (!last) return;
    if (message === SERVER_CLOSES) {
      flags[sock]! |= READ_TO_END;
      return;
    }
    const client = this.#clientOf(sock);
    const worker = this.columns.worker[sock]!;
    const atOnce = this.#complete(client, sock);
    if (message === CLIENT_CLOSES) {
      tcp_send_fin(this.#stack, sock);
    } else {
      flags[sock] = (flags[sock]! & ~HAS_BYTES) | IDLE;
      client.idle.push(sock);
      if (client.isOver) this.#exit(client);
    }
    client.arrivals!.ended(worker, atOnce);
  }

  eof(sock: number): void {
    const client = this.#clientOf(sock);
    const { flags } = this.#stack.socks;
    tcp_send_fin(this.#stack, sock);
    if ((flags[sock]! & IDLE) !== 0) {
      this.#forgetIdle(client, sock);
      return;
    }
    const worker = this.columns.worker[sock]!;
    if ((flags[sock]! & READ_TO_END) !== 0) {
      client.arrivals!.ended(worker, this.#complete(client, sock));
    } else {
      this.#fail(client, worker, ECONNRESET, this.#simulation.now_ns === this.columns.start_ns[sock]);
    }
  }

  aborted(sock: number, errno: number): void {
    const client = this.#clientOf(sock);
    if ((this.#stack.socks.flags[sock]! & IDLE) !== 0) {
      this.#forgetIdle(client, sock);
      return;
    }
    if (this.columns.connected_ns[sock] === NOT_YET) this.connectsFailed++;
    const atOnce = this.#simulation.now_ns === this.columns.start_ns[sock];
    this.#fail(client, this.columns.worker[sock]!, errno, atOnce);
  }

  unhashed(sock: number, timewait: boolean): void {
    if (timewait) return;
    const { caddr, cport, service } = this.#stack.socks;
    this.#ports.release(caddr[sock]!, service[sock]!, cport[sock]!);
  }

  listens(): boolean {
    return false;
  }

  acceptQueueFull(): boolean {
    return true;
  }

  synRetries(sock: number): number {
    return this.#clientOf(sock).config.synRetries;
  }

  /** A datagram for a connected UDP socket. */
  datagram(sock: number): void {
    const client = this.#clientOf(sock);
    const worker = this.columns.worker[sock]!;
    this.columns.firstByte_ns[sock] = this.#simulation.now_ns;
    const atOnce = this.#complete(client, sock);
    this.closeUdp(sock);
    client.arrivals!.ended(worker, atOnce);
  }

  arrived(): void {}

  /** Nobody has answered the datagram, or an ICMP error has. */
  udpFailed(sock: number, errno: number): void {
    const client = this.#clientOf(sock);
    const worker = this.columns.worker[sock]!;
    const atOnce = this.#simulation.now_ns === this.columns.start_ns[sock];
    this.closeUdp(sock);
    this.#fail(client, worker, errno, atOnce);
  }

  udpTimedOut(sock: number): void {
    this.udpFailed(sock, ETIMEDOUT);
  }

  isUdp(sock: number): boolean {
    return this.#clientOf(sock).isUdp;
  }

  #clientOf(sock: number): Client {
    return this.clients[this.#stack.socks.owner[sock]!]!;
  }

  #bind(connect: Connect, port: number): number {
    return this.#ports.has(connect.pair, port) ? -1 : port;
  }

  #choosePort(client: Client, connect: Connect): number {
    if (!client.isUdp) return client.chooser.choose(connect);
    // udp_lib_get_port(): from a random port on.
    const { low, high } = connect;
    const start = low + client.random.below(high - low + 1);
    const port = this.#ports.firstFree(connect.pair, start, high + 1, EVERY_PORT);
    return port >= 0 ? port : this.#ports.firstFree(connect.pair, low, start, EVERY_PORT);
  }

  #open(client: Client, connect: Origin, port: number, worker: number): void {
    const { columns } = this;
    const { now_ns } = this.#simulation;
    const caddr = connect.saddr | 0;
    const { index, host } = client;
    const { service } = connect;
    if (client.isUdp) {
      this.#sendDatagram(client, connect, port, worker);
      return;
    }
    const sock = tcp_v4_connect(this.#stack, caddr, port, service, index, host);
    this.connects++;
    columns.start_ns[sock] = now_ns;
    columns.connected_ns[sock] = NOT_YET;
    columns.worker[sock] = worker;
  }

  /** connect(), or the bind() before it, returns an error at once. */
  #connectFails(client: Client): void {
    if (client.isUdp) return;
    this.connects++;
    this.connectsFailed++;
  }

  #send(client: Client, sock: number): void {
    const { requestBytes, keepAlive } = client.config;
    tcp_sendmsg(this.#stack, sock, Math.max(1, requestBytes), keepAlive ? KEEP_ALIVE : SERVER_CLOSES);
  }

  /** The request on the socket is answered. Returns whether that took no time at all. */
  #complete(client: Client, sock: number): boolean {
    this.inFlight--;
    this.observer.completed(sock);
    const atOnce = this.#simulation.now_ns === this.columns.start_ns[sock];
    this.#count(client);
    return atOnce;
  }

  #fail(client: Client, worker: number, errno: number, atOnce: boolean): void {
    this.inFlight--;
    this.observer.failed(client.index, errno);
    this.#count(client);
    client.arrivals!.ended(worker, atOnce);
  }

  #count(client: Client): void {
    client.ended++;
    if (!client.isOver) return;
    this.#exit(client);
    if (--this.#unfinished === 0) this.observer.finished();
  }

  /** The client's process ends, and with it the connections that it has kept. */
  #exit(client: Client): void {
    for (const sock of client.idle.splice(0)) tcp_send_fin(this.#stack, sock);
  }

  #forgetIdle(client: Client, sock: number): void {
    const index = client.idle.indexOf(sock);
    if (index >= 0) client.idle.splice(index, 1);
  }

  #sendDatagram(client: Client, { saddr, service }: Origin, port: number, worker: number): void {
    const { socks } = this.#stack;
    const { timers } = this.#stack.hosts[client.host]!;
    const sock = socks.alloc(saddr | 0, port, service, client.index, client.host);
    const { now_ns } = this.#simulation;
    socks.state[sock] = TCP_ESTABLISHED;
    socks.hash(sock);
    this.columns.start_ns[sock] = now_ns;
    this.columns.connected_ns[sock] = now_ns;
    this.columns.worker[sock] = worker;
    timers.mod(sock, timers.jiffies + UDP_TIMEOUT_S * timers.hz);
    udp_sendmsg(this.#stack, sock, client.config.requestBytes, KEEP_ALIVE);
  }

  closeUdp(sock: number): void {
    const { socks, hosts } = this.#stack;
    hosts[socks.host[sock]!]!.timers.del(sock);
    socks.unhash(sock);
    this.unhashed(sock, false);
    socks.free(sock);
  }
}
