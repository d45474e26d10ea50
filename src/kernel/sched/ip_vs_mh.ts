/** ip_vs_mh.c (v4.18): Maglev hashing of the client's address (and port with mh-port). */
import { hsiphash_1u32 } from '../hash.ts';
import { type IpVsDest, isEligible } from '../ipvs/ip_vs_dest.ts';
import { gcd } from './gcd.ts';
import type { SchedulerContext, SchedulerKind } from './ip_vs_sched.ts';

/** primes[4]: CONFIG_IP_VS_MH_TAB_INDEX is 12 unless the kernel was built otherwise. */
const IP_VS_MH_TAB_SIZE = 4093;
const IP_VS_MH_TAB_BITS = 6;
/** generate_hash_secret() */
const HASH1 = 2654435761n;
const HASH2 = 2654446892n;

export const ip_vs_mh: SchedulerKind = {
  name: 'mh',
  since: [4, 18],
  flags: ['mh-port', 'mh-fallback'],
  fallbackFlag: 'mh-fallback',
  meaning: 'Maglev hash of the source address, and of its port with mh-port.',
  create(context) {
    const withPort = context.flags.includes('mh-port');
    const fallback = context.flags.includes('mh-fallback');
    let lookup: readonly IpVsDest[] = [];
    /** A client's bucket, kept because SipHash on 64-bit integers is slow here. */
    const bucketOf = new Map<number, number>();

    function bucket(key: number): number {
      const known = bucketOf.get(key);
      if (known !== undefined) return known;
      const computed = hsiphash_1u32(key, HASH1, HASH1) % IP_VS_MH_TAB_SIZE;
      bucketOf.set(key, computed);
      return computed;
    }

    return {
      schedule(_destinations, saddr, sport) {
        if (lookup.length === 0) return null;
        const key = (withPort ? sport : 0) + context.fold(saddr);
        const first = bucket(key);
        const dest = lookup[first]!;
        if (isEligible(dest)) return dest;
        if (!fallback) return null;
        for (let offset = 0; offset < IP_VS_MH_TAB_SIZE; offset++) {
          const other = lookup[bucket(((offset + first) % IP_VS_MH_TAB_SIZE) + key)]!;
          if (isEligible(other)) return other;
        }
        return null;
      },
      changed(destinations) {
        lookup = populate(destinations, context.fold);
      },
    };
  },
};

/** ip_vs_mh_permutate() and ip_vs_mh_populate(): every destination with a weight ever takes its turns. */
function populate(destinations: readonly IpVsDest[], fold: SchedulerContext['fold']): IpVsDest[] {
  const weights = destinations.map((dest) => dest.lastWeight);
  const divisor = weights.filter((weight) => weight > 0).reduce((a, b) => gcd(b, a), 0);
  if (divisor < 1) return [];
  const heaviest = Math.max(...weights) / divisor;
  const shift = Math.max(0, 32 - Math.clz32(heaviest) - IP_VS_MH_TAB_BITS);
  const turns = weights.map((weight) => Math.floor(weight / divisor) >> shift || (weight !== 0 ? 1 : 0));
  const keys = destinations.map(({ addr, port }) => port + fold(addr));
  const at = keys.map((key) => hsiphash_1u32(key, HASH1, HASH1) % IP_VS_MH_TAB_SIZE);
  const skip = keys.map((key) => (hsiphash_1u32(key, HASH2, HASH2) % (IP_VS_MH_TAB_SIZE - 1)) + 1);
  const table = new Array<IpVsDest>(IP_VS_MH_TAB_SIZE);
  let filled = 0;
  for (;;) {
    for (let i = 0; i < destinations.length; i++) {
      for (let turn = 0; turn < turns[i]!; turn++) {
        while (table[at[i]!] !== undefined) at[i] = (at[i]! + skip[i]!) % IP_VS_MH_TAB_SIZE;
        table[at[i]!] = destinations[i]!;
        if (++filled === IP_VS_MH_TAB_SIZE) return table;
      }
    }
  }
}
