/** A flow of datagrams that stays with a server that is gone. */
import { count } from '../../report/numbers.ts';
import { droppedFor, serverOf } from '../account.ts';
import type { Cause } from '../cause.ts';
import { dropSpan, drops, ipvsServices, lostAtServers } from '../evidence.ts';
import { NEW_SOCKET } from '../remedies/clients.ts';
import { NODEST_1, SHORTER_UDP } from '../remedies/sysctls.ts';
import { KUBE_PROXY_1_14, KUBE_PROXY_1_16 } from '../remedies/versions.ts';

export const STALE_UDP: Cause = {
  name: 'stale-udp',
  title: 'datagrams stay with a server that is gone',
  story:
    'UDP has no end: every datagram of a flow, the same ports on both sides, renews its entry for 300 s. While it ' +
    'comes more often than that it goes to the real server that it went to first, whether that has weight 0, was ' +
    'deleted or is gone, and nobody tells the sender.',
  kernel: 'udp_state_transition() renews the timer; ip_vs_in() drops where the server was deleted',
  client: 'Silence: a query times out, a log line is lost without a word.',
  visible: [
    ['ipvsadm -Lnc | grep UDP', 'an entry whose time jumps back to 05:00 and that names the old server'],
    ['ipvsadm -Ln', 'a real server of weight 0 with InActConn above 0'],
  ],
  remedies: [NODEST_1, SHORTER_UDP, KUBE_PROXY_1_16, KUBE_PROXY_1_14, NEW_SOCKET],
  reasons: ['dest_unavailable', 'unreachable'],
  inResult(result) {
    const isUdp = ipvsServices(result).some(({ protocol }) => protocol === 'udp');
    const concerned = drops(result, 'dest_unavailable') + lostAtServers(result);
    if (!isUdp || concerned === 0) return null;
    const text = `${count(concerned)} packets went to a real server that was deleted or gone.`;
    return { concerned, ...dropSpan(result, 'dest_unavailable', 'unreachable'), text };
  },
  inRequest(account) {
    const lost = droppedFor(account, 'dest_unavailable', 'unreachable');
    if (lost[0]?.packet.protocol !== 'udp') return null;
    return `Its entry leads to ${serverOf(account) ?? 'a real server'}, which is gone, and the datagram renewed it.`;
  },
};
