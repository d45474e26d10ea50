/** net/ipv4/tcp_ipv4.c: the director's own stack, which has no socket for anything IPVS lets through. */
import { dropSkb } from '../drop.ts';
import type { Net } from '../net.ts';
import { nf_ct_put } from '../netfilter/nf_conntrack_core.ts';
import { nf_conntrack_confirm, nf_conntrack_in } from '../netfilter/nf_conntrack_in.ts';
import { nf_nat_null_binding } from '../netfilter/nf_nat_core.ts';
import { IPPROTO_TCP, TH_ACK, TH_FIN, TH_RST, TH_SYN } from '../sk_buff.ts';

/** tcp_v4_rcv() without a socket: the virtual address is local, so a segment that is no RST is reset. */
export function local_in(net: Net, skb: number): void {
  const { skbs } = net;
  const node = skbs.nfct(skb);
  if (node >= 0) nf_nat_null_binding(net, node >> 1);
  if (!nf_conntrack_confirm(net, skb)) {
    dropSkb(net, skb, 'conntrack_clash', '__nf_conntrack_confirm');
    return;
  }
  if (skbs.protocol(skb) !== IPPROTO_TCP || (skbs.flags(skb) & TH_RST) !== 0) {
    dropSkb(net, skb, 'local_silent', 'tcp_v4_rcv');
    return;
  }
  tcp_v4_send_reset(net, skb);
  // It has had its answer: nothing was dropped.
  nf_ct_put(net.conntracks, skbs, skb);
  skbs.free(skb);
}

/** tcp_v4_send_reset(): the RST passes conntrack as any packet of the host does. */
function tcp_v4_send_reset(net: Net, skb: number): void {
  const { skbs } = net;
  const flags = skbs.flags(skb);
  net.tap?.decision('tcp_v4_rcv', 'RST', skb, { because: 'no socket' });
  const reset = skbs.alloc();
  skbs.setProtocol(reset, IPPROTO_TCP);
  skbs.setSaddr(reset, skbs.daddr(skb));
  skbs.setSport(reset, skbs.dport(skb));
  skbs.setDaddr(reset, skbs.saddr(skb));
  skbs.setDport(reset, skbs.sport(skb));
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
  if (!nf_conntrack_in(net, reset)) {
    dropSkb(net, reset, 'conntrack_full', 'nf_conntrack_alloc');
    return;
  }
  if (!nf_conntrack_confirm(net, reset)) {
    dropSkb(net, reset, 'conntrack_clash', '__nf_conntrack_confirm');
    return;
  }
  nf_ct_put(net.conntracks, skbs, reset);
  net.output.toClient(reset);
}
