/**
 * nf_nat_core.c: what a new conntrack is bound to, and how packets are rewritten by it. Where NAT rules exist, every
 * flow is bound, be it to its own addresses (the null binding): when another flow already holds its reply tuple,
 * it gets another source port.
 */
import { NO_NODE } from '../../engine/hash_chains.ts';
import type { Net } from '../net.ts';
import {
  IP_CT_DIR_ORIGINAL,
  IPS_CONFIRMED,
  IPS_DST_NAT,
  IPS_DST_NAT_DONE,
  IPS_SRC_NAT,
  IPS_SRC_NAT_DONE,
} from './nf_conntrack_core.ts';
import { nf_ct_expires } from './nf_conntrack_timeout.ts';

/** nf_nat_l4proto_unique_tuple(): tries from a random offset, then from others with ever fewer tries. */
const ATTEMPTS = [128, 64, 32, 16, 8];

/** nf_nat_setup_info() for the destination, with address and port given, as DNAT rules do. */
export function nf_nat_setup_dst(net: Net, ct: number, addr: number, port: number): void {
  const { conntracks: table } = net;
  if ((table.status[ct]! & IPS_CONFIRMED) !== 0) return;
  const changes = table.replySaddr[ct] !== addr || table.replySport[ct] !== port;
  table.replySaddr[ct] = addr;
  table.replySport[ct] = port;
  table.status[ct]! |= changes ? IPS_DST_NAT_DONE | IPS_DST_NAT : IPS_DST_NAT_DONE;
}

/**
 * nf_nat_setup_info() for the source: the flow comes from `addr` and from its own port where it may, or from a port
 * that is drawn.
 */
export function nf_nat_setup_src(net: Net, ct: number, addr: number, randomFully: boolean): void {
  const { conntracks: table } = net;
  if ((table.status[ct]! & IPS_CONFIRMED) !== 0) return;
  const port = uniqueSourcePort(net, ct, addr, randomFully);
  const changes = table.replyDaddr[ct] !== addr || table.replyDport[ct] !== port;
  table.replyDaddr[ct] = addr;
  table.replyDport[ct] = port;
  table.status[ct]! |= changes ? IPS_SRC_NAT_DONE | IPS_SRC_NAT : IPS_SRC_NAT_DONE;
  table.addBySource(ct);
}

/** nf_nat_alloc_null_binding() for the source: at POST_ROUTING and LOCAL_IN, before the entry is confirmed. */
export function nf_nat_null_binding(net: Net, ct: number): void {
  const { conntracks: table } = net;
  if (!net.natHooks || (table.status[ct]! & (IPS_SRC_NAT_DONE | IPS_CONFIRMED)) !== 0) return;
  nf_nat_setup_src(net, ct, table.replyDaddr[ct]!, false);
}

/** get_unique_tuple() for the source: the port. */
function uniqueSourcePort(net: Net, ct: number, addr: number, randomFully: boolean): number {
  const { conntracks: table } = net;
  const own = table.replyDport[ct]!;
  if (!randomFully) {
    if (addr !== table.replyDaddr[ct]) {
      // 1) A mapping of the same client address and port is used again, if it is free towards this server.
      const mapped = find_appropriate_src(net, ct, addr);
      if (mapped !== 0 && !isTaken(net, ct, addr, mapped)) return mapped;
    }
    if (!isTaken(net, ct, addr, own)) return own;
  }
  const [low, high] = own >= 1024 ? [1024, 65535] : own < 512 ? [1, 511] : [600, 1023];
  return uniquePort(net, ct, addr, low, high - low + 1);
}

/**
 * find_appropriate_src(): the port that `addr` has lent to another flow from the same client address and port, the
 * newest such flow first; 0 if there is none.
 */
function find_appropriate_src(net: Net, ct: number, addr: number): number {
  const { conntracks: table } = net;
  const protocol = table.protocol[ct]!;
  const saddr = table.replyDaddr[ct]!;
  const sport = table.replyDport[ct]!;
  const { bySource } = table;
  if (bySource === null) return 0;
  let other = bySource.first(protocol, saddr, sport);
  for (; other !== NO_NODE; other = bySource.next(other)) {
    if (
      table.protocol[other] === protocol &&
      table.origSaddr[other] === saddr &&
      table.origSport[other] === sport &&
      table.replyDaddr[other] === addr
    ) {
      return table.replyDport[other]!;
    }
  }
  return 0;
}

/** nf_nat_l4proto_unique_tuple() */
function uniquePort(net: Net, ct: number, addr: number, low: number, size: number): number {
  let port = low;
  for (const attempts of ATTEMPTS) {
    const offset = net.chance.portOffset(low, size);
    for (let attempt = 0; attempt < Math.min(attempts, size); attempt++) {
      port = low + ((offset + attempt) % size);
      if (!isTaken(net, ct, addr, port)) return port;
    }
    if (attempts >= size) break;
  }
  // Every try was taken: the last port stays, and the clash shows when the entry is confirmed.
  return port;
}

/**
 * nf_nat_used_tuple(), nf_conntrack_tuple_taken(): whether another entry, whatever its state, has this one's reply
 * tuple with addr:port as destination.
 */
function isTaken(net: Net, ct: number, addr: number, port: number): boolean {
  const { conntracks: table } = net;
  const node = table.find(table.protocol[ct]!, table.replySaddr[ct]!, table.replySport[ct]!, addr, port);
  if (node === NO_NODE || node >> 1 === ct) return false;
  if (nf_ct_expires(net, node >> 1) > 0) return true;
  // nf_ct_gc_expired()
  table.kill(node >> 1);
  return false;
}

/** nf_nat_packet() where destinations are translated: PRE_ROUTING and LOCAL_OUT. */
export function nf_nat_packet_dst(net: Net, skb: number): void {
  const { conntracks: table, skbs } = net;
  const node = skbs.nfct(skb);
  const ct = node >> 1;
  if (node < 0) return;
  const status = table.status[ct]!;
  if ((node & 1) === IP_CT_DIR_ORIGINAL) {
    if ((status & IPS_DST_NAT) === 0) return;
    skbs.setDaddr(skb, table.replySaddr[ct]!);
    skbs.setDport(skb, table.replySport[ct]!);
  } else if ((status & IPS_SRC_NAT) !== 0) {
    skbs.setDaddr(skb, table.origSaddr[ct]!);
    skbs.setDport(skb, table.origSport[ct]!);
  }
}

/** nf_nat_packet() where sources are: POST_ROUTING and LOCAL_IN. */
export function nf_nat_packet_src(net: Net, skb: number): void {
  const { conntracks: table, skbs } = net;
  const node = skbs.nfct(skb);
  const ct = node >> 1;
  if (node < 0) return;
  const status = table.status[ct]!;
  if ((node & 1) === IP_CT_DIR_ORIGINAL) {
    if ((status & IPS_SRC_NAT) === 0) return;
    skbs.setSaddr(skb, table.replyDaddr[ct]!);
    skbs.setSport(skb, table.replyDport[ct]!);
  } else if ((status & IPS_DST_NAT) !== 0) {
    skbs.setSaddr(skb, table.origDaddr[ct]!);
    skbs.setSport(skb, table.origDport[ct]!);
  }
}
