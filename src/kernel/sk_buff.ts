/**
 * include/linux/skbuff.h: packets, by number. A packet that waits on a wire or walks through the director is its
 * number; no object is made for it.
 */
import { resize } from '../engine/columns.ts';
import { AddressBook } from '../text/address_book.ts';
import { SctpChunk } from '../text/sctp_chunk.ts';

export const IPPROTO_ICMP = 1;
/** What a persistence template of marked packets has for a protocol. */
export const IPPROTO_IP = 0;
export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;
/**
 * Of its packets `flags` is the type of their chunk with its flags (sctp_chunk.ts), `seq` the verification tag, `ack` the
 * initiate tag of INIT and INIT-ACK; else what hosts make of it (sctp/sctp_output.ts).
 */
export const IPPROTO_SCTP = 132;

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

/** Words of a packet: one line of the cache. */
const WORDS = 16;
const INITIAL_PACKETS = 1024;
/** In place of a packet: the end of the list of free ones. */
const NONE = -1;

// Where a packet's words are.
const SADDR = 0;
const DADDR = 1;
const SPORT = 2;
const DPORT = 3;
const PROTOCOL = 4;
const FLAGS = 5;
const SEQ = 6;
const ACK = 7;
const LEN = 8;
const NFCT = 9;
const NEXTHOP = 10;
/** What its sender made of it: the encapsulation in the lowest bit, the transmission's number above. */
const SENT = 11;
const TSVAL = 12;
const MESSAGE = 13;
const ROUTE = 14;
const NEXT_FREE = 15;

/**
 * A packet is a record of sixteen words in one array, and its number is the record's offset: a function that reads
 * six fields of it finds the array once. Addresses and sequence numbers are signed 32-bit integers throughout: a
 * number above 2^31 would be boxed each time it is passed on.
 */
export class SkBuffs {
  /** What the numbers of addresses stand for. */
  readonly book: AddressBook;
  // Private, not #: access to a # field makes a function too long for V8 to inline it wherever it is called.
  private words = new Int32Array(INITIAL_PACKETS * WORDS);
  private freeHead = NONE;
  private used = 0;

  /** `book`: of the run; without one there is nothing but IPv4. */
  constructor(book = new AddressBook()) {
    this.book = book;
  }
  /** Packets in existence. */
  live = 0;

  /** alloc_skb(): a packet without conntrack, next hop or encapsulation; the caller fills in the rest. */
  alloc(): number {
    let skb = this.freeHead;
    if (skb === NONE) skb = this.extend();
    else this.freeHead = this.words[skb | NEXT_FREE]!;
    this.live++;
    this.words[skb | NFCT] = NO_CONNTRACK;
    this.words[skb | NEXTHOP] = -1;
    this.words[skb | SENT] = Encapsulation.none;
    this.words[skb | TSVAL] = 0;
    return skb;
  }

  /** kfree_skb(): also what dropping a packet comes to. What it said can be read until the next alloc(). */
  free(skb: number): void {
    this.words[skb | NEXT_FREE] = this.freeHead;
    this.freeHead = skb;
    this.live--;
  }

  /** Both addresses and ports at once. */
  setEnds(skb: number, saddr: number, sport: number, daddr: number, dport: number): void {
    const { words } = this;
    words[skb | SADDR] = saddr | 0;
    words[skb | SPORT] = sport & 0xffff;
    words[skb | DADDR] = daddr | 0;
    words[skb | DPORT] = dport & 0xffff;
  }

  saddr(skb: number): number {
    return this.words[skb | SADDR]!;
  }

  setSaddr(skb: number, saddr: number): void {
    this.words[skb | SADDR] = saddr | 0;
  }

  daddr(skb: number): number {
    return this.words[skb | DADDR]!;
  }

  setDaddr(skb: number, daddr: number): void {
    this.words[skb | DADDR] = daddr | 0;
  }

  sport(skb: number): number {
    return this.words[skb | SPORT]!;
  }

  setSport(skb: number, sport: number): void {
    this.words[skb | SPORT] = sport & 0xffff;
  }

  dport(skb: number): number {
    return this.words[skb | DPORT]!;
  }

  setDport(skb: number, dport: number): void {
    this.words[skb | DPORT] = dport & 0xffff;
  }

  /** Whether it asks for a connection: a SYN, or an INIT. */
  isSyn(skb: number): boolean {
    const protocol = this.protocol(skb);
    if (protocol === IPPROTO_SCTP) return this.flags(skb) === SctpChunk.INIT;
    return protocol === IPPROTO_TCP && (this.flags(skb) & (TH_SYN | TH_ACK)) === TH_SYN;
  }

  /** IPPROTO_... */
  protocol(skb: number): number {
    return this.words[skb | PROTOCOL]!;
  }

  setProtocol(skb: number, protocol: number): void {
    this.words[skb | PROTOCOL] = protocol | 0;
  }

  /** TCP flags; for ICMP, type << 4 | code of a destination unreachable (see icmp.ts). */
  flags(skb: number): number {
    return this.words[skb | FLAGS]!;
  }

  setFlags(skb: number, flags: number): void {
    this.words[skb | FLAGS] = flags | 0;
  }

  seq(skb: number): number {
    return this.words[skb | SEQ]!;
  }

  setSeq(skb: number, seq: number): void {
    this.words[skb | SEQ] = seq | 0;
  }

  ack(skb: number): number {
    return this.words[skb | ACK]!;
  }

  setAck(skb: number, ack: number): void {
    this.words[skb | ACK] = ack | 0;
  }

  /** Payload bytes. */
  len(skb: number): number {
    return this.words[skb | LEN]!;
  }

  setLen(skb: number, len: number): void {
    this.words[skb | LEN] = len | 0;
  }

  /**
   * skb->_nfct: the conntrack entry and, in the lowest bit, the packet's direction in it (0 original, 1 reply);
   * NO_CONNTRACK or UNTRACKED.
   */
  nfct(skb: number): number {
    return this.words[skb | NFCT]!;
  }

  setNfct(skb: number, nfct: number): void {
    this.words[skb | NFCT] = nfct | 0;
  }

  /** The real server a frame is sent to (firstNexthop and the index of its ip_vs_dest), for direct routing and tunnels; -1 none. */
  nexthop(skb: number): number {
    return this.words[skb | NEXTHOP]!;
  }

  setNexthop(skb: number, nexthop: number): void {
    this.words[skb | NEXTHOP] = nexthop | 0;
  }

  /** Encapsulation, set by the tunnel transmitter. */
  encapsulation(skb: number): number {
    return this.words[skb | SENT]! & 1;
  }

  setEncapsulation(skb: number, encapsulation: number): void {
    this.words[skb | SENT] = (this.words[skb | SENT]! & ~1) | encapsulation;
  }

  /** Transmission number of this segment at its sender: 0 first, 1.. retransmissions. */
  retransmission(skb: number): number {
    return this.words[skb | SENT]! >> 1;
  }

  setRetransmission(skb: number, retransmission: number): void {
    this.words[skb | SENT] = (this.words[skb | SENT]! & 1) | (retransmission << 1);
  }

  /** Its TCP time stamp; 0 for a segment without (NO_TIMESTAMP). */
  tsval(skb: number): number {
    return this.words[skb | TSVAL]!;
  }

  setTsval(skb: number, tsval: number): void {
    this.words[skb | TSVAL] = tsval | 0;
  }

  /** What the payload says to the application at the other end; only hosts read it. */
  message(skb: number): number {
    return this.words[skb | MESSAGE]!;
  }

  setMessage(skb: number, message: number): void {
    this.words[skb | MESSAGE] = message | 0;
  }

  /** Where the packet goes on after the node's CPU has worked on it (see network/packet_costs.ts). */
  route(skb: number): number {
    return this.words[skb | ROUTE]!;
  }

  setRoute(skb: number, route: number): void {
    this.words[skb | ROUTE] = route | 0;
  }

  private extend(): number {
    const skb = this.used;
    if (skb === this.words.length) this.words = resize(this.words, this.words.length * 2);
    this.used += WORDS;
    return skb;
  }
}
