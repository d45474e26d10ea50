/** The growth of the director's tables to several sizes, each run in a process of its own. */
import { bundleCore } from '../bundle_core.ts';
import { type Spread, spreads } from './figures.ts';
import type { GrowthFigure, GrowthRun } from './growth.ts';
import { measureIn } from './processes.ts';

export type GrowthSummary = { readonly runs: number } & GrowthRun['counts'] &
  Readonly<Record<GrowthFigure, Spread>>;

const SIZES = [10_000, 100_000, 1_000_000, 10_000_000];

export async function measureGrowth(largest: number, repetitions: number): Promise<readonly GrowthSummary[]> {
  await bundleCore('tools/bench/director_growth.ts', 'out/bench/director_growth.js');
  return SIZES.filter((size) => size <= largest).map((size) => {
    // Sixty million packets take a minute: once is enough.
    const runs = Array.from({ length: size > 1_000_000 ? 1 : repetitions }, () =>
      measureIn<GrowthRun>('growth.ts', String(size)),
    );
    return { runs: runs.length, ...runs[0]!.counts, ...spreads(runs.map(({ measured }) => measured)) };
  });
}
