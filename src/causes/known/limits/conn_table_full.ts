/** The connection table is full. */
import { count } from '../../../report/numbers.ts';
import { droppedFor } from '../../account.ts';
import type { Cause } from '../../cause.ts';
import { REASONS } from '../../drop_reasons.ts';
import { dropSpan, drops } from '../../evidence.ts';
import { KEEP_ALIVE } from '../../remedies/clients.ts';
import { MORE_CONN_MAX } from '../../remedies/sysctls.ts';

export const CONN_TABLE_FULL: Cause = {
  name: 'conn-table-full',
  title: 'the connection table is full',
  story:
    `${REASONS.conn_max.happened} ` +
    'Entries of closed connections count as the others do, for the 120 s of their TIME_WAIT.',
  kernel: 'ip_vs_conn_new() in net/netfilter/ipvs/ip_vs_conn.c',
  client:
    'SYN retransmissions until an entry goes, ETIMEDOUT if none does; connections that exist are not affected.',
  visible: [
    ['ipvsadm -Lnc | wc -l', 'stands at the limit'],
    ['sysctl net.ipv4.vs.conn_max', 'the limit, where the kernel has one'],
  ],
  remedies: [MORE_CONN_MAX, KEEP_ALIVE],
  reasons: ['conn_max'],
  inResult(result) {
    const concerned = drops(result, 'conn_max');
    if (concerned === 0) return null;
    return {
      concerned,
      ...dropSpan(result, 'conn_max'),
      text: `${count(concerned)} packets found the connection table full.`,
    };
  },
  inRequest: (account) =>
    droppedFor(account, 'conn_max').length > 0
      ? 'The connection table was full and took no entry for it.'
      : null,
};
