/**
 * include/linux/skbuff.h: packets, as numbers into columns. A packet that waits on a wire or walks through
 * the director is its slot number; no object is made for it.
 */
import { resize } from '../engine/columns.ts';

export const IPPROTO_ICMP = 1;
export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;

/** TCP flag bits as on the wire. */
export const TH_FIN = 0x01;
export const TH_SYN = 0x02;
export const TH_RST = 0x04;
export const TH_PUSH = 0x08;
export const TH_ACK = 0x10;

/** The packet carries no conntrack entry (never seen by conntrack, or INVALID). */
export const NO_CONNTRACK = -1;
/** nf_ct_set(skb, NULL, IP_CT_UNTRACKED): IPVS or a NOTRACK rule took it out of conntrack's sight. */
export const UNTRACKED = -2;

/** How a packet leaves the director: what the frame shows beside the packet itself. */
export const Encapsulation = { none: 0, ipip: 1 } as const;

/**
 * Addresses and sequence numbers are signed 32-bit integers throughout: a number above 2^31 would be boxed
 * each time it is passed on.
 */
export class SkBuffs {
  saddr: Int32Array;
  daddr: Int32Array;
  sport: Uint16Array;
  dport: Uint16Array;
  protocol: Uint8Array;
  /** TCP flags; for ICMP, type << 4 | code of a destination unreachable (see icmp.ts). */
  flags: Uint8Array;
  seq: Int32Array;
  ack: Int32Array;
  /** Payload bytes. */
  len: Int32Array;
  /**
   * skb->_nfct: the conntrack entry and, in the lowest bit, the packet's direction in it (0 original, 1 reply);
   * NO_CONNTRACK or UNTRACKED.
   */
  nfct: Int32Array;
  /** The real server a frame is sent to (index of ip_vs_dest), for direct routing and tunnels; -1 none. */
  nexthop: Int32Array;
  /** Encapsulation, set by the tunnel transmitter. */
  encapsulation: Uint8Array;
  /** Transmission number of this segment at its sender: 0 first, 1.. retransmissions. */
  retransmission: Uint8Array;
  /** What the payload says to the application at the other end; only hosts read it. */
  message: Uint8Array;
  #free: Int32Array;
  #freeCount = 0;
  #used = 0;

  constructor(capacity = 1024) {
    this.saddr = new Int32Array(capacity);
    this.daddr = new Int32Array(capacity);
    this.sport = new Uint16Array(capacity);
    this.dport = new Uint16Array(capacity);
    this.protocol = new Uint8Array(capacity);
    this.flags = new Uint8Array(capacity);
    this.seq = new Int32Array(capacity);
    this.ack = new Int32Array(capacity);
    this.len = new Int32Array(capacity);
    this.nfct = new Int32Array(capacity);
    this.nexthop = new Int32Array(capacity);
    this.encapsulation = new Uint8Array(capacity);
    this.retransmission = new Uint8Array(capacity);
    this.message = new Uint8Array(capacity);
    this.#free = new Int32Array(capacity);
  }

  /** Packets in existence. */
  get live(): number {
    return this.#used - this.#freeCount;
  }

  /** alloc_skb(): a packet without conntrack, next hop or encapsulation; the caller fills in the rest. */
  alloc(): number {
    const skb = this.#freeCount > 0 ? this.#free[--this.#freeCount]! : this.#extend();
    this.nfct[skb] = NO_CONNTRACK;
    this.nexthop[skb] = -1;
    this.encapsulation[skb] = Encapsulation.none;
    this.retransmission[skb] = 0;
    return skb;
  }

  /** kfree_skb(): also what dropping a packet comes to. */
  free(skb: number): void {
    this.#free[this.#freeCount++] = skb;
  }

  #extend(): number {
    if (this.#used === this.saddr.length) {
      const capacity = this.#used * 2;
      this.saddr = resize(this.saddr, capacity);
      this.daddr = resize(this.daddr, capacity);
      this.sport = resize(this.sport, capacity);
      this.dport = resize(this.dport, capacity);
      this.protocol = resize(this.protocol, capacity);
      this.flags = resize(this.flags, capacity);
      this.seq = resize(this.seq, capacity);
      this.ack = resize(this.ack, capacity);
      this.len = resize(this.len, capacity);
      this.nfct = resize(this.nfct, capacity);
      this.nexthop = resize(this.nexthop, capacity);
      this.encapsulation = resize(this.encapsulation, capacity);
      this.retransmission = resize(this.retransmission, capacity);
      this.message = resize(this.message, capacity);
      this.#free = resize(this.#free, capacity);
    }
    return this.#used++;
  }
}
