/** ip_vs_twos.c (v5.1): the less loaded of two destinations drawn by weight. */
import { type IpVsDest, isEligible } from '../ipvs/ip_vs_dest.ts';
import { connOverhead } from './ip_vs_lc.ts';
import type { SchedulerKind } from './ip_vs_sched.ts';

export const ip_vs_twos: SchedulerKind = {
  name: 'twos',
  since: [5, 1],
  flags: [],
  meaning: 'The less loaded of two drawn at random by weight.',
  create(context) {
    return {
      schedule(destinations) {
        const eligible = destinations.filter(isEligible);
        if (eligible.length === 0) return null;
        // ip_vs_twos_schedule(), v5.1: both draws may fall on the same one, so that any of them may be taken.
        const drawn = context.drawn(eligible);
        if (drawn !== null) return eligible[drawn]!;
        const totalWeight = eligible.reduce((sum, dest) => sum + dest.weight, 0);
        // The draw includes the total itself, as the kernel's does.
        const first = draw(eligible, context.random.below(totalWeight + 1));
        const second = draw(eligible, context.random.below(totalWeight + 1));
        const firstLoad = second.weight * connOverhead(first, context.totalConns);
        const secondLoad = first.weight * connOverhead(second, context.totalConns);
        return firstLoad > secondLoad ? second : first;
      },
    };
  },
};

function draw(eligible: readonly IpVsDest[], ticket: number): IpVsDest {
  let left = ticket;
  for (const dest of eligible) {
    left -= dest.weight;
    if (left <= 0) return dest;
  }
  throw new RangeError(`ticket ${ticket} is larger than the sum of weights`);
}
