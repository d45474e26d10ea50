/**
 * Requests over UDP. Each has a socket of its own, as a resolver's queries have, or they all leave from one socket for
 * each of the client's addresses (`keepAlive`): a sender of logs or metrics, which waits for no answer
 * (`timeout: 0s`), or a client that tells by a number in the datagram which request an answer belongs to.
 */
import type { Simulation } from '../engine/simulation.ts';
import { type InetPorts, portsOf } from '../kernel/ipv4/inet_ports.ts';
import type { TcpStack } from '../kernel/ipv4/tcp.ts';
import { EPERM, TCP_CLOSE, TCP_ESTABLISHED } from '../kernel/ipv4/tcp_states.ts';
import { type Datagram, type UdpApp, udp_sendmsg } from '../kernel/ipv4/udp.ts';
import { IPPROTO_UDP } from '../kernel/sk_buff.ts';
import type { Client, Origin } from './client.ts';
import type { Clients } from './clients.ts';
import { KEEP_ALIVE, ONE_WAY } from './message.ts';
import { NO_REQUEST } from './request_columns.ts';

/** The number of what is no request on a socket that others share. */
const UNNUMBERED = 0;
const NOBODY = -1;

/** Sockets that a client has opened for all its requests; they take turns as its addresses do. */
interface OpenSockets {
  readonly socks: number[];
  next: number;
}

export class UdpRequests implements UdpApp {
  readonly #stack: TcpStack;
  readonly #simulation: Simulation;
  readonly #ports: InetPorts;
  readonly #clients: Clients;
  /** By client. */
  readonly #open: OpenSockets[] = [];
  #latest = UNNUMBERED;

  constructor(stack: TcpStack, ports: InetPorts, clients: Clients) {
    this.#stack = stack;
    this.#simulation = stack.simulation;
    this.#ports = ports;
    this.#clients = clients;
  }

  /** The request leaves from an open socket; false where the client has not opened all that it needs. */
  beginOnOpenSocket(client: Client, worker: number): boolean {
    const open = this.#open[client.index];
    if (open === undefined || open.socks.length < client.place.connects.length) return false;
    const sock = open.socks[open.next]!;
    open.next = open.next + 1 === open.socks.length ? 0 : open.next + 1;
    this.#beginOn(client, sock, worker);
    return true;
  }

  /** The request leaves from a new socket, with a port that has been chosen. */
  begin(client: Client, connect: Origin, port: number, worker: number): void {
    const { socks } = this.#stack;
    const sock = this.#alloc(client, connect.saddr | 0, port, connect.service, UNNUMBERED);
    socks.hash(sock);
    if (!client.config.keepAlive) {
      this.#send(client, sock, worker);
      return;
    }
    this.#open[client.index] ??= { socks: [], next: 0 };
    this.#open[client.index]!.socks.push(sock);
    this.#beginOn(client, sock, worker);
  }

  datagram(sock: number, datagram: Datagram): void {
    const request = this.#requestOf(sock, datagram);
    // Else it waits in the buffer of a socket that nobody reads, or its request has been given up.
    if (request === NOBODY) return;
    this.#clients.columns.firstByte_ns[request] = this.#simulation.now_ns;
    this.#clients.complete(this.#clientOf(sock), request);
  }

  /** Clients' sockets are all connected. */
  arrived(): void {}

  udpFailed(sock: number, errno: number, datagram: Datagram): void {
    const request = this.#requestOf(sock, datagram);
    // sk_err: who does not wait is told by the next send(), which then sends nothing.
    if (request === NOBODY) this.#stack.socks.softError[sock] = errno + 1;
    else this.#clients.failOn(this.#clientOf(sock), request, errno);
  }

  /** The request is over; a socket of its own is closed. */
  release(client: Client, sock: number): void {
    const { socks } = this.#stack;
    if (!client.config.keepAlive) {
      this.#close(sock);
    } else if (socks.snd_nxt[sock] !== UNNUMBERED) {
      socks.state[sock] = TCP_CLOSE;
      socks.free(sock);
    }
  }

  /** The client's process ends. */
  exit(client: Client): void {
    const open = this.#open[client.index];
    for (const sock of open?.socks.splice(0) ?? []) this.#close(sock);
  }

  #beginOn(client: Client, sock: number, worker: number): void {
    const { caddr, cport, service, softError } = this.#stack.socks;
    const error = softError[sock]!;
    softError[sock] = 0;
    if (error !== 0) this.#clients.fail(client, worker, error - 1);
    else if (client.config.timeout_ns === 0) this.#send(client, sock, worker);
    else {
      this.#latest = (this.#latest + 1) | 0 || 1;
      const request = this.#alloc(client, caddr[sock]!, cport[sock]!, service[sock]!, this.#latest);
      this.#send(client, request, worker);
    }
  }

  #send(client: Client, sock: number, worker: number): void {
    const { columns } = this.#clients;
    const isOneWay = client.config.timeout_ns === 0;
    this.#clients.started(client, sock, worker);
    columns.connected_ns[sock] = this.#simulation.now_ns;
    if (!udp_sendmsg(this.#stack, sock, client.config.requestBytes, isOneWay ? ONE_WAY : KEEP_ALIVE)) {
      this.#clients.failOn(client, sock, EPERM);
      return;
    }
    if (!isOneWay) return;
    columns.firstByte_ns[sock] = this.#simulation.now_ns;
    this.#clients.complete(client, sock);
  }

  /** A socket, or a request on one: what is sent carries the request's number, and answers bring it back. */
  #alloc(client: Client, caddr: number, port: number, service: number, number: number): number {
    const { socks } = this.#stack;
    const sock = socks.alloc(caddr, port, service, client.index, client.place.host);
    socks.state[sock] = TCP_ESTABLISHED;
    this.#clients.columns.start_ns[sock] = NO_REQUEST;
    socks.snd_nxt[sock] = number;
    socks.rcv_nxt[sock] = sock;
    return sock;
  }

  /** The request that a datagram for the socket answers. */
  #requestOf(sock: number, { number, cookie }: Datagram): number {
    const { socks } = this.#stack;
    const { start_ns } = this.#clients.columns;
    if (number === UNNUMBERED) return start_ns[sock] === NO_REQUEST ? NOBODY : sock;
    const isSame = socks.owner[cookie] === socks.owner[sock] && socks.snd_nxt[cookie] === number;
    return isSame && start_ns[cookie] !== NO_REQUEST ? cookie : NOBODY;
  }

  #clientOf(sock: number): Client {
    return this.#clients.clients[this.#stack.socks.owner[sock]!]!;
  }

  #close(sock: number): void {
    const { socks } = this.#stack;
    socks.unhash(sock);
    socks.state[sock] = TCP_CLOSE;
    this.#ports.release(socks.caddr[sock]!, portsOf(IPPROTO_UDP, socks.service[sock]!), socks.cport[sock]!);
    socks.free(sock);
  }
}
