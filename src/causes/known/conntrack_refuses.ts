/** Conntrack refuses segments. */
import { count } from '../../report/numbers.ts';
import { droppedFor } from '../account.ts';
import type { Cause } from '../cause.ts';
import { REASONS } from '../drop_reasons.ts';
import { dropSpan, drops } from '../evidence.ts';
import { BE_LIBERAL } from '../remedies/sysctls.ts';

export const CONNTRACK_REFUSES: Cause = {
  name: 'conntrack-refuses',
  title: 'conntrack refuses segments',
  story: REASONS.conntrack_invalid.happened,
  kernel: 'nf_conntrack_tcp_packet() in net/netfilter/nf_conntrack_proto_tcp.c',
  client: 'A retransmission, or a connection that does not end cleanly.',
  visible: [
    ['conntrack -S', 'invalid grows'],
    ['sysctl net.netfilter.nf_conntrack_log_invalid=6', 'the kernel log names each one'],
  ],
  remedies: [BE_LIBERAL],
  reasons: ['conntrack_invalid'],
  inResult(result) {
    const concerned = drops(result, 'conntrack_invalid');
    if (concerned === 0) return null;
    return {
      concerned,
      ...dropSpan(result, 'conntrack_invalid'),
      text: `${count(concerned)} segments were refused by conntrack.`,
    };
  },
  inRequest: (account) =>
    droppedFor(account, 'conntrack_invalid').length > 0 ? 'Conntrack refused a segment of it.' : null,
};
