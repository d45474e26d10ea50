/** The real server itself refuses: its process has ended. */
import { count } from '../../report/numbers.ts';
import { closedByServer, type RequestAccount, refusedBy, serverOf } from '../account.ts';
import type { Cause } from '../cause.ts';
import { drops, errorSpan, errors, happens } from '../evidence.ts';
import { RETRY } from '../remedies/clients.ts';
import { SHUT_DOWN_LATER } from '../remedies/services.ts';
import { NODE_LOST } from './nodes/node_lost.ts';

export const PROCESS_GONE: Cause = {
  name: 'process-gone',
  title: "a real server's process has ended",
  story:
    'The process at the real server ended while the director still sent it traffic: whoever connects then is refused ' +
    'by its host, and connections that it had are closed in the middle. A controller hears of the end later than the ' +
    'process does, and entries last longer than either.',
  kernel: 'inet_csk_listen_stop() and tcp_v4_send_reset(), at the real server',
  client: 'ECONNREFUSED for a connect, ECONNRESET or an end of file for a request under way.',
  visible: [
    ['kubectl get events', 'the pod was killed shortly before'],
    ['tcpdump -nv tcp', 'an RST or FIN that comes from the real server, through the director'],
  ],
  remedies: [SHUT_DOWN_LATER, RETRY],
  reasons: [],
  inResult(result) {
    const refused = Math.max(0, errors(result, 'ECONNREFUSED') - drops(result, 'no_dest'));
    const concerned = refused + errors(result, 'ECONNRESET');
    const ends = happens(result, 'terminatePod', 'unplug', 'unreadyPod');
    if (concerned === 0 || !ends) return null;
    const text = `${count(concerned)} requests were refused or reset around the end of a real server's process.`;
    return { concerned, ...errorSpan(result, 'ECONNREFUSED', 'ECONNRESET'), text };
  },
  inRequest(account) {
    if (account.errno === null || NODE_LOST.inRequest(account) !== null) return null;
    const server = serverOf(account) ?? 'the real server';
    if (isUnanswered(account)) return `${server} got it and did not answer.`;
    if (refusedBy(account) === 'real server') return `${server} answered with RST: nothing listens there.`;
    return account.errno === 'ECONNRESET' && closedByServer(account)
      ? `${server} closed the connection before it had answered.`
      : null;
  },
};

/** A datagram that reached a real server and had no answer, in a run in which servers come to their end. */
function isUnanswered({ scenario, errno, own }: RequestAccount): boolean {
  return (
    errno === 'ETIMEDOUT' &&
    own.length > 0 &&
    own.every(
      ({ packet, fate }) =>
        packet.protocol === 'udp' && fate.kind === 'arrived' && fate.point === 'real-server',
    ) &&
    scenario.events.some(({ action }) => action.kind === 'terminatePod' || action.kind === 'unreadyPod')
  );
}
