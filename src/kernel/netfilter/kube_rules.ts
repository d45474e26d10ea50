/**
 * The rules that kube-proxy writes into netfilter. In iptables and nftables mode they send a connection's first
 * packet on to one of the endpoints, drawn at random and bound by DNAT; conntrack remembers it, there is no second
 * table with timers of its own. In all modes, IPVS's too, they say who is masqueraded.
 */
import { isIpv6Number, type Prefix } from '../../text/address_book.ts';
import { dropSkb } from '../drop.ts';
import { ICMP_PORT_UNREACHABLE, icmpReject } from '../ipv4/icmp.ts';
import { type Net, ownAddresses } from '../net.ts';
import { IPPROTO_ICMP, IPPROTO_SCTP, IPPROTO_UDP, NO_CONNTRACK } from '../sk_buff.ts';
import {
  IP_CT_DIR_ORIGINAL,
  IPS_CONFIRMED,
  IPS_DST_NAT_DONE,
  IPS_MARK_MASQ,
  IPS_MASQ,
  IPS_MASQ_LO,
  IPS_SEEN_REPLY,
  IPS_SRC_NAT_DONE,
} from './nf_conntrack_core.ts';
import {
  nf_nat_null_binding,
  nf_nat_packet_dst,
  nf_nat_packet_src,
  nf_nat_setup_dst,
  nf_nat_setup_src,
} from './nf_nat_core.ts';
import { Out } from './out.ts';

/** What looks at rules in iptables mode and in nftables mode. */
export type DropFunction = 'ipt_do_table' | 'ip6t_do_table' | 'nft_do_chain';

/** A service address as the rules know it. */
export interface KubeService {
  readonly protocol: number;
  readonly addr: number;
  readonly port: number;
  /** KUBE-MARK-MASQ: whose connections leave with the node's address. */
  readonly masquerade: MasqueradeWho;
  /** Jiffies of sessionAffinity, 0 for none. */
  readonly affinity: number;
  /** externalTrafficPolicy Local: what drops connections where no endpoint is on the node; null where they are rejected. */
  readonly dropsInFunction: DropFunction | null;
  /** Those that the rules choose from, in order; null where the choice is IPVS's. */
  endpoints: KubeEndpoint[] | null;
}

/** An address with a port at one end of a flow. */
export interface FlowEnd {
  readonly addr: number;
  readonly port: number;
}

/** Nobody's, those of clients outside the range of pods, or everybody's, as with a NodePort. */
export type MasqueradeWho = 'none' | 'off-cluster' | 'all';

export interface KubeEndpoint {
  readonly addr: number;
  readonly port: number;
  /** xt_recent, KUBE-SEP-...: the jiffy at which a client was last sent here, by address. */
  readonly recent: Map<number, number>;
  /** Connections that have been sent here. */
  bound: number;
}

/** What the rules of all services share. */
export interface KubeRules {
  /** `masquerade` or `masquerade fully-random`. */
  readonly randomFully: boolean;
  /** kube-proxy's clusterCIDR, in dual stack one of each family. */
  readonly podRanges: readonly Prefix[];
  /** KUBE-LOOP-BACK, or the rule at each endpoint: who is sent back to itself is masqueraded. */
  readonly hairpin: boolean;
  /** Whether KUBE-FORWARD drops what conntrack calls INVALID; nftables mode has no such rule. */
  readonly dropInvalid: boolean;
}

/** nf_nat_inet_fn() at PRE_ROUTING and LOCAL_OUT: the rules for a flow's first packet, then translation. */
export function nat_dst(net: Net, skb: number): void {
  const { conntracks: table } = net;
  const node = net.skbs.nfct(skb);
  const ct = node >> 1;
  if (node < 0) return;
  if ((node & 1) === IP_CT_DIR_ORIGINAL && (table.status[ct]! & (IPS_DST_NAT_DONE | IPS_CONFIRMED)) === 0) {
    const service = findService(net, skb);
    if (service !== null) kube_service(net, skb, ct, service);
    // nf_nat_alloc_null_binding() for the destination changes nothing.
    table.status[ct]! |= IPS_DST_NAT_DONE;
  }
  nf_nat_packet_dst(net, skb);
}

/** KUBE-SVC-...: marks the flow for masquerading and binds it to an endpoint, if there is one. */
function kube_service(net: Net, skb: number, ct: number, service: KubeService): void {
  if (isMasqueraded(net, service, net.skbs.saddr(skb))) net.conntracks.status[ct]! |= IPS_MARK_MASQ;
  const { endpoints } = service;
  if (endpoints === null) return;
  const at = chooseEndpoint(net, service, endpoints, net.skbs.saddr(skb));
  if (net.tap !== null) tellChoice(net, skb, endpoints, at);
  if (at < 0) return;
  const endpoint = endpoints[at]!;
  if (service.affinity > 0) endpoint.recent.set(net.skbs.saddr(skb), net.timers.jiffies);
  nf_nat_setup_dst(net, ct, endpoint.addr, endpoint.port);
  endpoint.bound++;
  net.bound++;
}

function isMasqueraded({ book, kube }: Net, { masquerade }: KubeService, saddr: number): boolean {
  if (masquerade !== 'off-cluster') return masquerade !== 'none';
  for (const range of kube.podRanges) if (book.contains(range, saddr)) return false;
  return true;
}

/** The number of the endpoint; -1 if there is none. */
function chooseEndpoint(
  net: Net,
  { affinity }: KubeService,
  endpoints: readonly KubeEndpoint[],
  saddr: number,
): number {
  if (endpoints.length === 0) return -1;
  if (affinity > 0) {
    // recent_mt(): --rcheck --seconds, for each endpoint in turn.
    const oldest = net.timers.jiffies - affinity;
    const known = endpoints.findIndex(
      ({ recent }) => (recent.get(saddr) ?? Number.NEGATIVE_INFINITY) >= oldest,
    );
    if (known >= 0) return known;
  }
  return net.chance.endpoint(endpoints);
}

/** kube-proxy writes `--probability` with ten decimals; iptables multiplies by this (libxt_statistic). */
const PROBABILITY_ONE = 0x80000000;

/** statistic_mt(): rule i of n matches with probability 1/(n-i), and the last one always. */
export function statisticChoice(count: number, below: (size: number) => number): number {
  for (let i = 0; i < count - 1; i++) {
    const probability = Number((1 / (count - i)).toFixed(10));
    if (below(PROBABILITY_ONE) < Math.round(probability * PROBABILITY_ONE)) return i;
  }
  return count - 1;
}

/**
 * nf_nat_inet_fn() at POST_ROUTING: a flow's first packet is bound to the node's address if it is marked, else to its
 * own. False when the packet was dropped.
 */
export function nat_src(net: Net, skb: number, out: number): boolean {
  const { conntracks: table } = net;
  const node = net.skbs.nfct(skb);
  const ct = node >> 1;
  if (node < 0 || !net.natHooks) return true;
  const status = table.status[ct]!;
  if ((node & 1) === IP_CT_DIR_ORIGINAL) {
    if ((status & (IPS_SRC_NAT_DONE | IPS_CONFIRMED)) === 0) {
      if ((status & IPS_MARK_MASQ) !== 0 || isHairpin(net, skb)) masquerade(net, ct, out);
      else nf_nat_null_binding(net, ct);
    } else if ((status & IPS_MASQ) !== 0 && ((status & IPS_MASQ_LO) !== 0) !== (out === Out.lo)) {
      // nf_nat_oif_changed(): masqueraded with the address of another device.
      table.killByPacket(ct);
      dropSkb(net, skb, 'conntrack_clash', 'nf_nat_inet_fn');
      return false;
    }
  }
  nf_nat_packet_src(net, skb);
  return true;
}

function isHairpin({ kube, skbs }: Net, skb: number): boolean {
  return kube.hairpin && skbs.saddr(skb) === skbs.daddr(skb);
}

/** nf_nat_masquerade_ipv4(), nf_nat_masquerade_ipv6(): the source becomes the address of the device that the packet leaves by. */
function masquerade(net: Net, ct: number, out: number): void {
  const { conntracks: table } = net;
  const addresses = ownAddresses(net, table.origSaddr[ct]!);
  // inet_select_addr(): the loopback device has only addresses of host scope, so another device's is taken.
  const addr = out === Out.server ? addresses.serverSide : addresses.clientSide;
  nf_nat_setup_src(net, ct, addr, net.kube.randomFully);
  table.status[ct]! |= out === Out.lo ? IPS_MASQ | IPS_MASQ_LO : IPS_MASQ;
}

/**
 * The rules of the filter table at FORWARD, LOCAL_IN and LOCAL_OUT: new connections to a service without endpoints
 * are rejected. False when the packet has been answered.
 */
export function kube_filter(net: Net, skb: number): boolean {
  const { conntracks: table } = net;
  const node = net.skbs.nfct(skb);
  if (node < 0 || (node & 1) !== IP_CT_DIR_ORIGINAL || (table.status[node >> 1]! & IPS_SEEN_REPLY) !== 0) {
    return true;
  }
  const service = findService(net, skb);
  if (service?.endpoints?.length !== 0) return true;
  if (service.dropsInFunction !== null) dropSkb(net, skb, 'no_local_endpoint', service.dropsInFunction);
  else {
    const target = isIpv6Number(net.skbs.saddr(skb)) ? 'reject_tg6' : 'reject_tg4';
    icmpReject(net, skb, ICMP_PORT_UNREACHABLE, target);
  }
  return false;
}

/** KUBE-FORWARD: false when the packet was INVALID and has been dropped. */
export function kube_forward(net: Net, skb: number): boolean {
  const { skbs } = net;
  if (!net.kube.dropInvalid || skbs.nfct(skb) !== NO_CONNTRACK) return true;
  const protocol = skbs.protocol(skb);
  if (protocol === IPPROTO_ICMP) return true;
  const tracker = protocol === IPPROTO_SCTP ? 'nf_conntrack_sctp_packet' : 'nf_conntrack_tcp_packet';
  dropSkb(net, skb, 'conntrack_invalid', tracker);
  return false;
}

/**
 * What kube-proxy does besides when an endpoint goes: the conntracks of UDP flows to it are deleted, which
 * would keep it for as long as the client sends. Those of TCP stay.
 */
export function forgetFlows(net: Net, service: KubeService, endpoint: KubeEndpoint): void {
  const { protocol, addr, port } = service;
  if (protocol !== IPPROTO_UDP) return;
  deleteFlows(net, protocol, { addr, port }, endpoint);
}

/** `conntrack -D`: every flow to this address whose answers come from that one; port 0 stands for any. */
export function deleteFlows(net: Net, protocol: number, to: FlowEnd, from: FlowEnd): void {
  const { conntracks: table } = net;
  const isThere = (end: FlowEnd, addr: number, port: number): boolean =>
    end.addr === addr && (end.port === 0 || end.port === port);
  for (let ct = 0; ct < table.used; ct++) {
    if (
      table.isConfirmed(ct) &&
      table.protocol[ct] === protocol &&
      isThere(to, table.origDaddr[ct]!, table.origDport[ct]!) &&
      isThere(from, table.replySaddr[ct]!, table.replySport[ct]!)
    ) {
      table.kill(ct);
    }
  }
}

function findService(net: Net, skb: number): KubeService | null {
  const { skbs, kubeServices } = net;
  const daddr = skbs.daddr(skb);
  const dport = skbs.dport(skb);
  for (let i = 0; i < kubeServices.length; i++) {
    const service = kubeServices[i]!;
    if (service.port === dport && service.addr === daddr && service.protocol === skbs.protocol(skb))
      return service;
  }
  return null;
}

function serverText({ skbs }: Net, { addr, port }: KubeEndpoint): string {
  return skbs.book.formatEndpoint(addr, port);
}

function tellChoice(net: Net, skb: number, endpoints: readonly KubeEndpoint[], at: number): void {
  net.tap?.decision('nf_nat_setup_info', at < 0 ? 'no endpoint' : 'new binding', skb, {
    endpoints: endpoints.length,
    ...(at < 0 ? {} : { endpoint: at, server: serverText(net, endpoints[at]!) }),
  });
}
