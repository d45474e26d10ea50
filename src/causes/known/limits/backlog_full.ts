/** The accept queue of a real server is full. */
import { count } from '../../../report/numbers.ts';
import { droppedFor } from '../../account.ts';
import type { Cause } from '../../cause.ts';
import { dropSpan, drops } from '../../evidence.ts';
import { KEEP_ALIVE } from '../../remedies/clients.ts';
import { LONGER_BACKLOG, MORE_WORKERS } from '../../remedies/services.ts';

export const BACKLOG_FULL: Cause = {
  name: 'backlog-full',
  title: 'the accept queue of a real server is full',
  story:
    'The SYN reached a real server whose accept queue is full, because its workers do not accept as fast as ' +
    'connections come, and was dropped there.',
  kernel: 'tcp_conn_request(), sk_acceptq_is_full(), at the real server',
  client: 'The connect takes one SYN retransmission longer: 1 s, then 3 s, then 7 s.',
  visible: [
    ['nstat -az TcpExtListenOverflows TcpExtListenDrops', 'grows at the real server'],
    ['ss -ltn', 'Recv-Q of the listener stands at Send-Q, its backlog'],
  ],
  remedies: [LONGER_BACKLOG, MORE_WORKERS, KEEP_ALIVE],
  reasons: ['backlog_full'],
  inResult(result) {
    const concerned = drops(result, 'backlog_full');
    if (concerned === 0) return null;
    return {
      concerned,
      ...dropSpan(result, 'backlog_full'),
      text: `${count(concerned)} SYNs found the accept queue of a real server full.`,
    };
  },
  inRequest: (account) =>
    droppedFor(account, 'backlog_full').length > 0
      ? 'Its SYN reached the real server, whose accept queue was full.'
      : null,
};
