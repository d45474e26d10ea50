/** The conntrack table is full. */
import { count } from '../../../report/numbers.ts';
import { droppedFor } from '../../account.ts';
import type { Cause } from '../../cause.ts';
import { REASONS } from '../../drop_reasons.ts';
import { dropSpan, drops } from '../../evidence.ts';
import { KEEP_ALIVE } from '../../remedies/clients.ts';
import { CONNTRACK_0, MORE_CONNTRACK } from '../../remedies/sysctls.ts';

export const CONNTRACK_FULL: Cause = {
  name: 'conntrack-full',
  title: 'the conntrack table is full',
  story: `${REASONS.conntrack_full.happened} ` + 'A packet that would begin a connection is dropped.',
  kernel: '__nf_conntrack_alloc() and early_drop() in net/netfilter/nf_conntrack_core.c',
  client: 'SYN retransmissions; connections that exist are not affected.',
  visible: [
    ['dmesg', '"nf_conntrack: table full, dropping packet"'],
    ['conntrack -S', 'drop and early_drop grow'],
    ['sysctl net.netfilter.nf_conntrack_count', 'stands at nf_conntrack_max'],
  ],
  remedies: [MORE_CONNTRACK, KEEP_ALIVE, CONNTRACK_0],
  reasons: ['conntrack_full'],
  inResult(result) {
    const concerned = drops(result, 'conntrack_full');
    if (concerned === 0) return null;
    return {
      concerned,
      ...dropSpan(result, 'conntrack_full'),
      text: `${count(concerned)} packets found the conntrack table full.`,
    };
  },
  inRequest: (account) =>
    droppedFor(account, 'conntrack_full').length > 0
      ? 'The conntrack table was full and took no entry for it.'
      : null,
};
