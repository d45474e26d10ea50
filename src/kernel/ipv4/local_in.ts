/** net/ipv4/tcp_ipv4.c, udp.c: the director's own stack, which has no socket for anything IPVS lets through. */
import { dropSkb } from '../drop.ts';
import type { Net } from '../net.ts';
import { nf_local_out, nf_post_routing } from '../netfilter/hooks.ts';
import { Out } from '../netfilter/out.ts';
import { IPPROTO_TCP, IPPROTO_UDP, TH_ACK, TH_FIN, TH_RST, TH_SYN } from '../sk_buff.ts';
import { ICMP_PORT_UNREACHABLE, ICMP_PROTOCOL_UNREACHABLE, icmp_send } from './icmp.ts';

/**
 * ip_protocol_deliver_rcu() to a protocol without a socket: the address is the director's own, so a segment that is no RST
 * is reset; who sent a datagram is told that its port is unreachable, and who sent a packet of SCTP, whose module nothing
 * on a node loads, that its protocol is, as often as icmp_ratelimit allows. `out` is where the packet came from and the
 * answer goes.
 */
export function rcv_no_socket(net: Net, skb: number, out: number): void {
  const { skbs } = net;
  const isTcp = skbs.protocol(skb) === IPPROTO_TCP;
  const isAnswered = isTcp ? tcp_v4_send_reset(net, skb, out) : sendUnreachable(net, skb, out);
  // What has had its answer was not dropped.
  if (isAnswered) skbs.free(skb);
  else dropSkb(net, skb, 'local_silent', isTcp ? 'tcp_v4_rcv' : 'icmp_send');
}

function sendUnreachable(net: Net, skb: number, out: number): boolean {
  const { skbs } = net;
  const isUdp = skbs.protocol(skb) === IPPROTO_UDP;
  const typeAndCode = isUdp ? ICMP_PORT_UNREACHABLE : ICMP_PROTOCOL_UNREACHABLE;
  const daddr = skbs.daddr(skb);
  return icmp_send(net, skb, typeAndCode, daddr, skbs.dport(skb), daddr, out);
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
