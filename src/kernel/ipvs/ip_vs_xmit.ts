/** ip_vs_xmit.c: sends a packet on to its destination, and what conntrack does with it on the way out. */
import { dropSkb } from '../drop.ts';
import type { Net } from '../net.ts';
import { nf_local_out, nf_post_routing } from '../netfilter/hooks.ts';
import { nf_ct_put } from '../netfilter/nf_conntrack_core.ts';
import { nf_conntrack_confirm } from '../netfilter/nf_conntrack_in.ts';
import { Out } from '../netfilter/out.ts';
import { Encapsulation } from '../sk_buff.ts';
import type { IpVsDest } from './ip_vs_dest.ts';
import {
  IP_VS_CONN_F_FWD_MASK,
  IP_VS_CONN_F_MASQ,
  IP_VS_CONN_F_NFCT,
  IP_VS_CONN_F_TUNNEL,
} from './ip_vs_flags.ts';
import { ip_vs_notrack, ip_vs_update_conntrack } from './ip_vs_nfct.ts';
import { destPort } from './ip_vs_virtual.ts';

/** cp->packet_xmit: ip_vs_nat_xmit(), ip_vs_dr_xmit() or ip_vs_tunnel_xmit(). The packet is gone afterwards. */
export function ip_vs_xmit(net: Net, cp: number, dest: IpVsDest, skb: number): void {
  const { skbs, conns } = net;
  const flags = conns.flags[cp]!;
  const method = flags & IP_VS_CONN_F_FWD_MASK;
  const tracked = (flags & IP_VS_CONN_F_NFCT) !== 0;
  skbs.setNexthop(skb, net.firstNexthop + dest.index);
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
    skbs.setDport(skb, destPort(net.virtuals[conns.virtual[cp]!]!, dest));
  }
  if (tracked) ip_vs_update_conntrack(net, skb, cp, true);
  else ip_vs_notrack(net, cp, skb);
  local_out(net, skb);
}

/**
 * LOCAL_OUT and POST_ROUTING. A packet that was INVALID at PRE_ROUTING carries no entry, so conntrack looks at
 * it again here, by its new addresses: an ACK then begins a flow of its own, client -> real server, unmasqueraded.
 * Where the real flow already has its reply tuple, NAT gives it another source port (seen in the recordings of 5.4).
 */
function local_out(net: Net, skb: number): void {
  if (nf_local_out(net, skb) && nf_post_routing(net, skb, Out.server)) net.output.toServer(skb);
}
