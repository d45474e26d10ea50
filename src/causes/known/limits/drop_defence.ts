/** The defence against memory shortage drops packets. */
import { count } from '../../../report/numbers.ts';
import { droppedFor } from '../../account.ts';
import type { Cause } from '../../cause.ts';
import { REASONS } from '../../drop_reasons.ts';
import { dropSpan, drops } from '../../evidence.ts';
import { NO_DEFENCE } from '../../remedies/sysctls.ts';

export const DROP_DEFENCE: Cause = {
  name: 'drop-defence',
  title: 'the defence against memory shortage drops packets',
  story: REASONS.drop_packet.happened,
  kernel: 'ip_vs_todrop(), called from ip_vs_in(), in net/netfilter/ipvs/ip_vs_core.c',
  client: 'The connect takes one SYN retransmission longer.',
  visible: [
    ['sysctl net.ipv4.vs.drop_packet', '1 or 2 while it is active by itself, 3 always'],
    ['free -m', 'less memory than net.ipv4.vs.amemthresh asks for'],
  ],
  remedies: [NO_DEFENCE],
  reasons: ['drop_packet'],
  inResult(result) {
    const concerned = drops(result, 'drop_packet');
    if (concerned === 0) return null;
    return {
      concerned,
      ...dropSpan(result, 'drop_packet'),
      text: `${count(concerned)} packets were dropped by the drop_packet defence.`,
    };
  },
  inRequest: (account) =>
    droppedFor(account, 'drop_packet').length > 0 ? 'The drop_packet defence took its SYN.' : null,
};
