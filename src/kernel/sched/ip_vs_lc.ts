/**
 * ip_vs_lc.c, ip_vs_wlc.c, ip_vs_sed.c, ip_vs_nq.c: least connections and its relatives. They differ in what
 * they call the overhead of a destination, in whether weights divide it, and in whether an idle server is
 * taken at once.
 */
import { type IpVsDest, isEligible } from '../ipvs/ip_vs_dest.ts';
import type { SchedulerKind } from './ip_vs_sched.ts';

/**
 * ip_vs_dest_conn_overhead(): an active connection weighs 256 inactive ones. Kernels that count all
 * connections instead of the inactive ones (6.1.192) add the active ones once more.
 */
export function connOverhead(dest: IpVsDest, totalConns: boolean): number {
  return dest.activeconns * (totalConns ? 257 : 256) + dest.inactconns;
}

/** ip_vs_sed_dest_overhead(): the expected delay of one more connection. */
function expectedDelay(dest: IpVsDest): number {
  return dest.activeconns + 1;
}

/** The smallest overhead; the first in the list wins a tie. */
export const ip_vs_lc: SchedulerKind = {
  name: 'lc',
  since: null,
  flags: [],
  meaning: 'Least connections, active ones counting 256 times.',
  create(context) {
    return {
      schedule(destinations) {
        let least: IpVsDest | null = null;
        let leastOverhead = 0;
        for (const dest of destinations) {
          if (!isEligible(dest)) continue;
          const overhead = connOverhead(dest, context.totalConns);
          if (least === null || overhead < leastOverhead) {
            least = dest;
            leastOverhead = overhead;
          }
        }
        return least;
      },
    };
  },
};

/** The smallest overhead per weight, compared by cross-multiplication; the first in the list wins a tie. */
export function leastWeighted(
  destinations: readonly IpVsDest[],
  overheadOf: (dest: IpVsDest) => number,
): IpVsDest | null {
  let least: IpVsDest | null = null;
  let leastOverhead = 0;
  for (let i = 0; i < destinations.length; i++) {
    const dest = destinations[i]!;
    if (!isEligible(dest)) continue;
    const overhead = overheadOf(dest);
    if (least === null || leastOverhead * dest.weight > overhead * least.weight) {
      least = dest;
      leastOverhead = overhead;
    }
  }
  return least;
}

export const ip_vs_wlc: SchedulerKind = {
  name: 'wlc',
  since: null,
  flags: [],
  meaning: 'Least connections by weight.',
  create(context) {
    const overheadOf = (dest: IpVsDest) => connOverhead(dest, context.totalConns);
    return { schedule: (destinations) => leastWeighted(destinations, overheadOf) };
  },
};

export const ip_vs_sed: SchedulerKind = {
  name: 'sed',
  since: null,
  flags: [],
  meaning: 'Shortest expected delay: least active connections by weight.',
  create() {
    return { schedule: (destinations) => leastWeighted(destinations, expectedDelay) };
  },
};

export const ip_vs_nq: SchedulerKind = {
  name: 'nq',
  since: null,
  flags: [],
  meaning: 'Never queue: an idle real server first, else as sed.',
  create() {
    return {
      schedule(destinations) {
        const idle = destinations.find((dest) => isEligible(dest) && dest.activeconns === 0);
        return idle ?? leastWeighted(destinations, expectedDelay);
      },
    };
  },
};
