/** ip_vs_wrr.c: weighted round robin by rounds of falling weight. */
import type { IpVsDest } from '../ipvs/ip_vs_dest.ts';
import { gcd } from './gcd.ts';
import type { SchedulerKind } from './ip_vs_sched.ts';

const HEAD = -1;

export const ip_vs_wrr: SchedulerKind = {
  name: 'wrr',
  since: null,
  flags: [],
  meaning: 'Round robin by weight.',
  create() {
    /** mark->cl: the last pick; null stands for the list's head. */
    let current: IpVsDest | null = null;
    /** mark->cw, mark->mw, mark->di: current and maximum weight, and the step between rounds. */
    let currentWeight = 0;
    let maxWeight = 0;
    let step = 1;

    function schedule(destinations: readonly IpVsDest[]): IpVsDest | null {
      if (maxWeight === 0) return null;
      const last = current === null ? HEAD : destinations.indexOf(current);
      let stop = destinations.length;
      let restarted = false;
      let lastPass = false;
      let at = last;
      for (;;) {
        while (++at < destinations.length) {
          const dest = destinations[at]!;
          if (!dest.overload && dest.weight >= currentWeight) {
            current = dest;
            return dest;
          }
          if (at === stop) {
            current = dest;
            return null;
          }
        }
        at = HEAD;
        currentWeight -= step;
        if (currentWeight <= 0) {
          currentWeight = maxWeight;
          // Every destination has been asked in a round for weight 1.
          if (lastPass || last === HEAD) {
            current = null;
            return null;
          }
          restarted = true;
        }
        lastPass = currentWeight <= step;
        // The first round for weight 1 began in mid-list; this one must go on to where that began.
        if (lastPass && restarted && last !== HEAD) stop = last;
      }
    }

    return {
      schedule,
      /** ip_vs_wrr_dest_changed() */
      changed(destinations) {
        current = null;
        let divisor = 0;
        let heaviest = 0;
        for (const { weight } of destinations) {
          if (weight <= 0) continue;
          divisor = divisor > 0 ? gcd(weight, divisor) : weight;
          heaviest = Math.max(heaviest, weight);
        }
        step = divisor > 0 ? divisor : 1;
        maxWeight = heaviest - (step - 1);
        if (currentWeight > maxWeight || currentWeight === 0) currentWeight = maxWeight;
        else if (step > 1) currentWeight = Math.floor(currentWeight / step) * step + 1;
      },
    };
  },
};
