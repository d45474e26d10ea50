/** ip_vs_dh.c: by hash of the destination address into 256 buckets dealt out in turn. */
import { schedulerHash } from '../hash.ts';
import { type IpVsDest, isEligible } from '../ipvs/ip_vs_dest.ts';
import type { SchedulerKind } from './ip_vs_sched.ts';

const IP_VS_DH_TAB_BITS = 8;

export const ip_vs_dh: SchedulerKind = {
  name: 'dh',
  since: null,
  flags: [],
  fallbackFlag: null,
  meaning: 'Hash of the destination address.',
  create(context) {
    let dealt: readonly IpVsDest[] = [];
    return {
      schedule(_destinations, _saddr, _sport, daddr) {
        if (dealt.length === 0) return null;
        const hash = schedulerHash(context.fold(daddr), IP_VS_DH_TAB_BITS, context.hashUpperBits);
        const dest = dealt[hash % dealt.length]!;
        return isEligible(dest) ? dest : null;
      },
      /** ip_vs_dh_reassign(): weights do not matter; a change of weight deals anew all the same. */
      changed(destinations) {
        dealt = [...destinations];
      },
    };
  },
};
