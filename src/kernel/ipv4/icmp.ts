/** net/ipv4/icmp.c, net/ipv6/icmp.c: sending "destination unreachable", and how often one client may be told. */
import { resize } from '../../engine/columns.ts';
import { isIpv6Number } from '../../text/address_book.ts';
import { dropSkb } from '../drop.ts';
import { isLocal, type Net, ownAddresses } from '../net.ts';
import { Out } from '../netfilter/out.ts';
import { IPPROTO_ICMP, type SkBuffs } from '../sk_buff.ts';
import { ECONNREFUSED, EHOSTUNREACH, ENETUNREACH } from './tcp_states.ts';

const ICMP_DEST_UNREACH = 3;
const ICMP_HOST_UNREACH = 1;
const ICMP_PROT_UNREACH = 2;
const ICMP_PORT_UNREACH = 3;
const ICMPV6_DEST_UNREACH = 1;
const ICMPV6_ADDR_UNREACH = 3;
const ICMPV6_PORT_UNREACH = 4;
const ICMPV6_PARAMPROB = 4;
const ICMPV6_UNK_NEXTHDR = 1;
/** inet_peer_xrlim_allow(): a client that was quiet may get this many at once. */
const XRLIM_BURST_FACTOR = 6;

/** Type and code in one byte, as sk_buff's `flags` holds them for ICMP. */
export const ICMP_PORT_UNREACHABLE = (ICMP_DEST_UNREACH << 4) | ICMP_PORT_UNREACH;
export const ICMP_HOST_UNREACHABLE = (ICMP_DEST_UNREACH << 4) | ICMP_HOST_UNREACH;
export const ICMP_PROTOCOL_UNREACHABLE = (ICMP_DEST_UNREACH << 4) | ICMP_PROT_UNREACH;

/** What the same is in ICMPv6; an unknown protocol is a "parameter problem" there, of the header that names it. */
const ICMPV6_PORT_UNREACHABLE = (ICMPV6_DEST_UNREACH << 4) | ICMPV6_PORT_UNREACH;
const ICMPV6_HOST_UNREACHABLE = (ICMPV6_DEST_UNREACH << 4) | ICMPV6_ADDR_UNREACH;
const ICMPV6_PROTOCOL_UNREACHABLE = (ICMPV6_PARAMPROB << 4) | ICMPV6_UNK_NEXTHDR;

const ICMPV6: Readonly<Record<number, number>> = {
  [ICMP_PORT_UNREACHABLE]: ICMPV6_PORT_UNREACHABLE,
  [ICMP_HOST_UNREACHABLE]: ICMPV6_HOST_UNREACHABLE,
  [ICMP_PROTOCOL_UNREACHABLE]: ICMPV6_PROTOCOL_UNREACHABLE,
};

/** icmp_err_convert[] and, of IPv6, tab_unreach[] of "destination unreachable", by type and code. */
const ERRNO: Readonly<Record<number, number>> = {
  [ICMP_DEST_UNREACH << 4]: ENETUNREACH,
  [ICMP_HOST_UNREACHABLE]: EHOSTUNREACH,
  [ICMP_PORT_UNREACHABLE]: ECONNREFUSED,
  [ICMPV6_DEST_UNREACH << 4]: ENETUNREACH,
  [ICMPV6_HOST_UNREACHABLE]: EHOSTUNREACH,
  [ICMPV6_PORT_UNREACHABLE]: ECONNREFUSED,
};

/** The error of that kind to a client of either family. */
function inFamilyOf(client: number, typeAndCode: number): number {
  return isIpv6Number(client) ? ICMPV6[typeAndCode]! : typeAndCode;
}

/** Whether an error says that the host does not know the packet's protocol. */
export function isProtocolUnreachable(typeAndCode: number): boolean {
  return typeAndCode === ICMP_PROTOCOL_UNREACHABLE || typeAndCode === ICMPV6_PROTOCOL_UNREACHABLE;
}

/** The error that a socket is told of. */
export function icmpErrno(typeAndCode: number): number {
  return ERRNO[typeAndCode] ?? EHOSTUNREACH;
}

/** struct inet_peer, of which only the token bucket for ICMP errors is modelled. */
export class IcmpLimiter {
  readonly #peers = new Map<number, number>();
  #tokens = new Int32Array(16);
  #last = new Int32Array(16);

  /** inet_peer_xrlim_allow(): whether `client` may be sent an error at `jiffies`; takes a token if so. */
  allow(client: number, jiffies: number, timeout: number): boolean {
    if (timeout === 0) return true;
    const peer = this.#peer(client, jiffies, timeout);
    const tokens = Math.min(this.#tokens[peer]! + jiffies - this.#last[peer]!, XRLIM_BURST_FACTOR * timeout);
    this.#last[peer] = jiffies;
    this.#tokens[peer] = tokens >= timeout ? tokens - timeout : tokens;
    return tokens >= timeout;
  }

  #peer(client: number, jiffies: number, timeout: number): number {
    const known = this.#peers.get(client);
    if (known !== undefined) return known;
    const peer = this.#peers.size;
    if (peer === this.#tokens.length) {
      this.#tokens = resize(this.#tokens, peer * 2);
      this.#last = resize(this.#last, peer * 2);
    }
    this.#peers.set(client, peer);
    // inet_getpeer(): a new peer starts as if it had been quiet for a minute.
    this.#tokens[peer] = 0;
    this.#last[peer] = jiffies - 60 * timeout;
    return peer;
  }
}

/** nf_send_unreach(): as icmpUnreachable(), but from the node's own address where the packet only passes through. */
export function icmpReject(net: Net, skb: number, typeAndCode: number, kernelFunction: string): void {
  const { skbs } = net;
  const source = ownAddresses(net, skbs.saddr(skb)).clientSide;
  icmp_send(net, skb, typeAndCode, skbs.daddr(skb), skbs.dport(skb), source === 0 ? skbs.daddr(skb) : source);
  dropSkb(net, skb, 'no_dest', kernelFunction);
}

/** Where an error comes from; its saddr and dport are those of the packet it answers, as the client knows it. */
export function icmpSource(skbs: SkBuffs, error: number): number {
  return skbs.message(error);
}

/** Answers the packet with "destination unreachable" of the given code, if it may, and drops it. */
export function icmpUnreachable(net: Net, skb: number, typeAndCode: number, kernelFunction: string): void {
  const { skbs } = net;
  icmp_send(net, skb, typeAndCode, skbs.daddr(skb), skbs.dport(skb));
  dropSkb(net, skb, 'no_dest', kernelFunction);
}

function icmpTimeout({ timers }: Net, limit_ms: number): number {
  return Math.floor((limit_ms * timers.hz) / 1000);
}

/** net.ipv6.icmp.ratelimit. */
const ICMPV6_RATELIMIT_MS = 1000;
/** Clients are on the director's link, behind a route of a /64, in the recordings, too. */
const ON_LINK_PREFIX = 64;

/** icmpv6_xrlim_allow() (v6.1): the wider the prefix of the route back, the less time between two errors. */
function icmpv6Timeout(net: Net): number {
  return icmpTimeout(net, ICMPV6_RATELIMIT_MS) >> ((128 - ON_LINK_PREFIX) >> 5);
}

/**
 * icmp_send(), icmp6_send(): tells the packet's sender that its destination is unreachable, unless the sender has had its
 * share: then it returns false. `daddr` and `dport` are the destination as the sender knows it, `source` is who says so,
 * and `out` where the sender is.
 */
export function icmp_send(
  net: Net,
  skb: number,
  typeAndCode: number,
  daddr: number,
  dport: number,
  source = daddr,
  out: number = Out.client,
): boolean {
  const { skbs } = net;
  const client = skbs.saddr(skb);
  const timeout = isIpv6Number(client) ? icmpv6Timeout(net) : icmpTimeout(net, net.sysctl.icmp_ratelimit);
  // icmpv4_xrlim_allow(), icmpv6_xrlim_allow(): no limit on the loopback device.
  const isOwn = net.output.toNode !== undefined && isLocal(net, client);
  if (!isOwn && !net.icmp.allow(client, net.timers.jiffies, timeout)) return false;
  const error = skbs.alloc();
  skbs.setProtocol(error, IPPROTO_ICMP);
  skbs.setFlags(error, inFamilyOf(client, typeAndCode));
  skbs.setSaddr(error, daddr);
  skbs.setDaddr(error, client);
  skbs.setSport(error, skbs.sport(skb));
  skbs.setDport(error, dport);
  skbs.setSeq(error, skbs.seq(skb));
  skbs.setAck(error, skbs.ack(skb));
  skbs.setMessage(error, source);
  skbs.setLen(error, 0);
  if (isOwn) net.output.toNode!(error);
  else if (out === Out.server) net.output.toServer(error);
  else net.output.toClient(error);
  return true;
}
