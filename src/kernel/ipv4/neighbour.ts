/**
 * net/core/neighbour.c: what the director does with packets for an address that no longer answers. They wait
 * in the neighbour's queue while ARP or, for IPv6, neighbour discovery asks three times; then each is answered with "host unreachable", as far
 * as the client's share of ICMP errors goes, and dropped. The next packet begins it all again.
 *
 * Only addresses that are gone have a neighbour here: all others are taken to be resolved at once.
 */
import { NO_NODE } from '../../engine/hash_chains.ts';
import { TimerWheel } from '../../engine/timer_wheel.ts';
import { isIpv6Number } from '../../text/address_book.ts';
import { dropSkb } from '../drop.ts';
import { IP_VS_CONN_F_FWD_MASK, IP_VS_CONN_F_MASQ } from '../ipvs/ip_vs_flags.ts';
import type { Net } from '../net.ts';
import { IP_CT_DIR_REPLY } from '../netfilter/nf_conntrack_core.ts';
import { Encapsulation } from '../sk_buff.ts';
import { ICMP_HOST_UNREACHABLE, icmp_send } from './icmp.ts';

/** MCAST_PROBES: broadcasts to which nobody answers. */
const PROBES = 3;
/** RETRANS_TIME: seconds between them, and after the last one. */
const RETRANS_TIME_S = 1;
/** UNRES_QLEN_BYTES: 64 KiB until v4.14 made it SK_WMEM_MAX (eaa72dc4748e). */
const QUEUE_BYTES_BEFORE_4_14 = 65_536;
const QUEUE_BYTES = 212_992;
/**
 * skb->truesize of a segment that fits the linear part of its buffer, as the queue counts it. Deviation: the
 * same for every packet; larger ones would fill the queue sooner.
 */
const TRUESIZE = 1280;

interface Neighbour {
  readonly address: number;
  /** NUD_INCOMPLETE while ARP asks; else NUD_FAILED, or not there at all. */
  incomplete: boolean;
  probes: number;
  /** arp_queue. */
  queue: number[];
}

export class Neighbours {
  readonly #net: Net;
  readonly #timers: TimerWheel;
  /** By number of the timer; a neighbour that comes back leaves its place to the next one that goes. */
  readonly #neighbours: (Neighbour | null)[] = [];
  readonly #longestQueue: number;

  constructor(net: Net) {
    const { features, simulation, timers } = net;
    this.#net = net;
    this.#longestQueue = Math.floor(
      (features.largeNeighbourQueue ? QUEUE_BYTES : QUEUE_BYTES_BEFORE_4_14) / TRUESIZE,
    );
    const wheel = { hz: timers.hz, onTheJiffy: !features.lateTimers };
    this.#timers = new TimerWheel(simulation, wheel, (timer) => this.#timeout(timer));
  }

  /** neigh_carrier_down(): the address is gone, and what was known of it is forgotten. */
  lose(address: number): void {
    if (this.#find(address) >= 0) return;
    const free = this.#neighbours.indexOf(null);
    const timer = free >= 0 ? free : this.#neighbours.length;
    this.#neighbours[timer] = { address: address | 0, incomplete: false, probes: 0, queue: [] };
  }

  /**
   * neigh_update(): the address is there again, and what waits for it is sent at once. Deviation: the kernel
   * sends it when the next probe is answered, up to a second later.
   */
  find(address: number): void {
    const timer = this.#find(address);
    if (timer < 0) return;
    const { queue } = this.#neighbours[timer]!;
    this.#neighbours[timer] = null;
    this.#timers.del(timer);
    for (const skb of queue) this.#net.output.toServer(skb);
  }

  /** neigh_resolve_output(): false when the packet waits, and is the neighbour's from now on. */
  output(skb: number): boolean {
    const { skbs, dests, firstNexthop } = this.#net;
    const nexthop = skbs.nexthop(skb);
    const timer = this.#find(nexthop >= 0 ? dests[nexthop - firstNexthop]!.addr : skbs.daddr(skb) | 0);
    if (timer < 0) return true;
    this.#eventSend(timer, skb);
    return false;
  }

  #find(address: number): number {
    return this.#neighbours.findIndex(
      (neighbour) => neighbour !== null && neighbour.address === (address | 0),
    );
  }

  /** __neigh_event_send(): the packet joins the queue; the first one makes ARP ask. */
  #eventSend(timer: number, skb: number): void {
    const neighbour = this.#neighbours[timer]!;
    if (!neighbour.incomplete) {
      neighbour.incomplete = true;
      neighbour.probes = 1;
      this.#arm(timer);
    }
    const { queue } = neighbour;
    if (queue.length >= this.#longestQueue) {
      dropSkb(this.#net, queue.shift()!, 'unreachable', '__neigh_event_send');
    }
    queue.push(skb);
  }

  /** neigh_timer_handler(). */
  #timeout(timer: number): void {
    const neighbour = this.#neighbours[timer]!;
    if (neighbour.probes < PROBES) {
      neighbour.probes++;
      this.#arm(timer);
      return;
    }
    // neigh_invalidate(): what the errors make clients send finds the neighbour FAILED, in a queue of its own.
    neighbour.incomplete = false;
    const { queue } = neighbour;
    neighbour.queue = [];
    for (const skb of queue) this.#errorReport(skb);
  }

  #arm(timer: number): void {
    this.#timers.mod(timer, this.#timers.jiffies + RETRANS_TIME_S * this.#timers.hz);
  }

  /**
   * arp_error_report(), ndisc_error_report(): ipv4_link_failure(), ip6_link_failure(). An error about the outer packet of a tunnel goes to the director
   * itself.
   */
  #errorReport(skb: number): void {
    const net = this.#net;
    const { skbs } = net;
    if (skbs.encapsulation(skb) !== Encapsulation.ipip) {
      if (!ipVsOutIcmp(net, skb)) natIcmpReply(net, skb);
      icmp_send(net, skb, ICMP_HOST_UNREACHABLE, skbs.daddr(skb), skbs.dport(skb));
    }
    const isIpv6 = isIpv6Number(skbs.saddr(skb));
    dropSkb(net, skb, 'unreachable', isIpv6 ? 'ndisc_error_report' : 'arp_error_report');
  }
}

/** ip_vs_out_icmp(): the packet that the error names gets its virtual address back, if it has an entry. */
function ipVsOutIcmp(net: Net, skb: number): boolean {
  const { conns, skbs } = net;
  const cp = conns.outGet(
    net,
    skbs.protocol(skb),
    skbs.daddr(skb),
    skbs.dport(skb),
    skbs.saddr(skb),
    skbs.sport(skb),
  );
  if (cp === NO_NODE) return false;
  if ((conns.flags[cp]! & IP_VS_CONN_F_FWD_MASK) === IP_VS_CONN_F_MASQ) {
    const virtual = net.virtuals[conns.virtual[cp]!]!;
    skbs.setDaddr(skb, virtual.addr);
    skbs.setDport(skb, virtual.port);
  }
  return true;
}

/** nf_nat_icmp_reply_translation(): the same by conntrack, which also knows of a source that NAT has changed. */
function natIcmpReply({ skbs, conntracks }: Net, skb: number): void {
  const node = conntracks.find(
    skbs.protocol(skb),
    skbs.daddr(skb),
    skbs.dport(skb),
    skbs.saddr(skb),
    skbs.sport(skb),
  );
  if (node === NO_NODE || (node & 1) !== IP_CT_DIR_REPLY) return;
  const ct = node >> 1;
  skbs.setSaddr(skb, conntracks.origSaddr[ct]!);
  skbs.setSport(skb, conntracks.origSport[ct]!);
  skbs.setDaddr(skb, conntracks.origDaddr[ct]!);
  skbs.setDport(skb, conntracks.origDport[ct]!);
}
