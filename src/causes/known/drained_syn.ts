/** A SYN leaves a server that is being drained, at the price of one retransmission. */
import { count } from '../../report/numbers.ts';
import { droppedFor } from '../account.ts';
import type { Cause } from '../cause.ts';
import { REASONS } from '../drop_reasons.ts';
import { dropSpan, drops } from '../evidence.ts';
import { CONNTRACK_0 } from '../remedies/sysctls.ts';
import { KERNEL_5_9 } from '../remedies/versions.ts';

export const DRAINED_SYN: Cause = {
  name: 'drained-syn',
  title: 'source ports leave a server of weight 0',
  story:
    `${REASONS.nodest_conntrack.happened} ` + 'This is how traffic leaves a server that is being drained.',
  kernel: 'ip_vs_in(), the port-reuse block, in net/netfilter/ipvs/ip_vs_core.c',
  client:
    'The connect takes one SYN retransmission longer, and then reaches a server that is not being removed.',
  visible: [
    ['ipvsadm -Ln', 'a real server of weight 0 whose InActConn falls'],
    ['nstat -az TcpExtTCPSynRetrans', 'grows at the client; no IPVS counter moves'],
  ],
  remedies: [KERNEL_5_9, CONNTRACK_0],
  reasons: ['nodest_conntrack'],
  inResult(result) {
    const concerned = drops(result, 'nodest_conntrack');
    if (concerned === 0) return null;
    const text = `${count(concerned)} SYNs were dropped because the real server of their entry has weight 0.`;
    return { concerned, ...dropSpan(result, 'nodest_conntrack'), text };
  },
  inRequest: (account) =>
    droppedFor(account, 'nodest_conntrack').length > 0
      ? 'The real server of its old entry has weight 0, and the SYN was dropped.'
      : null,
};
