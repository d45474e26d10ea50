/** Where packets meet conntrack: nf_conntrack_in() at the start of the path, nf_conntrack_confirm() at its end. */
import { NO_NODE } from '../../engine/hash_chains.ts';
import type { Net } from '../net.ts';
import { IPPROTO_SCTP, IPPROTO_TCP, IPPROTO_UDP, NO_CONNTRACK, UNTRACKED } from '../sk_buff.ts';
import {
  IP_CT_DIR_ORIGINAL,
  IP_CT_DIR_REPLY,
  IPS_ASSURED,
  IPS_DST_NAT_DONE,
  IPS_SEEN_REPLY,
  IPS_SRC_NAT_DONE,
  nf_ct_put,
} from './nf_conntrack_core.ts';
import { nf_conntrack_sctp_packet } from './nf_conntrack_proto_sctp.ts';
import { CtVerdict, nf_conntrack_tcp_packet } from './nf_conntrack_proto_tcp.ts';
import { nf_conntrack_udp_packet } from './nf_conntrack_proto_udp.ts';
import { nf_ct_expires } from './nf_conntrack_timeout.ts';

/** nf_conntrack_in() at PRE_ROUTING and LOCAL_OUT; false when the packet must be dropped. */
export function nf_conntrack_in(net: Net, skb: number): boolean {
  const { skbs, conntracks: table } = net;
  if (!net.conntrackHooks || skbs.nfct(skb) !== NO_CONNTRACK) return true;
  const protocol = skbs.protocol(skb);
  if (protocol !== IPPROTO_TCP && protocol !== IPPROTO_UDP && protocol !== IPPROTO_SCTP) return true;
  for (;;) {
    const node = resolve_normal_ct(net, skb);
    if (node === NO_NODE) {
      table.stats.drop++;
      return false;
    }
    const ct = node >> 1;
    const ctdir = node & 1;
    if (protocol === IPPROTO_UDP) {
      nf_conntrack_udp_packet(net, ct, ctdir);
      attach(net, skb, node);
      return true;
    }
    const verdict =
      protocol === IPPROTO_TCP
        ? nf_conntrack_tcp_packet(net, ct, ctdir, skb)
        : nf_conntrack_sctp_packet(net, ct, ctdir, skb)
          ? CtVerdict.accept
          : CtVerdict.invalid;
    if (verdict === CtVerdict.accept) {
      attach(net, skb, node);
      return true;
    }
    if (verdict === CtVerdict.invalid) {
      table.stats.invalid++;
      if (!table.isConfirmed(ct)) table.free(ct);
      return true;
    }
  }
}

function attach(net: Net, skb: number, node: number): void {
  net.skbs.setNfct(skb, node);
  if ((node & 1) === IP_CT_DIR_REPLY) net.conntracks.status[node >> 1]! |= IPS_SEEN_REPLY;
}

/** resolve_normal_ct(): the packet's entry, made if there is none; NO_NODE when the table is full. */
function resolve_normal_ct(net: Net, skb: number): number {
  const { skbs, conntracks: table } = net;
  const protocol = skbs.protocol(skb);
  const saddr = skbs.saddr(skb);
  const sport = skbs.sport(skb);
  const daddr = skbs.daddr(skb);
  const dport = skbs.dport(skb);
  const node = table.find(protocol, saddr, sport, daddr, dport);
  if (node !== NO_NODE) {
    if (nf_ct_expires(net, node >> 1) > 0) {
      table.stats.found++;
      return node;
    }
    // nf_ct_gc_expired(): a lookup removes what has run out.
    table.kill(node >> 1);
  }
  const max = net.sysctl.nf_conntrack_max;
  if (max !== 0 && table.count >= max && !early_drop(net)) return NO_NODE;
  return table.alloc(protocol, saddr, sport, daddr, dport) * 2;
}

/**
 * early_drop(): makes room by removing one entry that never was assured. Deviation: the kernel looks at eight
 * buckets from the new tuple's on; here it is the first such entry among as many slots from a rolling start.
 */
function early_drop(net: Net): boolean {
  const { conntracks: table } = net;
  for (let step = 0; step < Math.min(table.used, EARLY_DROP_SLOTS); step++) {
    const ct = (net.earlyDropStart + step) % table.used;
    if (table.isConfirmed(ct) && (table.status[ct]! & IPS_ASSURED) === 0) {
      table.kill(ct);
      table.stats.early_drop++;
      net.earlyDropStart = ct + 1;
      return true;
    }
  }
  net.earlyDropStart += EARLY_DROP_SLOTS;
  return false;
}

const EARLY_DROP_SLOTS = 8;

/** nf_conntrack_confirm(): a new entry enters the table; false when it clashes and its packet must be dropped. */
export function nf_conntrack_confirm(net: Net, skb: number): boolean {
  const { skbs, conntracks: table } = net;
  const node = skbs.nfct(skb);
  const ct = node >> 1;
  if (node < 0 || table.isConfirmed(ct) || (node & 1) !== IP_CT_DIR_ORIGINAL) return true;
  const original = table.find(
    table.protocol[ct]!,
    table.origSaddr[ct]!,
    table.origSport[ct]!,
    table.origDaddr[ct]!,
    table.origDport[ct]!,
  );
  const reply = table.find(
    table.protocol[ct]!,
    table.replySaddr[ct]!,
    table.replySport[ct]!,
    table.replyDaddr[ct]!,
    table.replyDport[ct]!,
  );
  const winner = original === NO_NODE ? reply : original;
  if (winner !== NO_NODE && nf_ct_resolve_clash(net, winner >> 1)) {
    table.free(ct);
    skbs.setNfct(skb, winner & ~1);
    return true;
  }
  if (winner !== NO_NODE) {
    table.stats.insert_failed++;
    table.stats.drop++;
    table.free(ct);
    skbs.setNfct(skb, NO_CONNTRACK);
    return false;
  }
  // v3.10: add_timer(), which like every mod_timer() there may add slack.
  table.timeout[ct] = net.timers.withSlack(net.timers.jiffies + table.timeout[ct]!);
  table.insert(ct);
  return true;
}

/**
 * nf_ct_resolve_clash() (v4.7): a datagram goes on with the entry that was there first, where NAT has not looked at that one.
 * nf_ct_resolve_clash_harder() (v5.7) is about clashes of the original tuple, of which a single processor has none.
 */
function nf_ct_resolve_clash({ features, conntracks: table }: Net, winner: number): boolean {
  const allowsClash = features.conntrack.resolvesClashes && table.protocol[winner] === IPPROTO_UDP;
  return allowsClash && (table.status[winner]! & (IPS_SRC_NAT_DONE | IPS_DST_NAT_DONE)) === 0;
}

/** Takes the packet out of conntrack's hands. An entry made for it alone goes with it. */
export function nf_ct_untrack(net: Net, skb: number): void {
  nf_ct_put(net.conntracks, net.skbs, skb);
  net.skbs.setNfct(skb, UNTRACKED);
}
