/** Source ports that run out. */
import { count } from '../../../report/numbers.ts';
import type { Cause } from '../../cause.ts';
import { errorSpan, errors } from '../../evidence.ts';
import { KEEP_ALIVE, SPREAD_CLIENTS, WIDER_PORTS } from '../../remedies/clients.ts';
import { SERVER_CLOSES } from '../../remedies/services.ts';

export const PORTS_RUN_OUT: Cause = {
  name: 'ports-run-out',
  title: 'no source port is left',
  story:
    'connect() found no source port towards this address: every one of ip_local_port_range has a connection, or one ' +
    'in TIME_WAIT, which lasts 60 s at the side that closes first. No packet was sent.',
  kernel: '__inet_hash_connect() in net/ipv4/inet_hashtables.c, at the client',
  client:
    'EADDRNOTAVAIL ("Cannot assign requested address"), at once; EADDRINUSE where bind() has fixed the port.',
  visible: [
    ['ss -s', 'at the client: as many sockets, timewait among them, as there are ports'],
    ['sysctl net.ipv4.ip_local_port_range', 'the ports; half of them are taken first, those of one parity'],
  ],
  remedies: [WIDER_PORTS, KEEP_ALIVE, SERVER_CLOSES, SPREAD_CLIENTS],
  reasons: [],
  inResult(result) {
    const concerned = errors(result, 'EADDRNOTAVAIL', 'EADDRINUSE');
    if (concerned === 0) return null;
    const text =
      errors(result, 'EADDRNOTAVAIL') > 0
        ? `${count(concerned)} requests found no free source port; no packet of them was sent.`
        : `${count(concerned)} requests found their one source port in use; no packet of them was sent.`;
    return { concerned, ...errorSpan(result, 'EADDRNOTAVAIL', 'EADDRINUSE'), text };
  },
  inRequest({ errno }) {
    if (errno === 'EADDRNOTAVAIL') return 'It ended before a packet was sent.';
    return errno === 'EADDRINUSE' ? 'Its one source port was in use.' : null;
  },
};
