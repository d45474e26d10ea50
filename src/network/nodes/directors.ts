/** The directors of a run, most often one, and what they come to together. */
import type { Director } from '../../kernel/director.ts';
import { DROP_REASONS } from '../../kernel/drop_reason.ts';
import { ENTRY_KINDS } from '../../kernel/ipvs/ip_vs_conn.ts';
import { destOf, directorOf } from './nexthop.ts';

export class Directors {
  readonly all: readonly Director[];

  constructor(all: readonly Director[]) {
    this.all = all;
  }

  /** The real server to which a packet with that next hop goes, and its service. */
  realServer(nexthop: number): ReturnType<Director['realServer']> {
    return this.all[directorOf(nexthop)]?.realServer(destOf(nexthop)) ?? null;
  }

  /** By index of ENTRY_KINDS. */
  get entriesByKind(): Int32Array {
    return added(
      new Int32Array(ENTRY_KINDS.length),
      this.all.map(({ entriesByKind }) => entriesByKind),
    );
  }

  /** By index of DROP_REASONS. */
  get drops(): Float64Array {
    return added(
      new Float64Array(DROP_REASONS.length),
      this.all.map(({ drops }) => drops),
    );
  }

  sum(count: (director: Director) => number): number {
    let sum = 0;
    for (const director of this.all) sum += count(director);
    return sum;
  }
}

function added<Counts extends Int32Array | Float64Array>(sums: Counts, each: readonly Counts[]): Counts {
  for (const counts of each) {
    counts.forEach((count, index) => {
      sums[index]! += count;
    });
  }
  return sums;
}
