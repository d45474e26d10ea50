/** net/ipv4/tcp_ipv4.c, udp.c: the director's own stack, which has no socket for anything IPVS lets through. */

import { dropSkb } from '../drop.ts';
import type { Net } from '../net.ts';
import { nf_local_out, nf_post_routing } from '../netfilter/hooks.ts';
import { Out } from '../netfilter/out.ts';
import { IPPROTO_TCP, IPPROTO_UDP, TH_ACK, TH_FIN, TH_RST, TH_SYN } from '../sk_buff.ts';
import { ICMP_PORT_UNREACHABLE, icmp_send } from './icmp.ts';

/**
 * ip_protocol_deliver_rcu() to a protocol without a socket: the address is the director's own, so a segment that is no RST
 * is reset, and who sent a datagram is told that its port is unreachable, as often as icmp_ratelimit allows. `out` is where
 * the packet came from and the answer goes.
 *
 * Deviation: a packet of SCTP is answered with nothing. A kernel without its module says "protocol unreachable", one with it
 * ABORTs.
 */
export function rcv_no_socket(net: Net, skb: number, out: number): void {
  const { skbs } = net;
  const protocol = skbs.protocol(skb);
  const isAnswered =
    protocol === IPPROTO_TCP
      ? tcp_v4_send_reset(net, skb, out)
      : protocol === IPPROTO_UDP && udp_send_unreachable(net, skb, out);
  // What has had its answer was not dropped.
  if (isAnswered) skbs.free(skb);
  else dropSkb(net, skb, 'local_silent', protocol === IPPROTO_UDP ? '__udp4_lib_rcv' : 'tcp_v4_rcv');
}

/** __udp4_lib_rcv(), __udp6_lib_rcv(): false where the sender has had its share of errors. */
function udp_send_unreachable(net: Net, skb: number, out: number): boolean {
  const { skbs } = net;
  net.tap?.decision('__udp4_lib_rcv', 'port unreachable', skb, { because: 'no socket' });
  const daddr = skbs.daddr(skb);
  return icmp_send(net, skb, ICMP_PORT_UNREACHABLE, daddr, skbs.dport(skb), daddr, out);
}

/** tcp_v4_send_reset(): the RST passes the hooks as any packet of the host does. False for an RST, which has no answer. */
function tcp_v4_send_reset(net: Net, skb: number, out: number): boolean {
  const { skbs } = net;
  const flags = skbs.flags(skb);
  if ((flags & TH_RST) !== 0) return false;
  net.tap?.decision('tcp_v4_rcv', 'RST', skb, { because: 'no socket' });
  const reset = skbs.alloc();
  skbs.setProtocol(reset, IPPROTO_TCP);
  skbs.setEnds(reset, skbs.daddr(skb), skbs.dport(skb), skbs.saddr(skb), skbs.sport(skb));
  skbs.setLen(reset, 0);
  if ((flags & TH_ACK) !== 0) {
    skbs.setFlags(reset, TH_RST);
    skbs.setSeq(reset, skbs.ack(skb));
    skbs.setAck(reset, 0);
  } else {
    skbs.setFlags(reset, TH_RST | TH_ACK);
    skbs.setSeq(reset, 0);
    const end =
      skbs.seq(skb) + skbs.len(skb) + ((flags & TH_SYN) !== 0 ? 1 : 0) + ((flags & TH_FIN) !== 0 ? 1 : 0);
    skbs.setAck(reset, end);
  }
  if (!nf_local_out(net, reset) || !nf_post_routing(net, reset, out)) return true;
  if (out === Out.server) net.output.toServer(reset);
  else if (out === Out.client) net.output.toClient(reset);
  else net.output.toNode!(reset);
  return true;
}
