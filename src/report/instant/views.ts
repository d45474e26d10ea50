/**
 * The views of an instant (`ipvsim show --view NAME`): a new one is a function from a Snapshot to text and a
 * line here.
 */
import type { Snapshot } from '../../measure/snapshot.ts';
import { conntrackL, conntrackLFooter, conntrackS } from './conntrack.ts';
import { ipvsadmLn, ipvsadmLnc, ipvsadmRate, ipvsadmStats, ipvsadmTimeout } from './ipvsadm.ts';
import { ipVs, ipVsConn, ipVsStats } from './proc_net.ts';

export interface View {
  readonly name: string;
  /** The command or file that it imitates. */
  readonly like: string;
  readonly description: string;
  readonly render: (snapshot: Snapshot) => string;
  /** What the imitated command writes to standard error besides. */
  readonly talk?: (snapshot: Snapshot) => string;
}

export const VIEWS: readonly View[] = [
  {
    name: 'ipvsadm-ln',
    like: 'ipvsadm -Ln',
    description: 'services and real servers with their active and inactive connections',
    render: ipvsadmLn,
  },
  {
    name: 'ipvsadm-lnc',
    like: 'ipvsadm -Lnc',
    description: 'every connection entry with its state and the time it has left',
    render: ipvsadmLnc,
  },
  {
    name: 'ipvsadm-stats',
    like: 'ipvsadm -Ln --stats',
    description: 'connections, packets and bytes since the start',
    render: ipvsadmStats,
  },
  {
    name: 'ipvsadm-rate',
    like: 'ipvsadm -Ln --rate',
    description: 'connections, packets and bytes per second',
    render: ipvsadmRate,
  },
  {
    name: 'ipvsadm-timeout',
    like: 'ipvsadm -L --timeout',
    description: 'the three timeouts that ipvsadm --set changes',
    render: ipvsadmTimeout,
  },
  {
    name: 'ip_vs',
    like: '/proc/net/ip_vs',
    description: 'services and real servers as the kernel lists them',
    render: ipVs,
  },
  {
    name: 'ip_vs_conn',
    like: '/proc/net/ip_vs_conn',
    description: 'the connection table as the kernel lists it',
    render: ipVsConn,
  },
  {
    name: 'ip_vs_stats',
    like: '/proc/net/ip_vs_stats',
    description: 'totals and rates in hexadecimal',
    render: ipVsStats,
  },
  {
    name: 'conntrack-l',
    like: 'conntrack -L',
    description: "connection tracking's entries",
    render: conntrackL,
    talk: conntrackLFooter,
  },
  {
    name: 'conntrack-s',
    like: 'conntrack -S',
    description: "connection tracking's counters",
    render: conntrackS,
  },
];
