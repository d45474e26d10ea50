/** Errors that clients end with, as topics. */
import { CAUSES } from '../causes/causes.ts';
import { ERROR_METRICS } from '../scenario/expect/metrics.ts';
import type { Topic } from './topic.ts';

/** What perror() says, and how the error comes about. */
const ERRORS: Readonly<Record<string, readonly [text: string, meaning: string]>> = {
  ECONNREFUSED: [
    'Connection refused',
    'A SYN was answered with RST, because nothing listens there, or with ICMP port unreachable, because the director has no real server to choose.',
  ],
  ECONNRESET: [
    'Connection reset by peer',
    'An RST came on a connection that was there: from the real server, or from the director when it had forgotten the connection.',
  ],
  ETIMEDOUT: [
    'Connection timed out',
    'Nobody answered: after the last SYN (tcp_syn_retries, 127 s), or after the last retransmission of an established connection (tcp_retries2, some 15 minutes).',
  ],
  EHOSTUNREACH: [
    'No route to host',
    'An ICMP host unreachable came: nobody on the last link answers for the address, as when a pod is gone. It does not come from the scheduler.',
  ],
  ENETUNREACH: ['Network is unreachable', 'An ICMP network unreachable came, or there is no route.'],
  EPERM: [
    'Operation not permitted',
    'A datagram of a client on the node was dropped at LOCAL_OUT, by IPVS or a rule: sendmsg() says so at once. TCP does not; it sends again.',
  ],
  EADDRINUSE: ['Address already in use', 'bind() asked for a source port that a connection still has.'],
  EADDRNOTAVAIL: [
    'Cannot assign requested address',
    'connect() found no source port: all of ip_local_port_range have a connection to there, or one in TIME_WAIT.',
  ],
};

export function errorTopics(): readonly Topic[] {
  return ERROR_METRICS.map((info) => {
    const name = info.name.slice(info.name.indexOf('.') + 1);
    const [text, meaning] = ERRORS[name] ?? ['', info.meaning];
    const causes = CAUSES.filter(({ client }) => client.includes(name));
    return {
      name,
      kind: 'error',
      meaning,
      facts: [
        ['Says', text],
        ['Comes of', causes.map((cause) => cause.name).join(', ')],
        ['In a scenario', `expect: [ count(${info.name}) == 0 ]`],
      ],
    };
  });
}
