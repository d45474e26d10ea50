/** ip_vs_lblc.c: locality-based least connections. A destination address keeps its server while that copes. */
import type { IpVsDest } from '../ipvs/ip_vs_dest.ts';
import { connOverhead, leastWeighted } from './ip_vs_lc.ts';
import type { SchedulerContext, SchedulerKind } from './ip_vs_sched.ts';

/** CHECK_EXPIRE_INTERVAL */
const CHECK_EXPIRE_INTERVAL_S = 60;
/** COUNT_FOR_FULL_EXPIRATION */
const COUNT_FOR_FULL_EXPIRATION = 30;

/**
 * ip_vs_lblc_check_expire(), ip_vs_lblcr_check_expire() (v6.1): a timer of the service that comes every minute and has
 * what was not used for long forgotten at every thirtieth time. Deviation: what the other times thin out a cache of more
 * than 16 384 addresses is left out.
 */
export function everyHalfHour({ hz, delayed }: SchedulerContext, fullCheck: () => void): void {
  let counter = 1;
  const periodicTimer = delayed(() => {
    if (counter % COUNT_FOR_FULL_EXPIRATION === 0) {
      fullCheck();
      counter = 0;
    }
    counter++;
    periodicTimer.mod(CHECK_EXPIRE_INTERVAL_S * hz);
  });
  periodicTimer.mod(CHECK_EXPIRE_INTERVAL_S * hz);
}

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
    // ip_vs_lblc_full_check()
    everyHalfHour(context, () => {
      for (const [daddr, { dest, lastUse }] of cache) {
        if (context.jiffies() < lastUse + context.sysctl.lblc_expiration * context.hz) continue;
        dest.refcount--;
        cache.delete(daddr);
      }
    });
    return {
      schedule(destinations, _saddr, _sport, daddr) {
        const now = context.jiffies();
        const entry = cache.get(daddr);
        if (entry !== undefined) {
          entry.lastUse = now;
          const { dest } = entry;
          if (dest.available && dest.weight > 0 && !copesNoMore(dest, destinations)) return dest;
        }
        const dest = leastWeighted(destinations, overheadOf);
        if (dest !== null) {
          // The cache refers to its choice: a destination that is deleted waits in the trash until it is replaced.
          dest.refcount++;
          if (entry !== undefined) entry.dest.refcount--;
          cache.set(daddr, { dest, lastUse: now });
        }
        return dest;
      },
    };
  },
};
