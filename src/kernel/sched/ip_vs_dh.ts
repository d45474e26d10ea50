/** ip_vs_dh.c: by hash of the destination address into 256 buckets dealt out in turn. */
import { schedulerHash } from '../hash.ts';
import { type IpVsDest, isEligible } from '../ipvs/ip_vs_dest.ts';
import type { IpVsScheduler } from '../ipvs/ip_vs_service.ts';
import type { SchedulerContext } from './ip_vs_sched.ts';

const IP_VS_DH_TAB_BITS = 8;

export function ip_vs_dh(context: SchedulerContext): IpVsScheduler {
  let dealt: readonly IpVsDest[] = [];
  return {
    schedule(_destinations, _saddr, _sport, daddr) {
      if (dealt.length === 0) return null;
      const dest = dealt[schedulerHash(daddr, IP_VS_DH_TAB_BITS, context.hashUpperBits) % dealt.length]!;
      return isEligible(dest) ? dest : null;
    },
    /** ip_vs_dh_reassign(): weights do not matter; a change of weight deals anew all the same. */
    changed(destinations) {
      dealt = [...destinations];
    },
  };
}
