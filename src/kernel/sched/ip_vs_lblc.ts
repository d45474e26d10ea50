/** ip_vs_lblc.c: locality-based least connections. A destination address keeps its server while that copes. */
import type { IpVsDest } from '../ipvs/ip_vs_dest.ts';
import { connOverhead, leastWeighted } from './ip_vs_lc.ts';
import type { SchedulerKind } from './ip_vs_sched.ts';

/**
 * sysctl lblc_expiration: a cached choice is forgotten when it was not used for a day. Deviation: the timer that does so every
 * half hour (ip_vs_lblc_full_check(), v6.1) does it when the trash is looked through, and its part that thins out a crowded cache
 * (ip_vs_lblc_check_expire()) is left out.
 */
const LBLC_EXPIRATION_S = 24 * 60 * 60;

/** is_overloaded(): more active connections than weight, while another server has less than half its own. */
export function copesNoMore(dest: IpVsDest, destinations: readonly IpVsDest[]): boolean {
  if (dest.activeconns <= dest.weight) return false;
  return destinations.some((other) => other.activeconns * 2 < other.weight);
}

export const ip_vs_lblc: SchedulerKind = {
  name: 'lblc',
  since: null,
  flags: [],
  meaning: 'One real server for each destination address, else as wlc.',
  create(context) {
    const overheadOf = (dest: IpVsDest) => connOverhead(dest, context.totalConns);
    const cache = new Map<number, { dest: IpVsDest; lastUse: number }>();
    return {
      forget() {
        const now = context.jiffies();
        for (const [daddr, { dest, lastUse }] of cache) {
          if (now - lastUse <= LBLC_EXPIRATION_S * context.hz) continue;
          dest.refcount--;
          cache.delete(daddr);
        }
      },
      schedule(destinations, _saddr, _sport, daddr) {
        const now = context.jiffies();
        const entry = cache.get(daddr);
        if (entry !== undefined && now - entry.lastUse <= LBLC_EXPIRATION_S * context.hz) {
          entry.lastUse = now;
          const { dest } = entry;
          if (dest.available && dest.weight > 0 && !copesNoMore(dest, destinations)) return dest;
        }
        const dest = leastWeighted(destinations, overheadOf);
        if (dest !== null) {
          // ip_vs_lblc_new() holds it (v6.1): one that is deleted waits in the trash until it is replaced.
          dest.refcount++;
          if (entry !== undefined) entry.dest.refcount--;
          cache.set(daddr, { dest, lastUse: now });
        }
        return dest;
      },
    };
  },
};
