/** net/ipv4/tcp_ipv4.c: the director's own stack, which has no socket for anything IPVS lets through. */
import { dropSkb } from '../drop.ts';
import type { Net } from '../net.ts';
import { nf_local_out, nf_post_routing } from '../netfilter/hooks.ts';
import { Out } from '../netfilter/kube_rules.ts';
import { IPPROTO_TCP, TH_ACK, TH_FIN, TH_RST, TH_SYN } from '../sk_buff.ts';

/**
 * tcp_v4_rcv() without a socket: the address is the director's own, so a segment that is no RST is reset. `out` is
 * where the packet came from and the answer goes.
 */
export function tcp_v4_rcv_no_socket(net: Net, skb: number, out: number): void {
  const { skbs } = net;
  if (skbs.protocol(skb) !== IPPROTO_TCP || (skbs.flags(skb) & TH_RST) !== 0) {
    dropSkb(net, skb, 'local_silent', 'tcp_v4_rcv');
    return;
  }
  tcp_v4_send_reset(net, skb, out);
  // It has had its answer: nothing was dropped.
  skbs.free(skb);
}

/** tcp_v4_send_reset(): the RST passes the hooks as any packet of the host does. */
function tcp_v4_send_reset(net: Net, skb: number, out: number): void {
  const { skbs } = net;
  const flags = skbs.flags(skb);
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
  if (!nf_local_out(net, reset) || !nf_post_routing(net, reset, out)) return;
  if (out === Out.server) net.output.toServer(reset);
  else if (out === Out.client) net.output.toClient(reset);
  else net.output.toNode!(reset);
}
