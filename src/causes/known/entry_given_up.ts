/** expire_nodest_conn: the connection is cut when its server is deleted. */
import { count } from '../../report/numbers.ts';
import { leastSysctl, settingsAt } from '../../scenario/sysctl.ts';
import { decisionOf, idleBefore, refusedBy } from '../account.ts';
import type { Cause } from '../cause.ts';
import { errorSpan, errors, happens, ipvsServices, sysctlAt } from '../evidence.ts';
import { RETRY } from '../remedies/clients.ts';
import { idleLongest_ns } from '../remedies/pauses.ts';
import { WEIGHT_FIRST } from '../remedies/services.ts';
import { NODE_LOST } from './nodes/node_lost.ts';

const NODEST = 'net.ipv4.vs.expire_nodest_conn';
const TCP_TIMEOUT = 'net.ipv4.vs.timeout.tcp';

export const ENTRY_GIVEN_UP: Cause = {
  name: 'entry-given-up',
  title: 'a connection is cut when its server is deleted',
  story:
    'With expire_nodest_conn=1 the entries of a deleted real server are given up. A segment of an established ' +
    'connection then finds none, and since only a SYN may make one it goes up to the local stack of the director, ' +
    'which has no socket for it and answers with RST.',
  kernel: 'ip_vs_expire_nodest_conn_flush() (v5.9) or ip_vs_in(), then tcp_v4_send_reset()',
  client: 'ECONNRESET on a connection that the real server has not closed.',
  visible: [
    ['nstat -az TcpOutRsts', 'grows at the director'],
    ['tcpdump -n tcp', 'an RST from the virtual address with the TTL of the director'],
  ],
  remedies: [WEIGHT_FIRST, RETRY],
  reasons: [],
  inResult(result) {
    const concerned = errors(result, 'ECONNRESET');
    const timeout_s = leastSysctl(result.scenario, TCP_TIMEOUT);
    const isIdle = idleLongest_ns(result.scenario) >= timeout_s * 1e9;
    const removes = happens(result, 'delete', 'terminatePod');
    const nodes = result.scenario.nodes?.map(({ name }) => name) ?? [undefined];
    const gives = nodes.some((node) => sysctlAt(result, NODEST, Number.POSITIVE_INFINITY, node) === 1);
    if (concerned === 0 || isIdle || !removes || !gives || ipvsServices(result).length === 0) return null;
    const text = `${count(concerned)} requests were reset while real servers were removed, with expire_nodest_conn=1.`;
    return { concerned, ...errorSpan(result, 'ECONNRESET'), text };
  },
  inRequest(account) {
    const found = decisionOf(account, 'ip_vs_in', 'no entry');
    if (found === undefined || refusedBy(account) !== 'director') return null;
    const timeout_s = settingsAt(account.scenario, found.node).sysctl[TCP_TIMEOUT] ?? 900;
    const idle_ns = idleBefore(account);
    if (idle_ns !== null && idle_ns >= timeout_s * 1e9) return null;
    if (NODE_LOST.inRequest(account) !== null) return null;
    return 'A segment of it found no entry, although the connection had not been idle for long.';
  },
};
