/** The idle connection whose entry is gone. */
import { count, seconds } from '../../report/numbers.ts';
import { leastSysctl, settingsAt } from '../../scenario/sysctl.ts';
import { decisionOf, droppedFor, idleBefore } from '../account.ts';
import type { Cause } from '../cause.ts';
import { errorSpan, errors, ipvsServices } from '../evidence.ts';
import { TCP_KEEPALIVE } from '../remedies/clients.ts';
import { idleLongest_ns } from '../remedies/pauses.ts';
import { LONGER_TCP } from '../remedies/sysctls.ts';

const TIMEOUT = 'net.ipv4.vs.timeout.tcp';

export const IDLE_ENTRY: Cause = {
  name: 'idle-entry',
  title: 'an idle connection outlives its entry',
  story:
    'IPVS forgets an established connection after a time without packets, 900 s by default, and tells nobody. The ' +
    'next segment finds no entry, and since only a SYN may make one it goes up to the local stack of the director, ' +
    'which owns the virtual address, has no socket for it and answers with RST. The real server never sees the ' +
    'segment and still believes in the connection.',
  kernel:
    'ip_vs_conn_expire() for the entry, tcp_conn_schedule() for the segment, tcp_v4_send_reset() for the RST',
  client: 'ECONNRESET (or EPIPE at the next write), at once, after a pause that was too long.',
  visible: [
    ['ipvsadm -l --timeout', 'the three timeouts: tcp, tcpfin, udp'],
    ['ipvsadm -Lnc', 'the time that each entry has left'],
    [
      'tcpdump -nv tcp',
      'an RST from the virtual address with the TTL of the director, not of the real server',
    ],
    ['ss -tno at the real server', 'the connection, still ESTAB'],
  ],
  remedies: [TCP_KEEPALIVE, LONGER_TCP],
  reasons: [],
  inResult(result) {
    const { scenario } = result;
    const timeout_s = leastSysctl(scenario, TIMEOUT);
    const idle_ns = idleLongest_ns(scenario);
    const concerned = errors(result, 'ECONNRESET', 'ETIMEDOUT');
    const isTcp = ipvsServices(result).some(({ protocol }) => protocol === 'tcp');
    if (concerned === 0 || !isTcp || idle_ns < timeout_s * 1e9) return null;
    const text =
      `${count(concerned)} ${concerned === 1 ? 'request' : 'requests'} failed on connections that were idle for up to ` +
      `${seconds(idle_ns / 1e9)}; IPVS forgets an idle connection after ${seconds(timeout_s)}.`;
    return { concerned, ...errorSpan(result, 'ECONNRESET', 'ETIMEDOUT'), text };
  },
  inRequest(account) {
    const found = decisionOf(account, 'ip_vs_in', 'no entry');
    const timeout_s = settingsAt(account.scenario, found?.node).sysctl[TIMEOUT] ?? 900;
    const idle_ns = idleBefore(account);
    const isLost = droppedFor(account, 'unreachable').length > 0;
    if (found === undefined || isLost || idle_ns === null || idle_ns < timeout_s * 1e9) return null;
    return (
      `Nothing was seen of the connection for ${seconds(idle_ns / 1e9)}, and IPVS forgets it after ` +
      `${seconds(timeout_s)}: the segment found no entry.`
    );
  },
};
