/** The cliff: source ports come back while their entry is in TIME_WAIT. */
import type { Cliff, Result } from '../../measure/result.ts';
import { count, rate, seconds } from '../../report/numbers.ts';
import { droppedFor, isSctp } from '../account.ts';
import type { Cause } from '../cause.ts';
import { endOfCliff, slowShare } from '../cliff.ts';
import { REASONS } from '../drop_reasons.ts';
import { droppingNodes, dropSpan, drops, ofNodes, spokenThroughIpvs, sysctlAt } from '../evidence.ts';
import { KEEP_ALIVE, SPREAD_CLIENTS, WIDER_PORTS } from '../remedies/clients.ts';
import { CONNTRACK_0, MODE_0, MODE_0_NODEST } from '../remedies/sysctls.ts';
import { KERNEL_5_9 } from '../remedies/versions.ts';
import { EBPF, IPTABLES_MODE, NFTABLES_MODE } from '../remedies/ways_out.ts';

/** Longer spans say nothing that this one does not. */
const LONGEST_SPAN_S = 120;

export const PORT_REUSE: Cause = {
  name: 'port-reuse',
  title: 'source ports come back while their entry is in TIME_WAIT',
  story: REASONS.old_conntrack.happened,
  kernel: 'ip_vs_in(), since v5.11 ip_vs_in_hook(), in net/netfilter/ipvs/ip_vs_core.c',
  client:
    'The connect takes one SYN retransmission longer: 1 s, or 3 s and 7 s when the next SYNs are dropped too.',
  visible: [
    ['ipvsadm -Lnc | grep -c TIME_WAIT', 'about as many entries as the client has source ports'],
    ['nstat -az TcpExtTCPSynRetrans', 'grows at the client with every slow connect'],
    [
      'tcpdump on both sides of the director',
      'a SYN that comes in and does not go out; no IPVS counter moves',
    ],
  ],
  remedies: [
    MODE_0,
    MODE_0_NODEST,
    KERNEL_5_9,
    CONNTRACK_0,
    KEEP_ALIVE,
    WIDER_PORTS,
    SPREAD_CLIENTS,
    IPTABLES_MODE,
    NFTABLES_MODE,
    EBPF,
  ],
  reasons: ['old_conntrack'],
  inResult(result) {
    const { cliff } = result;
    const concerned = drops(result, 'old_conntrack');
    if (cliff === null && concerned === 0) return null;
    // What it is with SCTP, association_reuse.ts tells.
    if (!spokenThroughIpvs(result).has('tcp')) return null;
    if (cliff === null) {
      const span = dropSpan(result, 'old_conntrack');
      return {
        concerned,
        ...span,
        text: `${count(concerned)} SYNs were dropped for their old entry's sake.`,
      };
    }
    return { concerned, ...cliffSpan(result, cliff), text: tell(result, cliff) };
  },
  inRequest(account) {
    const { length } = droppedFor(account, 'old_conntrack').filter((story) => !isSctp(story));
    if (length === 0) return null;
    return `${length === 1 ? 'One SYN of it was' : `${length} SYNs of it were`} dropped for the old entry's sake.`;
  },
};

/** The part of the run in which the cliff was felt, in whole rows. */
function cliffSpan({ scenario }: Result, { first_drop_s, recovery_s }: Cliff) {
  const end_s = scenario.duration_ns / 1e9;
  const from_s = Math.ceil(first_drop_s);
  return { from_s, to_s: Math.min(recovery_s ?? end_s, from_s + LONGEST_SPAN_S, end_s) };
}

function tell(result: Result, cliff: Cliff): string {
  const { first_drop_s, kernelFunction } = cliff;
  const nodes = droppingNodes(result, first_drop_s);
  const mode = sysctlAt(result, 'net.ipv4.vs.conn_reuse_mode', first_drop_s, nodes[0]);
  const conntrack = sysctlAt(result, 'net.ipv4.vs.conntrack', first_drop_s, nodes[0]);
  return (
    `From ${seconds(first_drop_s)} on, clients come back to source ports whose IPVS entry is still in TIME_WAIT and ` +
    `whose packets belong to a conntrack; ${kernelFunction}()${ofNodes(nodes)} drops such a SYN (conn_reuse_mode=${mode ?? '?'}, ` +
    `conntrack=${conntrack ?? '?'}) and the client sends it again after 1 s. ` +
    `It began after ${count(cliff.connections_before)} connections, with ${count(cliff.entries)} entries in the ` +
    `table: ${rate(cliff.rps_before)} requests/s before, ${rate(cliff.rps_after)} after${slowShare(cliff, 'of connects ')}. ${endOfCliff(cliff)}`
  );
}
