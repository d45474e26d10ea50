/** ip_vs_fo.c (v3.18): failover. The heaviest destination; the first in the list wins a tie. */
import { type IpVsDest, isEligible } from '../ipvs/ip_vs_dest.ts';
import type { SchedulerKind } from './ip_vs_sched.ts';

export const ip_vs_fo: SchedulerKind = {
  name: 'fo',
  since: [3, 18],
  flags: [],
  meaning: 'Failover: the available real server of the highest weight.',
  create() {
    return { schedule: (destinations) => heaviest(destinations, () => true) };
  },
};

/** The eligible destination of the greatest weight among those that `may` be taken. */
export function heaviest(
  destinations: readonly IpVsDest[],
  may: (dest: IpVsDest) => boolean,
): IpVsDest | null {
  let best: IpVsDest | null = null;
  for (const dest of destinations) {
    if (isEligible(dest) && may(dest) && (best === null || dest.weight > best.weight)) best = dest;
  }
  return best;
}
