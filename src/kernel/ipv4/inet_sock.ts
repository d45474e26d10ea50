/**
 * include/net/inet_sock.h: TCP sockets as numbers into columns, and the table that finds one by its
 * addresses (the kernel's ehash). One table holds all clients' sockets, another all real servers'; in both
 * the client's end varies and the other end is one of few, so a connection is named by the client's address
 * and port and the number of its `service` end. A connection in TIME_WAIT is no socket any more: see
 * inet_timewait_sock.ts.
 */
import { mixNear, NEAR_BITS, NO_NODE } from '../../engine/hash_chains.ts';
import { makeTable } from '../../engine/table.ts';
import { TCP_CLOSE } from './tcp_states.ts';

/** Bits of `flags`. The lower two hold the message that is being sent (see network/message.ts). */
export const SOCK_MESSAGE_MASK = 0x03;
/** Above them, in a packet, stands the application's note on the socket. */
export const NOTE_SHIFT = 2;
/** The application still knows the socket by its number, so a dead one must not be used again. */
export const SOCK_PINNED = 0x04;
/** In the table. */
const SOCK_HASHED = 0x08;
/** SO_KEEPALIVE. */
export const SOCK_KEEPOPEN = 0x10;
/** The application has shut its own side down and goes on reading. */
export const SOCK_READS = 0x20;
/** tp->rx_opt.tstamp_ok: its segments carry time stamps. */
export const SOCK_TSTAMP = 0x40;
/** First bit that is the application's own. */
export const SOCK_USER = 0x80;

const columns = {
  state: Uint8Array,
  flags: Uint16Array,
  /** Timeouts in a row without an acknowledgement. */
  retransmits: Uint8Array,
  /** Keepalive probes in a row without an answer (icsk_probes_out). */
  probes: Uint8Array,
  /** retrans_stamp: the jiffy of the first SYN, or of the first of `retransmits`. */
  retransStamp: Int32Array,
  /** sk_err_soft: the error, plus one, that a connection ends with if it never recovers; 0 for none. */
  softError: Uint8Array,
  /** The host it lives on: its timers and its TIME_WAITs. */
  host: Uint8Array,
  /** The application it belongs to: client or listener. */
  owner: Uint16Array,
  caddr: Int32Array,
  cport: Uint16Array,
  service: Uint16Array,
  snd_una: Int32Array,
  snd_nxt: Int32Array,
  rcv_nxt: Int32Array,
  /** During the handshake the jiffy of its last segment, then the round trip time in jiffies. */
  rtt: Int32Array,
  /** tsoffset of a client's connection; at the real server ts_recent, the last time stamp that has come. */
  timestamp: Int32Array,
};

export class InetSocks extends makeTable(columns, { nodes: 1, rowsPerBucket: 1 }) {
  /** Sockets in existence. */
  live = 0;

  constructor() {
    super(64);
  }

  /** sk_alloc(): a closed socket with its addresses, not yet in the table. */
  alloc(caddr: number, cport: number, service: number, owner: number, host: number): number {
    const sock = this.take();
    this.live++;
    this.state[sock] = TCP_CLOSE;
    this.flags[sock] = 0;
    this.retransmits[sock] = 0;
    this.probes[sock] = 0;
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
    if ((this.flags[sock]! & SOCK_PINNED) !== 0) return;
    this.release(sock);
    this.live--;
  }

  /** __inet_lookup_established(): the socket of the connection, or NO_NODE. */
  find(caddr: number, cport: number, service: number): number {
    const chains = this.chains;
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
    this.chains.add(sock, this.hashOf(sock));
  }

  /** inet_unhash(). */
  unhash(sock: number): void {
    if ((this.flags[sock]! & SOCK_HASHED) === 0) return;
    this.flags[sock]! &= ~SOCK_HASHED;
    this.chains.remove(sock, this.hashOf(sock));
  }

  protected hashOf(sock: number): number {
    const cport = this.cport[sock]!;
    return mixNear(this.caddr[sock]!, this.service[sock]!, cport & ~NEAR_BITS, cport);
  }
}
