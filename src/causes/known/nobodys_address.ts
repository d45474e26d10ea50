/** A segment without an entry, where no interface has the virtual address. */
import { count, seconds } from '../../report/numbers.ts';
import { leastSysctl } from '../../scenario/sysctl.ts';
import { decisionOf, droppedFor } from '../account.ts';
import type { Cause } from '../cause.ts';
import { dropSpan, happens, ipvsServices, lostAtServers } from '../evidence.ts';
import { TCP_KEEPALIVE } from '../remedies/clients.ts';
import { LONGER_TCP } from '../remedies/sysctls.ts';

const TIMEOUT = 'net.ipv4.vs.timeout.tcp';

export const NOBODYS_ADDRESS: Cause = {
  name: 'nobodys-address',
  title: 'a connection outlives its entry, and nobody has its address',
  story:
    'IPVS forgets a connection after a time without packets: 900 s for an established one, 60 s where the client has ' +
    'closed its half. The next segment finds no entry and goes on as if there were no IPVS. In containers of Docker ' +
    'before 18.09 no interface has the virtual address, so nothing answers with RST: the segment goes out to the ' +
    'overlay, ARP asks for an address that nobody has, and the client retransmits until it gives up.',
  kernel:
    'ip_vs_conn_expire() for the entry, tcp_conn_schedule() for the segment, arp_error_report() for what waits for its neighbour',
  client:
    'Nothing, for as long as it waits; with ICMP host unreachable every three seconds ETIMEDOUT or EHOSTUNREACH after tcp_retries2, 15 minutes by default.',
  visible: [
    ['ipvsadm -Lnc', 'no entry for a connection that ss shows as ESTAB'],
    ['ip neigh', 'the virtual address INCOMPLETE or FAILED'],
    ['nstat -az TcpRetransSegs', 'retransmissions after a pause'],
  ],
  remedies: [TCP_KEEPALIVE, LONGER_TCP],
  reasons: ['unreachable'],
  inResult(result) {
    const concerned = lostAtServers(result);
    const isNobodys = ipvsServices(result).some(({ addressOnNode }) => addressOnNode === false);
    if (concerned === 0 || !isNobodys || happens(result, 'unplug')) return null;
    const timeout_s = leastSysctl(result.scenario, TIMEOUT);
    const text =
      `${count(concerned)} packets found no entry and went to a virtual address that nobody has; IPVS forgets an idle ` +
      `connection after ${seconds(timeout_s)}.`;
    return { concerned, ...dropSpan(result, 'unreachable'), text };
  },
  inRequest(account) {
    const isNobodys = account.scenario.services.some(({ addressOnNode }) => addressOnNode === false);
    if (!isNobodys || decisionOf(account, 'ip_vs_in', 'no entry') === undefined) return null;
    const lost = droppedFor(account, 'unreachable').length;
    if (lost === 0) return null;
    return `Its entry was gone, and nobody has the virtual address: ${count(lost)} segments waited for a neighbour that never answered.`;
  },
};
