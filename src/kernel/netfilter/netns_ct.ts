/** struct netns_ct: what conntrack and NAT know of a namespace. */
import type { DelayedWork } from '../workqueue.ts';
import type { KubeEndpoint, KubeRules, KubeService } from './kube_rules.ts';
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
  /** kube-proxy's rules: one for each address of a service, and what they share. */
  readonly kubeServices: KubeService[];
  readonly kube: KubeRules;
  /** Connections that rules have sent to an endpoint. */
  bound: number;
  readonly chance: Chance;
}

/** What NAT and its rules leave to chance. */
export interface Chance {
  /** Where NAT begins to try the `size` ports from `low` on: any number of 16 bits, as get_random_u16() gives. */
  portOffset(low: number, size: number): number;
  /** Which of the endpoints a new connection goes to. */
  endpoint(endpoints: readonly KubeEndpoint[]): number;
  /** Which of the destinations a scheduler that draws takes, where that is known; null for as it falls. */
  drawn: (destinations: readonly { readonly addr: number; readonly port: number }[]) => number | null;
}
