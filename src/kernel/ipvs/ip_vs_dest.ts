/** struct ip_vs_dest: a real server as IPVS sees it. */

import {
  IP_VS_CONN_F_DROUTE,
  IP_VS_CONN_F_MASQ,
  IP_VS_CONN_F_NOOUTPUT,
  IP_VS_CONN_F_TUNNEL,
} from './ip_vs_flags.ts';
import { type IpVsStats, newStats } from './stats.ts';

export type ForwardingMethod = 'masq' | 'route' | 'tunnel';

export interface IpVsDest {
  /** Position in net.dests; connections refer to it. */
  readonly index: number;
  readonly service: number;
  readonly addr: number;
  readonly port: number;
  readonly forward: ForwardingMethod;
  /** What a new connection inherits: forwarding method and NOOUTPUT. */
  readonly connFlags: number;
  weight: number;
  /** The last weight that was not 0 (for mh). */
  lastWeight: number;
  /** IP_VS_DEST_F_AVAILABLE: in its service's list. */
  available: boolean;
  /** IP_VS_DEST_F_OVERLOAD. */
  overload: boolean;
  u_threshold: number;
  l_threshold: number;
  activeconns: number;
  inactconns: number;
  persistconns: number;
  /** Connections that refer to it, templates included. */
  refcount: number;
  /** Jiffy at which the trash found it idle, or NOT_IDLE. */
  idleStart: number;
  /** Whether it has ever had an entry. */
  counts: boolean;
  stats: IpVsStats;
}

export const NOT_IDLE = Number.NEGATIVE_INFINITY;

const METHOD: Readonly<Record<ForwardingMethod, number>> = {
  masq: IP_VS_CONN_F_MASQ,
  route: IP_VS_CONN_F_DROUTE | IP_VS_CONN_F_NOOUTPUT,
  tunnel: IP_VS_CONN_F_TUNNEL | IP_VS_CONN_F_NOOUTPUT,
};

/** ip_vs_new_dest(): not yet in any list. */
export function newDest(
  index: number,
  service: number,
  addr: number,
  port: number,
  forward: ForwardingMethod,
): IpVsDest {
  return {
    index,
    service,
    addr,
    port,
    forward,
    connFlags: METHOD[forward],
    weight: 0,
    lastWeight: 0,
    available: false,
    overload: false,
    u_threshold: 0,
    l_threshold: 0,
    activeconns: 0,
    inactconns: 0,
    persistconns: 0,
    refcount: 0,
    idleStart: NOT_IDLE,
    counts: false,
    stats: newStats(),
  };
}

/**
 * ip_vs_bind_dest() and ip_vs_unbind_dest(), v4.19: overloaded from the upper threshold on, and again usable
 * below the lower one; without a lower one, below three quarters of the upper.
 */
export function ip_vs_dest_update_overload(dest: IpVsDest): void {
  if (dest.u_threshold === 0) {
    dest.overload = false;
    return;
  }
  const total = dest.activeconns + dest.inactconns;
  if (total >= dest.u_threshold) dest.overload = true;
  else if (dest.l_threshold !== 0 ? total < dest.l_threshold : total * 4 < dest.u_threshold * 3) {
    dest.overload = false;
  }
}

/** Whether a scheduler may pick it at all. */
export function isEligible(dest: IpVsDest): boolean {
  return dest.weight > 0 && !dest.overload;
}
