/** The reuse that goes right: the SYN stays with the entry it meets. */
import { decisionOf, droppedFor } from '../account.ts';
import type { Cause } from '../cause.ts';

const BECAUSE: Readonly<Record<string, string>> = {
  conn_reuse_mode: 'conn_reuse_mode is 0',
  kernel: 'this kernel knows no conn_reuse_mode yet',
  state: 'in that state it is no surprise',
  expire_nodest_conn: 'its conntrack is in use and other entries refer to it',
};

export const REUSE_KEPT: Cause = {
  name: 'reuse-kept',
  title: 'a source port comes back and keeps its entry',
  story:
    'A SYN met the entry that the last connection from the same source port had left behind, and IPVS kept it: the ' +
    'entry becomes SYN_RECV again and the SYN goes to the real server that it names. That costs no time.',
  kernel: 'ip_vs_in(), the port-reuse block, in net/netfilter/ipvs/ip_vs_core.c',
  client: 'Nothing: the connect is as fast as any.',
  visible: [
    ['ipvsadm -Lnc', 'the entry of that port, with the real server that it had before'],
    ['ipvsadm -Ln --stats', 'Conns does not grow: no connection was scheduled'],
  ],
  remedies: [],
  reasons: [],
  isRight: true,
  inResult: () => null,
  inRequest(account) {
    const kept = decisionOf(account, 'ip_vs_in', 'keep');
    if (kept === undefined || account.errno !== null || droppedFor(account, 'old_conntrack').length > 0)
      return null;
    const { server, state, because } = kept.values;
    return `The entry was in ${state} and names ${server}; it was kept, for ${BECAUSE[String(because)] ?? because}.`;
  },
};
