/**
 * include/net/inet_sock.h: TCP sockets as numbers into columns, and the table that finds one by its
 * addresses (the kernel's ehash). One table holds all clients' sockets, another all real servers'; in both
 * the client's end varies and the other end is one of few, so a connection is named by the client's address
 * and port and the number of its `service` end. A connection in TIME_WAIT is no socket any more: see
 * inet_timewait_sock.ts.
 */
import { resize } from '../../engine/columns.ts';
import { HashChains, mixNear, NEAR_BITS, NO_NODE } from '../../engine/hash_chains.ts';
import { TCP_CLOSE } from './tcp_states.ts';

/** Bits of `flags`. The lower two hold the message that is being sent (see network/message.ts). */
export const SOCK_MESSAGE_MASK = 0x03;
/** The application still knows the socket by its number, so a dead one must not be used again. */
export const SOCK_PINNED = 0x04;
/** In the table. */
const SOCK_HASHED = 0x08;
/** First bit that is the application's own. */
export const SOCK_USER = 0x10;

export class InetSocks {
  state: Uint8Array;
  flags: Uint8Array;
  /** Timeouts in a row without an acknowledgement. */
  retransmits: Uint8Array;
  /** sk_err_soft: the error, plus one, that a connection ends with if it never recovers; 0 for none. */
  softError: Uint8Array;
  /** The host it lives on: its timers and its TIME_WAITs. */
  host: Uint8Array;
  /** The application it belongs to: client or listener. */
  owner: Uint16Array;
  caddr: Int32Array;
  cport: Uint16Array;
  service: Uint16Array;
  snd_una: Int32Array;
  snd_nxt: Int32Array;
  rcv_nxt: Int32Array;
  /** During the handshake the jiffy of its last segment, then the round trip time in jiffies. */
  rtt: Int32Array;
  /** Called with the new capacity when the table grows: timers and applications have columns too. */
  readonly onGrow: ((capacity: number) => void)[] = [];
  readonly #chains = new HashChains((sock) => this.#hash(sock));
  #free: Int32Array;
  #freeCount = 0;
  #used = 0;

  constructor(capacity = 64) {
    this.state = new Uint8Array(capacity);
    this.flags = new Uint8Array(capacity);
    this.retransmits = new Uint8Array(capacity);
    this.softError = new Uint8Array(capacity);
    this.host = new Uint8Array(capacity);
    this.owner = new Uint16Array(capacity);
    this.caddr = new Int32Array(capacity);
    this.cport = new Uint16Array(capacity);
    this.service = new Uint16Array(capacity);
    this.snd_una = new Int32Array(capacity);
    this.snd_nxt = new Int32Array(capacity);
    this.rcv_nxt = new Int32Array(capacity);
    this.rtt = new Int32Array(capacity);
    this.#free = new Int32Array(capacity);
  }

  get capacity(): number {
    return this.state.length;
  }

  /** Sockets in existence. */
  get live(): number {
    return this.#used - this.#freeCount;
  }

  /** sk_alloc(): a closed socket with its addresses, not yet in the table. */
  alloc(caddr: number, cport: number, service: number, owner: number, host: number): number {
    const sock = this.#freeCount > 0 ? this.#free[--this.#freeCount]! : this.#extend();
    this.state[sock] = TCP_CLOSE;
    this.flags[sock] = 0;
    this.retransmits[sock] = 0;
    this.softError[sock] = 0;
    this.host[sock] = host;
    this.owner[sock] = owner;
    this.caddr[sock] = caddr;
    this.cport[sock] = cport;
    this.service[sock] = service;
    return sock;
  }

  /** sk_free(), unless the application has it pinned: then it is the application's to free. */
  free(sock: number): void {
    if ((this.flags[sock]! & SOCK_PINNED) === 0) this.#free[this.#freeCount++] = sock;
  }

  /** __inet_lookup_established(): the socket of the connection, or NO_NODE. */
  find(caddr: number, cport: number, service: number): number {
    const chains = this.#chains;
    let sock = chains.first(mixNear(caddr, service, cport & ~NEAR_BITS, cport));
    while (sock !== NO_NODE) {
      if (this.caddr[sock] === caddr && this.cport[sock] === cport && this.service[sock] === service) {
        return sock;
      }
      sock = chains.next(sock);
    }
    return NO_NODE;
  }

  /** inet_ehash_insert(). */
  hash(sock: number): void {
    this.flags[sock]! |= SOCK_HASHED;
    this.#chains.add(sock, this.#hash(sock));
  }

  /** inet_unhash(). */
  unhash(sock: number): void {
    if ((this.flags[sock]! & SOCK_HASHED) === 0) return;
    this.flags[sock]! &= ~SOCK_HASHED;
    this.#chains.remove(sock, this.#hash(sock));
  }

  #hash(sock: number): number {
    const cport = this.cport[sock]!;
    return mixNear(this.caddr[sock]!, this.service[sock]!, cport & ~NEAR_BITS, cport);
  }

  #extend(): number {
    if (this.#used === this.state.length) this.#grow(this.#used * 2);
    this.#chains.reserve(this.#used);
    // HashChains begins with 16 buckets.
    if (this.#used >= 16) this.#chains.addBucket();
    return this.#used++;
  }

  #grow(capacity: number): void {
    this.state = resize(this.state, capacity);
    this.flags = resize(this.flags, capacity);
    this.retransmits = resize(this.retransmits, capacity);
    this.softError = resize(this.softError, capacity);
    this.host = resize(this.host, capacity);
    this.owner = resize(this.owner, capacity);
    this.caddr = resize(this.caddr, capacity);
    this.cport = resize(this.cport, capacity);
    this.service = resize(this.service, capacity);
    this.snd_una = resize(this.snd_una, capacity);
    this.snd_nxt = resize(this.snd_nxt, capacity);
    this.rcv_nxt = resize(this.rcv_nxt, capacity);
    this.rtt = resize(this.rtt, capacity);
    this.#free = resize(this.#free, capacity);
    for (const grow of this.onGrow) grow(capacity);
  }
}
