/** The cliff of SCTP: source ports come back while conntrack still has their last association. No kernel has repaired it. */

import { count, seconds } from '../../report/numbers.ts';
import { settingsAt } from '../../scenario/sysctl.ts';
import { droppedFor, isSctp } from '../account.ts';
import type { Cause } from '../cause.ts';
import { endOfCliff } from '../cliff.ts';
import { droppingNodes, dropSpan, drops, ofNodes, spokenThroughIpvs, sysctlAt } from '../evidence.ts';
import { KEEP_ALIVE, SPREAD_CLIENTS, WIDER_PORTS } from '../remedies/clients.ts';
import { CONNTRACK_0, MODE_0, MODE_0_NODEST, SCTP_CLOSED_1 } from '../remedies/sysctls.ts';
import { IPTABLES_MODE, NFTABLES_MODE } from '../remedies/ways_out.ts';

const CLOSED = 'net.netfilter.nf_conntrack_sctp_timeout_closed';

export const ASSOCIATION_REUSE: Cause = {
  name: 'association-reuse',
  title: 'source ports of SCTP come back while conntrack has their last association',
  story:
    'An INIT met the IPVS entry that the last association from the same source port had left behind in CLOSED, and ' +
    'belonged to the conntrack of that association, which IPVS would not send to another real server; so it told the ' +
    'entry to expire and dropped the INIT. What v5.9 repaired for TCP does not help: what opens a connection of TCP ' +
    `gets a conntrack of its own there, and nothing does that for an INIT, so that the old one stays for ${CLOSED} (10 s).`,
  kernel:
    'ip_vs_in(), since v5.11 ip_vs_in_hook(), in net/netfilter/ipvs/ip_vs_core.c; nf_conntrack_sctp_packet() in ' +
    'net/netfilter/nf_conntrack_proto_sctp.c',
  client:
    'The connect takes until INIT is sent again: 3 s (RTO.Initial), or 9 s when the second one is dropped too.',
  visible: [
    ['ipvsadm -Lnc | grep -c CLOSED', 'entries of SCTP that are up to 60 s old'],
    ['conntrack -L -p sctp', 'CLOSED, with the source port of the slow connect'],
    [
      'tcpdump on both sides of the director',
      'an INIT that comes in and does not go out; no IPVS counter moves',
    ],
  ],
  remedies: [
    MODE_0,
    MODE_0_NODEST,
    CONNTRACK_0,
    KEEP_ALIVE,
    WIDER_PORTS,
    SPREAD_CLIENTS,
    SCTP_CLOSED_1,
    IPTABLES_MODE,
    NFTABLES_MODE,
  ],
  reasons: ['old_conntrack'],
  inResult(result) {
    const concerned = drops(result, 'old_conntrack');
    if (concerned === 0 || !spokenThroughIpvs(result).has('sctp')) return null;
    const span = dropSpan(result, 'old_conntrack');
    const { cliff } = result;
    const end = cliff === null || spokenThroughIpvs(result).has('tcp') ? '' : ` ${endOfCliff(cliff)}`;
    const nodes = droppingNodes(result, span.from_s);
    const closed_s = sysctlAt(result, CLOSED, span.from_s, nodes[0]);
    const { kernel } = settingsAt(result.scenario, nodes[0]);
    return {
      concerned,
      ...span,
      text:
        `From ${seconds(span.from_s)} on, clients come back to source ports whose IPVS entry is in CLOSED and whose last ` +
        `association conntrack keeps for ${closed_s ?? '?'} s; ${count(concerned)} times such an INIT was dropped${ofNodes(nodes).replace(' of', ' by')} ` +
        `(kernel ${kernel}: the repair of v5.9 is TCP's alone), and its client sends it again after 3 s.${end}`,
    };
  },
  inRequest(account) {
    const { length } = droppedFor(account, 'old_conntrack').filter(isSctp);
    if (length === 0) return null;
    return `${length === 1 ? 'One INIT of it was' : `${length} INITs of it were`} dropped for the old entry's sake.`;
  },
};
