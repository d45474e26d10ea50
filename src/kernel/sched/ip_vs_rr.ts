/** ip_vs_rr.c: the next destination in the list after the last one picked. */
import { type IpVsDest, isEligible } from '../ipvs/ip_vs_dest.ts';
import type { SchedulerKind } from './ip_vs_sched.ts';

export const ip_vs_rr: SchedulerKind = {
  name: 'rr',
  since: null,
  flags: [],
  meaning: 'Round robin: each real server in turn.',
  create() {
    /** svc->sched_data: the last pick; null stands for the list's head. */
    let last: IpVsDest | null = null;
    return {
      schedule(destinations) {
        const count = destinations.length;
        const start = last === null ? -1 : destinations.indexOf(last);
        for (let step = 1; step <= count; step++) {
          const dest = destinations[(start + step) % count]!;
          if (isEligible(dest)) {
            last = dest;
            return dest;
          }
        }
        return null;
      },
      /** ip_vs_rr_del_dest(): a deleted last pick is replaced by the entry before it. */
      changed(destinations, removed, removedAt) {
        if (removed !== null && removed === last) last = destinations[removedAt - 1] ?? null;
      },
    };
  },
};
