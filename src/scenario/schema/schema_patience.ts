/** Keys of a client about how long it waits, and how its host's TCP does. */
import * as z from 'zod';
import { duration, truth, whole } from './schema_parts.ts';

const keepaliveSchema = z
  .strictObject({
    time: duration('1s', '32767s')
      .prefault('7200s')
      .describe('net.ipv4.tcp_keepalive_time: silence before the first probe, in whole seconds.'),
    interval: duration('1s', '32767s')
      .prefault('75s')
      .describe('net.ipv4.tcp_keepalive_intvl: from one probe to the next, in whole seconds.'),
    probes: whole(1, 127)
      .prefault(9)
      .describe('net.ipv4.tcp_keepalive_probes: unanswered ones before the connection is given up.'),
  })
  .transform(({ time, interval, probes }) => ({ time_ns: time, interval_ns: interval, probes }));

export const PATIENCE_FIELDS = {
  timeout: duration('0s', '168h')
    .optional()
    .describe(
      'How long it waits for the answer to a request, connecting included (curl --max-time); then the request has failed and its connection is closed. 0s over udp: it sends and waits for nothing. Default over tcp: for ever. Over udp 5s, as a resolver does; 0s for a rate from one socket.',
    ),
  pollTimeout: duration('1ms', '168h')
    .optional()
    .describe(
      '`ab -s`: when no connection has had any news for so long, the client ends, and all requests under way have failed. ab itself has 30s; default: never.',
    ),
  halfClose: truth()
    .optional()
    .describe('Sends its FIN right after the request and then reads the answer, like `nc -N`.'),
  tcpKeepalive: keepaliveSchema
    .optional()
    .describe('SO_KEEPALIVE on its connections, with these settings; default: off, as in the kernel.'),
  tcpRetries2: whole(1, 255)
    .optional()
    .describe(
      'net.ipv4.tcp_retries2: how long an established connection goes on without an acknowledgement; default: 15 (about 15 minutes); 8 is about 100 s.',
    ),
  tcpTimestamps: whole(0, 2)
    .optional()
    .describe(
      'net.ipv4.tcp_timestamps: 1 time stamps with an offset where the kernel has one (default), 2 without an offset, 0 none. They decide where masquerading gives a source port to another connection while the real server is still in TIME_WAIT.',
    ),
  userTimeout: duration('1ms', '168h')
    .optional()
    .describe(
      'TCP_USER_TIMEOUT on its connections, in place of tcpRetries2 and of the number of keepalive probes.',
    ),
};
