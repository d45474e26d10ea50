/** ip_vs_sh.c: by hash of the client's address (and port with sh-port) into 256 buckets filled by weight. */
import { schedulerHash } from '../hash.ts';
import { type IpVsDest, isEligible } from '../ipvs/ip_vs_dest.ts';
import type { SchedulerKind } from './ip_vs_sched.ts';

const IP_VS_SH_TAB_BITS = 8;
const IP_VS_SH_TAB_SIZE = 1 << IP_VS_SH_TAB_BITS;

export const ip_vs_sh: SchedulerKind = {
  name: 'sh',
  since: null,
  flags: ['sh-port', 'sh-fallback'],
  fallbackFlag: 'sh-fallback',
  meaning: 'Hash of the source address, and of its port with sh-port.',
  create(context) {
    const withPort = context.flags.includes('sh-port');
    const fallback = context.flags.includes('sh-fallback');
    let buckets: readonly IpVsDest[] = [];

    return {
      schedule(_destinations, saddr, sport) {
        if (buckets.length === 0) return null;
        const hash = schedulerHash(
          (withPort ? sport : 0) + context.fold(saddr),
          IP_VS_SH_TAB_BITS,
          context.hashUpperBits,
        );
        const dest = buckets[hash]!;
        if (isEligible(dest)) return dest;
        if (!fallback) return null;
        // ip_vs_sh_get_fallback(): around the table from the original bucket on. The bucket's number goes in
        // as the offset and comes out added to the hash once more.
        for (let offset = 0; offset < IP_VS_SH_TAB_SIZE; offset++) {
          const start = (offset + hash) % IP_VS_SH_TAB_SIZE;
          const other = buckets[(start + hash) % IP_VS_SH_TAB_SIZE]!;
          if (isEligible(other)) return other;
        }
        return null;
      },
      /** ip_vs_sh_reassign(): each destination takes as many buckets in a row as its weight, at least one. */
      changed(destinations) {
        buckets = destinations.length === 0 ? [] : fill(destinations);
      },
    };
  },
};

function fill(destinations: readonly IpVsDest[]): IpVsDest[] {
  const buckets: IpVsDest[] = [];
  let at = 0;
  let taken = 0;
  while (buckets.length < IP_VS_SH_TAB_SIZE) {
    const dest = destinations[at]!;
    buckets.push(dest);
    if (++taken >= dest.weight) {
      at = (at + 1) % destinations.length;
      taken = 0;
    }
  }
  return buckets;
}
