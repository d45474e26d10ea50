/**
 * Conntrack's and NAT's part of the hooks, in the order of their priorities. director.ts has IPVS's part; packets
 * that IPVS sends on pass LOCAL_OUT and POST_ROUTING here and are not its business again (ipvs_property).
 */
import { dropSkb } from '../drop.ts';
import type { Net } from '../net.ts';
import { NO_CONNTRACK } from '../sk_buff.ts';
import { kube_filter, kube_forward, nat_dst, nat_src } from './kube_rules.ts';
import {
  IP_CT_DIR_REPLY,
  IPS_CONFIRMED,
  IPS_DST_NAT,
  IPS_DYING,
  IPS_MASQ,
  IPS_SRC_NAT,
  nf_ct_put,
} from './nf_conntrack_core.ts';
import { nf_conntrack_confirm, nf_conntrack_in } from './nf_conntrack_in.ts';
import { nf_nat_null_binding, nf_nat_packet_dst, nf_nat_packet_src } from './nf_nat_core.ts';
import { Out } from './out.ts';

/** With nothing of these but IPS_CONFIRMED nothing is left to bind, to translate or to confirm. */
const UNSETTLED = IPS_CONFIRMED | IPS_DYING | IPS_SRC_NAT | IPS_DST_NAT | IPS_MASQ;

/** PRE_ROUTING; false when the packet was dropped. */
export function nf_pre_routing(net: Net, skb: number): boolean {
  return track(net, skb) && translateDestination(net, skb);
}

/** LOCAL_OUT before routing and filter; false when the packet was dropped. */
export function nf_local_out(net: Net, skb: number): boolean {
  return track(net, skb) && translateDestination(net, skb);
}

function track(net: Net, skb: number): boolean {
  if (nf_conntrack_in(net, skb)) return true;
  dropSkb(net, skb, 'conntrack_full', 'nf_conntrack_alloc');
  return false;
}

function translateDestination(net: Net, skb: number): boolean {
  if (net.kubeServices.length > 0) nat_dst(net, skb);
  else if ((net.skbs.nfct(skb) & 1) === IP_CT_DIR_REPLY) nf_nat_packet_dst(net, skb);
  return true;
}

/** The filter table at LOCAL_IN and LOCAL_OUT; false when the packet was answered. */
export function nf_filter_local(net: Net, skb: number): boolean {
  return net.kubeServices.length === 0 || kube_filter(net, skb);
}

/** The filter table at FORWARD; false when the packet was answered or dropped. */
export function nf_filter_forward(net: Net, skb: number): boolean {
  return net.kubeServices.length === 0 || (kube_filter(net, skb) && kube_forward(net, skb));
}

/** LOCAL_IN behind IPVS: the null binding, then confirmation; false when the packet was dropped. */
export function nf_local_in(net: Net, skb: number): boolean {
  const node = net.skbs.nfct(skb);
  if (node >= 0) {
    nf_nat_null_binding(net, node >> 1);
    nf_nat_packet_src(net, skb);
  }
  return confirm(net, skb);
}

/** POST_ROUTING: source NAT, then confirmation; false when the packet was dropped. */
export function nf_post_routing(net: Net, skb: number, out: number): boolean {
  const node = net.skbs.nfct(skb);
  if (node >= 0) {
    const status = net.conntracks.status[node >> 1]!;
    if ((status & UNSETTLED) === IPS_CONFIRMED) {
      // Nearly every packet.
      net.skbs.setNfct(skb, NO_CONNTRACK);
      return true;
    }
    if (!nat_src(net, skb, out)) return false;
  }
  return confirm(net, skb);
}

/** POST_ROUTING of the loopback device, which gives the packet back with its conntrack. */
export function nf_post_routing_lo(net: Net, skb: number): boolean {
  return nat_src(net, skb, Out.lo) && confirmOnly(net, skb);
}

/** What becomes of the packet now is not conntrack's business any more. */
function confirm(net: Net, skb: number): boolean {
  if (!confirmOnly(net, skb)) return false;
  nf_ct_put(net.conntracks, net.skbs, skb);
  return true;
}

function confirmOnly(net: Net, skb: number): boolean {
  if (nf_conntrack_confirm(net, skb)) return true;
  dropSkb(net, skb, 'conntrack_clash', '__nf_conntrack_confirm');
  return false;
}
