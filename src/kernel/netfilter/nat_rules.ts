/**
 * The rules that kube-proxy in iptables mode writes for a service: in PRE_ROUTING a connection's first packet
 * is sent on to one of the endpoints, drawn with the statistic match and bound by DNAT. Conntrack remembers it;
 * there is no second table with timers of its own.
 */

import { dropSkb } from '../drop.ts';
import { ICMP_PORT_UNREACHABLE, icmpUnreachable } from '../ipv4/icmp.ts';
import type { Net } from '../net.ts';
import { IPPROTO_UDP } from '../sk_buff.ts';
import { IP_CT_DIR_ORIGINAL, IP_CT_DIR_REPLY, IPS_CONFIRMED, IPS_DST_NAT } from './nf_conntrack_core.ts';

export interface NatService {
  readonly protocol: number;
  readonly addr: number;
  readonly port: number;
  readonly endpoints: NatEndpoint[];
}

export interface NatEndpoint {
  readonly addr: number;
  readonly port: number;
}

/** kube-proxy writes `--probability` with ten decimals; iptables multiplies by this (libxt_statistic). */
const PROBABILITY_ONE = 0x80000000;

/**
 * nf_nat_ipv4_pre_routing(): the packet's destination becomes the endpoint that its connection was bound to.
 * False when the packet has been answered or dropped; packets for other addresses pass.
 */
export function nat_pre_routing(net: Net, skb: number): boolean {
  const { skbs, conntracks: table } = net;
  const node = skbs.nfct(skb);
  const ct = node >> 1;
  if (node < 0) {
    if (findNatService(net, skb) === null) return true;
    // KUBE-FORWARD drops INVALID packets; without that rule nobody would answer for the address either.
    dropSkb(net, skb, 'conntrack_invalid', 'nf_conntrack_tcp_packet');
    return false;
  }
  if ((node & 1) !== IP_CT_DIR_ORIGINAL) return true;
  if ((table.status[ct]! & (IPS_DST_NAT | IPS_CONFIRMED)) === 0) {
    const service = findNatService(net, skb);
    if (service === null) return true;
    const endpoint = draw(net, service.endpoints);
    if (net.tap !== null) tellChoice(net, skb, service, endpoint);
    if (endpoint === null) {
      // KUBE-SERVICES rejects new connections to a service without endpoints.
      icmpUnreachable(net, skb, ICMP_PORT_UNREACHABLE, 'reject_tg4');
      return false;
    }
    // nf_nat_setup_info(): a source port that this makes ambiguous is changed in POST_ROUTING.
    table.replySaddr[ct] = endpoint.addr;
    table.replySport[ct] = endpoint.port;
    table.status[ct]! |= IPS_DST_NAT;
  }
  if ((table.status[ct]! & IPS_DST_NAT) !== 0) {
    skbs.setDaddr(skb, table.replySaddr[ct]!);
    skbs.setDport(skb, table.replySport[ct]!);
  }
  return true;
}

/** Whether the packet is on its way to an endpoint, and not to this host. */
export function isForwarded(net: Net, skb: number): boolean {
  const node = net.skbs.nfct(skb);
  if (node < 0 || (node & 1) !== IP_CT_DIR_ORIGINAL) return false;
  return (net.conntracks.status[node >> 1]! & IPS_DST_NAT) !== 0;
}

/** nf_nat_packet() for an answer in POST_ROUTING: it comes from the address that the client asked. */
export function nat_post_routing(net: Net, skb: number): void {
  const { skbs, conntracks: table } = net;
  const node = skbs.nfct(skb);
  const ct = node >> 1;
  if (node < 0 || (node & 1) !== IP_CT_DIR_REPLY || (table.status[ct]! & IPS_DST_NAT) === 0) return;
  skbs.setSaddr(skb, table.origDaddr[ct]!);
  skbs.setSport(skb, table.origDport[ct]!);
}

/**
 * What kube-proxy does besides when an endpoint goes: the conntracks of UDP flows to it are deleted, which
 * would keep it for as long as the client sends. Those of TCP stay.
 */
export function forgetFlows(net: Net, service: NatService, endpoint: NatEndpoint): void {
  if (service.protocol !== IPPROTO_UDP) return;
  const { conntracks: table } = net;
  for (let ct = 0; ct < table.used; ct++) {
    if (
      table.isConfirmed(ct) &&
      table.protocol[ct] === IPPROTO_UDP &&
      table.origDaddr[ct] === service.addr &&
      table.origDport[ct] === service.port &&
      table.replySaddr[ct] === endpoint.addr &&
      table.replySport[ct] === endpoint.port
    ) {
      table.kill(ct);
    }
  }
}

function findNatService(net: Net, skb: number): NatService | null {
  const { skbs, natServices } = net;
  const daddr = skbs.daddr(skb);
  const dport = skbs.dport(skb);
  for (let i = 0; i < natServices.length; i++) {
    const service = natServices[i]!;
    if (service.port === dport && service.addr === daddr && service.protocol === skbs.protocol(skb))
      return service;
  }
  return null;
}

/** statistic_mt(): rule i of n matches with probability 1/(n-i), and the last one always. */
function draw(net: Net, endpoints: readonly NatEndpoint[]): NatEndpoint | null {
  const last = endpoints.length - 1;
  for (let i = 0; i < last; i++) {
    const probability = Number((1 / (endpoints.length - i)).toFixed(10));
    if (net.drawPort(PROBABILITY_ONE) < Math.round(probability * PROBABILITY_ONE)) return endpoints[i]!;
  }
  return last < 0 ? null : endpoints[last]!;
}

function tellChoice(net: Net, skb: number, service: NatService, endpoint: NatEndpoint | null): void {
  net.tap?.decision('nf_nat_setup_info', endpoint === null ? 'no endpoint' : 'new binding', skb, {
    endpoints: service.endpoints.length,
    ...(endpoint === null ? {} : { endpoint: service.endpoints.indexOf(endpoint) }),
  });
}
