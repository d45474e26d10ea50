/** ip_vs_nfct.c: where IPVS meets conntrack. */
import { NO_NODE } from '../../engine/hash_chains.ts';
import type { Net } from '../net.ts';
import { IP_CT_DIR_ORIGINAL } from '../netfilter/nf_conntrack_core.ts';
import { nf_ct_untrack } from '../netfilter/nf_conntrack_in.ts';
import {
  IP_VS_CONN_F_FWD_MASK,
  IP_VS_CONN_F_MASQ,
  IP_VS_CONN_F_NFCT,
  IP_VS_CONN_F_ONE_PACKET,
} from './ip_vs_flags.ts';
import { destPort } from './ip_vs_virtual.ts';

/**
 * ip_vs_conn_uses_conntrack() (eras B and C): the entry owns a conntrack and the packet carries one, of
 * whatever age.
 */
export function ip_vs_conn_uses_conntrack(net: Net, cp: number, skb: number): boolean {
  return (net.conns.flags[cp]! & IP_VS_CONN_F_NFCT) !== 0 && net.skbs.nfct(skb) >= 0;
}

/** ip_vs_conn_uses_old_conntrack() (v5.9): the packet carries a confirmed conntrack. */
export function ip_vs_conn_uses_old_conntrack(net: Net, skb: number): boolean {
  const node = net.skbs.nfct(skb);
  return node >= 0 && net.conntracks.isConfirmed(node >> 1);
}

/**
 * ip_vs_update_conntrack(): before a new conntrack enters the table, its reply is told to come from the real
 * server (outin) or, for one that the server's packet began, to go to the virtual address. A confirmed one
 * cannot be redirected: that is why a SYN that meets one is dropped.
 */
export function ip_vs_update_conntrack(net: Net, skb: number, cp: number, outin: boolean): void {
  const { conns, conntracks: table } = net;
  const node = net.skbs.nfct(skb);
  const ct = node >> 1;
  if (node < 0 || table.isConfirmed(ct)) return;
  const flags = conns.flags[cp]!;
  if ((flags & IP_VS_CONN_F_FWD_MASK) !== IP_VS_CONN_F_MASQ) return;
  if ((flags & IP_VS_CONN_F_ONE_PACKET) !== 0) return;
  if ((node & 1) !== IP_CT_DIR_ORIGINAL) return;
  const virtual = net.virtuals[conns.virtual[cp]!]!;
  if (outin) {
    const dest = net.dests[conns.dest[cp]!]!;
    table.replySaddr[ct] = dest.addr;
    table.replySport[ct] = destPort(virtual, dest);
  } else {
    table.replyDaddr[ct] = virtual.addr;
    table.replyDport[ct] = virtual.port;
  }
}

/** ip_vs_conn_drop_conntrack(): the entry ends and takes the conntrack client -> virtual address along. */
export function ip_vs_conn_drop_conntrack(net: Net, cp: number): void {
  const { conns, conntracks: table } = net;
  if (conns.cport[cp] === 0) return;
  const { protocol, addr, port } = net.virtuals[conns.virtual[cp]!]!;
  const node = table.find(protocol, conns.caddr[cp]!, conns.cport[cp]!, addr, port);
  if (node !== NO_NODE) table.kill(node >> 1);
}

/**
 * ip_vs_notrack(): for an entry without conntrack. From v4.12 on an INVALID packet, which has none either, is looked
 * at again in LOCAL_OUT, by its new addresses. What IPVS met ahead of conntrack never comes to its sight.
 */
export function ip_vs_notrack(net: Net, cp: number, skb: number): void {
  const seen = !net.hasEarlyServices || !net.virtuals[net.conns.virtual[cp]!]!.service.aheadOfConntrack;
  if (seen && net.features.notrackNeedsConntrack && net.skbs.nfct(skb) < 0) return;
  nf_ct_untrack(net, skb);
}
