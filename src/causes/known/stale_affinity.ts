/** Affinity that outlives its pod. */
import { count } from '../../report/numbers.ts';
import { decisionOf, droppedFor } from '../account.ts';
import type { Cause } from '../cause.ts';
import { dropSpan, drops, errorSpan, errors, happens, ipvsServices, lostAtServers } from '../evidence.ts';
import { NO_AFFINITY } from '../remedies/services.ts';
import { NODEST_1, QUIESCENT_1 } from '../remedies/sysctls.ts';
import { KUBE_PROXY_1_14 } from '../remedies/versions.ts';

export const STALE_AFFINITY: Cause = {
  name: 'stale-affinity',
  title: 'affinity outlives its server',
  story:
    'A persistent service keeps a template for each client address, and every connection goes where it says. Weight ' +
    '0 takes a server out of the choice, not out of the templates: without expire_quiescent_template the client goes ' +
    'on to the server that is being removed, and each connection renews the template. A controller that waits until ' +
    'the connections are gone waits as long as the client tries.',
  kernel: 'ip_vs_check_template() in net/netfilter/ipvs/ip_vs_conn.c',
  client: 'ECONNREFUSED, EHOSTUNREACH or time-outs for as long as it keeps trying; other clients are served.',
  visible: [
    ['ipvsadm -Lnc | grep NONE', "the client's template, source port 0, which names the old server"],
    ['ipvsadm -Ln --persistent-conn', 'a real server of weight 0 with persistent connections'],
  ],
  remedies: [QUIESCENT_1, NODEST_1, KUBE_PROXY_1_14, NO_AFFINITY],
  reasons: ['unreachable', 'dest_unavailable'],
  inResult(result) {
    const isPersistent = ipvsServices(result).some(({ persistent_s }) => persistent_s > 0);
    const removes = happens(result, 'weight', 'delete', 'terminatePod', 'unreadyPod', 'unplug');
    const failures = errors(result, 'ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ETIMEDOUT');
    const refused = drops(result, 'no_dest');
    const concerned = Math.max(failures - refused, lostAtServers(result) + drops(result, 'dest_unavailable'));
    if (!isPersistent || !removes || concerned <= 0) return null;
    const span =
      lostAtServers(result) > 0
        ? dropSpan(result, 'unreachable', 'dest_unavailable')
        : errorSpan(result, 'ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ETIMEDOUT');
    const text = `${count(failures)} requests failed while clients kept to a real server that is being removed.`;
    return { concerned, ...span, text };
  },
  inRequest(account) {
    const { values } = decisionOf(account, 'ip_vs_sched_persist', 'template') ?? {};
    if (values === undefined || account.errno === null) return null;
    const isLost = droppedFor(account, 'unreachable', 'dest_unavailable').length > 0;
    if (values.weight !== 0 && !isLost) return null;
    return `The client's template names ${values.server}${values.weight === 0 ? ', which has weight 0' : ''}.`;
  },
};
