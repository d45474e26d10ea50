/** Two connections need the same conntrack tuple. */
import { count } from '../../report/numbers.ts';
import { droppedFor } from '../account.ts';
import type { Cause } from '../cause.ts';
import { REASONS } from '../drop_reasons.ts';
import { dropSpan, drops } from '../evidence.ts';
import { SPREAD_CLIENTS } from '../remedies/clients.ts';

export const CONNTRACK_CLASH: Cause = {
  name: 'conntrack-clash',
  title: 'two connections need the same conntrack tuple',
  story:
    `${REASONS.conntrack_clash.happened} ` +
    'Behind masquerading two clients came to the same source port towards the same real server.',
  kernel: '__nf_conntrack_confirm() in net/netfilter/nf_conntrack_core.c',
  client: 'The connect takes one SYN retransmission longer.',
  visible: [['conntrack -S', 'insert_failed and drop grow']],
  remedies: [SPREAD_CLIENTS],
  reasons: ['conntrack_clash'],
  inResult(result) {
    const concerned = drops(result, 'conntrack_clash');
    if (concerned === 0) return null;
    return {
      concerned,
      ...dropSpan(result, 'conntrack_clash'),
      text: `${count(concerned)} packets needed a conntrack tuple that was taken.`,
    };
  },
  inRequest: (account) =>
    droppedFor(account, 'conntrack_clash').length > 0
      ? 'Another connection already held the conntrack tuple that it needed.'
      : null,
};
