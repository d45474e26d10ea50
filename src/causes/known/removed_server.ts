/** An old entry leads to a server that is being removed, or is gone. */
import { count } from '../../report/numbers.ts';
import { decisionOf, droppedFor, isSyn } from '../account.ts';
import type { Cause } from '../cause.ts';
import { dropSpan, happens, ipvsServices, lostAtServers } from '../evidence.ts';
import { MODE_1, NODEST_1 } from '../remedies/sysctls.ts';
import { KERNEL_5_16 } from '../remedies/versions.ts';

export const REMOVED_SERVER: Cause = {
  name: 'removed-server',
  title: 'old entries lead to a server that is being removed',
  story:
    'The weight of a real server only counts where a connection is scheduled. A SYN from a source port that comes ' +
    'back meets its old entry, and where that is kept (conn_reuse_mode 0) it goes to the old real server, weight 0 or ' +
    'not, and renews the entry; so a busy client follows a server after its end, and a controller that waits for the ' +
    'connections to go waits for ever.',
  kernel:
    'ip_vs_in(), the port-reuse block: with conn_reuse_mode 0 and before v5.16 nobody looks at the weight',
  client: 'ECONNREFUSED while the host answers, then SYN retransmissions, EHOSTUNREACH or ETIMEDOUT.',
  visible: [
    ['ipvsadm -Ln', 'a real server of weight 0 whose ActiveConn or InActConn does not reach 0'],
    ['ipvsadm -Lnc', 'entries in SYN_RECV that name it'],
    ['ip neigh', 'its address FAILED or INCOMPLETE'],
  ],
  remedies: [KERNEL_5_16, MODE_1, NODEST_1],
  reasons: ['unreachable'],
  inResult(result) {
    const services = ipvsServices(result).filter(
      ({ protocol, persistent_s }) => protocol !== 'udp' && persistent_s === 0,
    );
    const concerned = lostAtServers(result);
    // What is sent where nobody has the virtual address has another cause.
    const isElsewhere = services.some(({ addressOnNode }) => addressOnNode === false);
    if (concerned === 0 || services.length === 0 || isElsewhere || happens(result, 'unplug')) return null;
    const text = `${count(concerned)} packets were sent to a real server that is no longer there.`;
    return { concerned, ...dropSpan(result, 'unreachable'), text };
  },
  inRequest(account) {
    const kept = decisionOf(account, 'ip_vs_in', 'keep');
    if (kept !== undefined && kept.values.weight === 0) {
      return `Its port's old entry names ${kept.values.server}, which has weight 0, and was kept.`;
    }
    const lost = droppedFor(account, 'unreachable').some(isSyn) && kept !== undefined;
    return lost ? `Its port's old entry names ${kept.values.server}, which is no longer there.` : null;
  },
};
