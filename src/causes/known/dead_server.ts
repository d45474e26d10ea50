/** A host that dies with established connections. */
import { count } from '../../report/numbers.ts';
import { decisionOf, droppedFor, isSyn, serverOf } from '../account.ts';
import type { Cause } from '../cause.ts';
import { dropSpan, happens, ipvsServices, lostAtServers } from '../evidence.ts';
import { RETRIES2, USER_TIMEOUT } from '../remedies/clients.ts';
import { NODEST_1 } from '../remedies/sysctls.ts';

export const DEAD_SERVER: Cause = {
  name: 'dead-server',
  title: 'a host died with its connections',
  story:
    'A host that loses its power or its cable sends no FIN and no RST. IPVS keeps forwarding to it whatever belongs to ' +
    'an entry, weight 0 or not, and the client sends its segment again, with longer and longer pauses, until ' +
    'tcp_retries2 (15) are used up: some 15 minutes. New connections are still scheduled to the host until somebody ' +
    'takes its weight away.',
  kernel: 'tcp_write_timeout() at the client; at the director nothing decides, the entry is good',
  client: 'A request that hangs for some 15 minutes and ends with ETIMEDOUT or EHOSTUNREACH.',
  visible: [
    ['ss -tno state established', 'at the client: a timer "on" whose retransmission count grows'],
    ['ipvsadm -Ln', 'ActiveConn of a real server of weight 0 that does not fall'],
    ['ip neigh', 'at the director: its address FAILED'],
  ],
  remedies: [RETRIES2, USER_TIMEOUT, NODEST_1],
  reasons: ['unreachable'],
  inResult(result) {
    const concerned = lostAtServers(result);
    const isUdp = ipvsServices(result).every(({ protocol }) => protocol === 'udp');
    if (concerned === 0 || isUdp || !happens(result, 'unplug')) return null;
    const text = `${count(concerned)} packets were sent to a host that had died.`;
    return { concerned, ...dropSpan(result, 'unreachable'), text };
  },
  inRequest(account) {
    const lost = droppedFor(account, 'unreachable');
    const { length } = lost;
    const isOther = ['keep', 'no entry'].some(
      (branch) => decisionOf(account, 'ip_vs_in', branch) !== undefined,
    );
    if (length === 0 || isOther) return null;
    if (lost[0]!.packet.protocol === 'udp') return null;
    // Of several nodes none had them: it is a node that is gone.
    if (account.scenario.nodes !== undefined && lost.every(({ node }) => node === null)) return null;
    const server = serverOf(account) ?? 'a real server';
    const what = isSyn(lost[0]!) ? 'It was scheduled to' : 'Its connection leads to';
    return `${what} ${server}, which does not answer any more; ${length === 1 ? 'one packet' : `${length} packets`} of it ended there.`;
  },
};
