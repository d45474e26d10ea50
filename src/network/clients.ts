/**
 * The application above the sockets of all clients: begins requests, and hears from TCP or SCTP what becomes of them.
 * Those over UDP are udp_requests.ts's.
 */
import { makeColumns } from '../engine/columns.ts';
import type { Simulation } from '../engine/simulation.ts';
import { inet_connect, inet_end, inet_release, inet_sendmsg } from '../kernel/ipv4/af_inet.ts';
import { portProtocol } from '../kernel/ipv4/inet_endpoints.ts';
import { type InetPorts, portsOf } from '../kernel/ipv4/inet_ports.ts';
import { SOCK_READS, SOCK_USER } from '../kernel/ipv4/inet_sock.ts';
import type { SockOptions, TcpApp, TcpStack } from '../kernel/ipv4/tcp.ts';
import { tcp_shutdown } from '../kernel/ipv4/tcp_close.ts';
import {
  EADDRINUSE,
  EADDRNOTAVAIL,
  ECONNRESET,
  EHOSTUNREACH,
  ETIMEDOUT,
  TCP_CLOSE_WAIT,
} from '../kernel/ipv4/tcp_states.ts';
import { NOT_SAID } from '../scenario/loads/replay_rows.ts';
import type { Arrivals } from './arrivals.ts';
import type { Client, Origin } from './client.ts';
import { Deadlines, PollTimeout } from './deadlines.ts';
import { CLIENT_CLOSES, KEEP_ALIVE, SERVER_CLOSES } from './message.ts';
import type { Replayed } from './replayed.ts';
import { NO_REQUEST, RequestColumns } from './request_columns.ts';
import { NO_OBSERVER, type RequestObserver } from './request_observer.ts';
import { UdpRequests } from './udp_requests.ts';

/** The response has said that the server will close. */
const READ_TO_END = SOCK_USER;
/** Some of the response has come. */
const HAS_BYTES = SOCK_USER << 1;

class NoteColumns extends makeColumns({ note: Int32Array }) {}

const NO_SOCK = -1;
/** Instant of a connection that is not there. */
const NOT_YET = -1;

export class Clients implements TcpApp {
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
  readonly #udp: UdpRequests;
  /** By client; null where it waits for ever. */
  readonly #deadlines: (Deadlines | null)[] = [];
  readonly #polls: (PollTimeout | null)[] = [];
  #unfinished = 0;

  constructor(stack: TcpStack, ports: InetPorts) {
    this.#stack = stack;
    this.#simulation = stack.simulation;
    this.#ports = ports;
    this.columns = new RequestColumns(64);
    stack.socks.companions.push(this.columns);
    this.#udp = new UdpRequests(stack, ports, this);
    stack.app = this;
    stack.udp = this.#udp;
  }

  add(client: Client, arrivals: Arrivals): void {
    const { timeout_ns = 0, pollTimeout_ns, start_ns } = client.config;
    client.arrivals = arrivals;
    if (client.replayed !== null && this.#stack.notes === null) {
      const notes = new NoteColumns(this.#stack.socks.capacity);
      this.#stack.notes = notes;
      this.#stack.socks.companions.push(notes);
    }
    this.clients.push(client);
    this.#unfinished++;
    this.#deadlines.push(timeout_ns === 0 ? null : this.#makeDeadlines(client, timeout_ns));
    this.#polls.push(
      pollTimeout_ns === undefined
        ? null
        : new PollTimeout(this.#simulation, start_ns, pollTimeout_ns, () => this.#giveUp(client)),
    );
    arrivals.begin();
  }

  /** Sends the client's next request, over a kept connection if there is one. */
  begin(client: Client, worker: number): void {
    client.issued++;
    this.inFlight++;
    const kept = client.kept.take(worker);
    if (kept !== NO_SOCK) {
      this.started(client, kept, worker);
      this.columns.connected_ns[kept] = this.#simulation.now_ns;
      this.#send(client, kept);
      return;
    }
    if (client.isUdp && this.#udp.beginOnOpenSocket(client, worker)) return;
    // A TIME_WAIT that is over by now no longer holds its port.
    this.#stack.hosts[client.place.host]!.timewaits.reap();
    const connect = client.nextConnect(worker);
    if (connect === null) {
      this.#connectFails(client);
      this.fail(client, worker, EHOSTUNREACH);
      return;
    }
    const port = this.#port(client, connect, worker);
    if (port < 0) {
      this.#connectFails(client);
      this.fail(client, worker, client.arrivals!.pacer.orAnother ? EADDRNOTAVAIL : EADDRINUSE);
      return;
    }
    this.#ports.take(connect.pair, port);
    if (client.isUdp) {
      this.#udp.begin(client, connect, port, worker);
      return;
    }
    const { index, place } = client;
    const { saddr, service } = connect;
    const sock = this.#stack.socks.alloc(saddr | 0, port, service, index, place.host);
    inet_connect(this.#stack, sock);
    this.connects++;
    this.columns.connected_ns[sock] = NOT_YET;
    this.started(client, sock, worker);
  }

  /** A request begins, on this socket. */
  started(client: Client, sock: number, worker: number): void {
    this.columns.start_ns[sock] = this.#simulation.now_ns;
    this.columns.worker[sock] = worker;
    this.#deadlines[client.index]?.begin(sock);
  }

  established(sock: number): void {
    this.connections++;
    this.columns.connected_ns[sock] = this.#simulation.now_ns;
    this.observer.connected(sock);
    const client = this.#clientOf(sock);
    this.#polls[client.index]?.heard();
    this.#send(client, sock);
  }

  received(sock: number, message: number, last: boolean): void {
    const { flags } = this.#stack.socks;
    if ((flags[sock]! & HAS_BYTES) === 0) {
      flags[sock]! |= HAS_BYTES;
      this.columns.firstByte_ns[sock] = this.#simulation.now_ns;
    }
    const client = this.#clientOf(sock);
    this.#polls[client.index]?.heard();
    if (!last) return;
    if (message === SERVER_CLOSES || (flags[sock]! & SOCK_READS) !== 0) {
      flags[sock]! |= READ_TO_END;
      return;
    }
    const worker = this.columns.worker[sock]!;
    const atOnce = this.#complete(client, sock);
    if (message === CLIENT_CLOSES || client.hasExited) {
      inet_end(this.#stack, sock);
    } else {
      flags[sock]! &= ~HAS_BYTES;
      client.kept.put(sock, worker);
    }
    this.#next(client, worker, atOnce);
  }

  eof(sock: number): void {
    const client = this.#clientOf(sock);
    const { flags, state } = this.#stack.socks;
    this.#polls[client.index]?.heard();
    if (state[sock] === TCP_CLOSE_WAIT) inet_end(this.#stack, sock);
    if (this.columns.start_ns[sock] === NO_REQUEST) {
      client.kept.forget(sock);
      return;
    }
    const worker = this.columns.worker[sock]!;
    if ((flags[sock]! & READ_TO_END) !== 0) {
      this.#next(client, worker, this.#complete(client, sock));
    } else {
      this.#next(client, worker, this.#fail(client, sock, ECONNRESET));
    }
  }

  aborted(sock: number, errno: number): void {
    const client = this.#clientOf(sock);
    this.#polls[client.index]?.heard();
    if (this.columns.start_ns[sock] === NO_REQUEST) {
      client.kept.forget(sock);
      return;
    }
    if (this.columns.connected_ns[sock] === NOT_YET) this.connectsFailed++;
    this.#next(client, this.columns.worker[sock]!, this.#fail(client, sock, errno));
  }

  /** A client's TIME_WAITs are as many as its source ports at most. */
  timewaitsFull(): boolean {
    return false;
  }

  unhashed(sock: number, timewait: boolean): void {
    if (timewait) return;
    const { caddr, cport, service } = this.#stack.socks;
    const protocol = portProtocol(this.#stack.services.port[service[sock]!]!);
    this.#ports.release(caddr[sock]!, portsOf(protocol, service[sock]!), cport[sock]!);
  }

  listens(): boolean {
    return false;
  }

  acceptQueueFull(): boolean {
    return true;
  }

  options(sock: number): SockOptions {
    return this.#clientOf(sock).options;
  }

  /** The request over UDP is answered, or needs no answer. */
  complete(client: Client, request: number): void {
    const worker = this.columns.worker[request]!;
    this.#polls[client.index]?.heard();
    const atOnce = this.#complete(client, request);
    this.#udp.release(client, request);
    this.#next(client, worker, atOnce);
  }

  /** The request over UDP has failed. */
  failOn(client: Client, request: number, errno: number): void {
    const worker = this.columns.worker[request]!;
    this.#polls[client.index]?.heard();
    const atOnce = this.#fail(client, request, errno);
    this.#udp.release(client, request);
    this.#next(client, worker, atOnce);
  }

  /** A request fails at once, before there is a socket for it. */
  fail(client: Client, worker: number, errno: number): void {
    this.inFlight--;
    this.observer.failed(client.index, errno, NO_SOCK);
    client.ended++;
    this.#next(client, worker, true);
  }

  /** Sockets whose request is under way; over UDP, the requests. */
  waiting(): number[] {
    const { start_ns } = this.columns;
    const found: number[] = [];
    for (let sock = 0; sock < this.#stack.socks.used; sock++) {
      if (start_ns[sock] !== NO_REQUEST) found.push(sock);
    }
    return found;
  }

  #clientOf(sock: number): Client {
    return this.clients[this.#stack.socks.owner[sock]!]!;
  }

  /** connect(), or the bind() before it, returns an error at once. */
  #connectFails(client: Client): void {
    if (client.isUdp) return;
    this.connects++;
    this.connectsFailed++;
  }

  /** The port that the load asks for, or that connect() chooses; -1 where it is not to be had. */
  #port(client: Client, connect: Origin, worker: number): number {
    const { pacer } = client.arrivals!;
    const wanted = pacer.port(worker);
    if (wanted !== 0 && !this.#ports.has(connect.pair, wanted)) return wanted;
    return wanted === 0 || pacer.orAnother ? this.#choosePort(client, connect) : -1;
  }

  #choosePort(client: Client, connect: Origin): number {
    const { protocol, chooser, random } = client.place;
    if (protocol === 'tcp') return chooser.choose(connect);
    return this.#ports.fromRandomPlace(random, connect);
  }

  #send(client: Client, sock: number): void {
    const { requestBytes, keepAlive, halfClose } = client.config;
    if (client.replayed !== null) {
      this.#replay(client.replayed, sock, requestBytes);
      return;
    }
    inet_sendmsg(this.#stack, sock, Math.max(1, requestBytes), keepAlive ? KEEP_ALIVE : SERVER_CLOSES);
    if (halfClose === true) tcp_shutdown(this.#stack, sock);
  }

  #replay(replayed: Replayed, sock: number, otherwiseBytes: number): void {
    const worker = this.columns.worker[sock]!;
    const said = replayed.rows.requestBytes[worker]!;
    const bytes = said === NOT_SAID ? otherwiseBytes : said;
    const isLast = replayed.left[worker]! <= 1;
    this.#stack.notes!.note[sock] = replayed.note(worker);
    inet_sendmsg(this.#stack, sock, Math.max(1, bytes), isLast ? SERVER_CLOSES : KEEP_ALIVE);
  }

  /** The request on the socket is answered. Returns whether that took no time at all. */
  #complete(client: Client, sock: number): boolean {
    this.inFlight--;
    this.observer.completed(sock);
    client.ended++;
    return this.#endRequest(sock);
  }

  /** The request on the socket has failed. Returns whether that took no time at all. */
  #fail(client: Client, sock: number, errno: number): boolean {
    this.inFlight--;
    this.observer.failed(client.index, errno, sock);
    client.ended++;
    return this.#endRequest(sock);
  }

  /** Returns whether the request took no time at all. */
  #endRequest(sock: number): boolean {
    const { start_ns } = this.columns;
    const atOnce = start_ns[sock] === this.#simulation.now_ns;
    start_ns[sock] = NO_REQUEST;
    return atOnce;
  }

  /** A request has ended: the worker goes on, or the client's process ends with its last one. */
  #next(client: Client, worker: number, atOnce: boolean): void {
    if (client.isDone) this.#exit(client);
    else client.arrivals!.ended(worker, atOnce);
  }

  /** The client's process ends, and with it the connections that it has kept. */
  #exit(client: Client): void {
    if (client.hasExited) return;
    client.hasExited = true;
    for (const sock of client.kept.drain()) inet_end(this.#stack, sock);
    this.#udp.exit(client);
    if (--this.#unfinished === 0) this.observer.finished();
  }

  #makeDeadlines(client: Client, timeout_ns: number): Deadlines {
    const { socks } = this.#stack;
    return new Deadlines(this.#simulation, client, timeout_ns, this.columns, socks, (sock) =>
      this.#abandon(client, sock),
    );
  }

  /** The client has no patience left for this request. */
  #abandon(client: Client, sock: number): void {
    const worker = this.columns.worker[sock]!;
    const atOnce = this.#fail(client, sock, ETIMEDOUT);
    if (this.columns.connected_ns[sock] === NOT_YET) this.connectsFailed++;
    if (client.isUdp) this.#udp.release(client, sock);
    else inet_release(this.#stack, sock);
    this.#next(client, worker, atOnce);
  }

  /** "apr_pollset_poll: The timeout specified has expired": ab ends, and whatever was under way with it. */
  #giveUp(client: Client): void {
    if (client.hasExited) return;
    this.#exit(client);
    const { socks } = this.#stack;
    for (let sock = 0; sock < socks.used; sock++) {
      if (socks.owner[sock] !== client.index || this.columns.start_ns[sock] === NO_REQUEST) continue;
      this.#abandon(client, sock);
    }
  }
}
