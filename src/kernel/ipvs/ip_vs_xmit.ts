/** ip_vs_xmit.c: sends a packet on to its destination, and what conntrack does with it on the way out. */

import { dropSkb } from '../drop.ts';
import type { Net } from '../net.ts';
import { nat_post_routing } from '../netfilter/nat_rules.ts';
import {
  IPS_CONFIRMED,
  IPS_DST_NAT,
  IPS_DYING,
  IPS_SRC_NAT,
  nf_ct_put,
} from '../netfilter/nf_conntrack_core.ts';
import { nf_conntrack_confirm, nf_conntrack_in, nf_ct_untrack } from '../netfilter/nf_conntrack_in.ts';
import { nf_nat_null_binding, nf_nat_packet } from '../netfilter/nf_nat_core.ts';
import { Encapsulation, NO_CONNTRACK } from '../sk_buff.ts';
import type { IpVsDest } from './ip_vs_dest.ts';
import {
  IP_VS_CONN_F_FWD_MASK,
  IP_VS_CONN_F_MASQ,
  IP_VS_CONN_F_NFCT,
  IP_VS_CONN_F_TUNNEL,
} from './ip_vs_flags.ts';
import { ip_vs_update_conntrack } from './ip_vs_nfct.ts';

/** cp->packet_xmit: ip_vs_nat_xmit(), ip_vs_dr_xmit() or ip_vs_tunnel_xmit(). The packet is gone afterwards. */
export function ip_vs_xmit(net: Net, cp: number, dest: IpVsDest, skb: number): void {
  const { skbs, conns } = net;
  const flags = conns.flags[cp]!;
  const method = flags & IP_VS_CONN_F_FWD_MASK;
  const tracked = (flags & IP_VS_CONN_F_NFCT) !== 0;
  skbs.setNexthop(skb, dest.index);
  if (method === IP_VS_CONN_F_TUNNEL) {
    // ip_vs_tunnel_xmit_prepare(): the inner packet is confirmed here; the outer one is another flow.
    if (tracked && !nf_conntrack_confirm(net, skb)) {
      dropSkb(net, skb, 'conntrack_clash', '__nf_conntrack_confirm');
      return;
    }
    nf_ct_put(net.conntracks, skbs, skb);
    skbs.setEncapsulation(skb, Encapsulation.ipip);
    net.output.toServer(skb);
    return;
  }
  if (method === IP_VS_CONN_F_MASQ) {
    skbs.setDaddr(skb, dest.addr);
    skbs.setDport(skb, dest.port);
  }
  if (tracked) ip_vs_update_conntrack(net, skb, cp, true);
  else nf_ct_untrack(net, skb);
  local_out(net, skb);
}

/**
 * LOCAL_OUT and POST_ROUTING. A packet that was INVALID at PRE_ROUTING carries no entry, so conntrack looks at
 * it again here, by its new addresses: an ACK then begins a flow of its own, client -> real server, whose
 * reply tuple the real flow already has; NAT gives it another source port (seen in the recordings of 5.4).
 */
function local_out(net: Net, skb: number): void {
  if (!nf_conntrack_in(net, skb)) {
    dropSkb(net, skb, 'conntrack_full', 'nf_conntrack_alloc');
    return;
  }
  if (post_routing(net, skb)) net.output.toServer(skb);
}

/** POST_ROUTING: source NAT, then confirmation; false when the packet was dropped. */
export function post_routing(net: Net, skb: number): boolean {
  const node = net.skbs.nfct(skb);
  if (node >= 0) {
    const status = net.conntracks.status[node >> 1]!;
    if ((status & (IPS_CONFIRMED | IPS_DYING | IPS_SRC_NAT | IPS_DST_NAT)) === IPS_CONFIRMED) {
      // Nearly every packet: nothing is left to bind, to translate or to confirm.
      net.skbs.setNfct(skb, NO_CONNTRACK);
      return true;
    }
    nf_nat_null_binding(net, node >> 1);
    nf_nat_packet(net, skb);
    if (net.natServices.length > 0) nat_post_routing(net, skb);
  }
  if (nf_conntrack_confirm(net, skb)) {
    nf_ct_put(net.conntracks, net.skbs, skb);
    return true;
  }
  dropSkb(net, skb, 'conntrack_clash', '__nf_conntrack_confirm');
  return false;
}
