/** ip_vs_lblcr.c: as lblc, but a destination address keeps a set of servers that grows under load. */
import { type IpVsDest, isEligible } from '../ipvs/ip_vs_dest.ts';
import { copesNoMore, everyHalfHour } from './ip_vs_lblc.ts';
import { connOverhead, leastWeighted } from './ip_vs_lc.ts';
import type { SchedulerKind } from './ip_vs_sched.ts';

interface DestinationSet {
  /**
   * Newest first. ip_vs_dest_set_insert() holds them (v6.1): one that is deleted waits in the trash, where
   * ip_vs_trash_get_dest() finds it when it is added again, so that it is still a member.
   */
  members: IpVsDest[];
  lastChange: number;
  lastUse: number;
}

export const ip_vs_lblcr: SchedulerKind = {
  name: 'lblcr',
  since: null,
  flags: [],
  meaning: 'A set of real servers for each destination address.',
  create(context) {
    const overheadOf = (dest: IpVsDest) => connOverhead(dest, context.totalConns);
    const sets = new Map<number, DestinationSet>();

    /** ip_vs_dest_set_min() */
    function leastOf(set: DestinationSet): IpVsDest | null {
      return leastWeighted(
        set.members.filter((dest) => dest.available && isEligible(dest)),
        overheadOf,
      );
    }

    /** ip_vs_dest_set_max(): the greatest overhead per weight. */
    function mostOf(set: DestinationSet): IpVsDest | null {
      let most: IpVsDest | null = null;
      for (const dest of set.members) {
        if (dest.weight <= 0) continue;
        if (most === null || overheadOf(most) * dest.weight < overheadOf(dest) * most.weight) most = dest;
      }
      return most;
    }

    // ip_vs_lblcr_full_check()
    everyHalfHour(context, () => {
      for (const [daddr, { members, lastUse }] of sets) {
        if (lastUse + context.sysctl.lblcr_expiration * context.hz > context.jiffies()) continue;
        for (const dest of members) dest.refcount--;
        sets.delete(daddr);
      }
    });
    return {
      schedule(destinations, _saddr, _sport, daddr) {
        const now = context.jiffies();
        const set = sets.get(daddr);
        if (set !== undefined) {
          set.lastUse = now;
          const dest = leastOf(set);
          if (set.members.length > 1 && now > set.lastChange + context.sysctl.lblcr_expiration * context.hz) {
            const most = mostOf(set);
            if (most !== null) {
              most.refcount--;
              set.members = set.members.filter((member) => member !== most);
              set.lastChange = now;
            }
          }
          if (dest !== null && !copesNoMore(dest, destinations)) return dest;
        }
        const dest = leastWeighted(destinations, overheadOf);
        if (dest === null) return null;
        if (set === undefined) {
          dest.refcount++;
          sets.set(daddr, { members: [dest], lastChange: now, lastUse: now });
        } else if (!set.members.includes(dest)) {
          dest.refcount++;
          set.members.unshift(dest);
          set.lastChange = now;
        }
        return dest;
      },
    };
  },
};
