/** struct netns_ct: what conntrack and NAT know of a namespace. */
import type { DelayedWork } from '../workqueue.ts';
import type { NatService } from './nat_rules.ts';
import type { ConntrackTable } from './nf_conntrack_core.ts';

export interface NetnsCt {
  readonly conntracks: ConntrackTable;
  /** Whether conntrack's hooks are registered in this namespace. */
  readonly conntrackHooks: boolean;
  /** Whether NAT's are: some NAT rule exists, as kube-proxy's masquerading does. */
  readonly natHooks: boolean;
  /** gc_worker() */
  readonly gcWork: DelayedWork;
  /** Where the next early_drop() begins to look. */
  earlyDropStart: number;
  /** Services of iptables rules. */
  readonly natServices: NatService[];
  /** A random number below `size`, for NAT's port search (nf_nat_l4proto_unique_tuple) and for statistic_mt(). */
  drawPort(size: number): number;
}
