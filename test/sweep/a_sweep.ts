/** A sweep made up for tests of what works on heads, plans and records. */
import { type Plan, planOf, type SweepHead } from '../../src/sweep/plan.ts';
import { METRICS, type RunRecord } from '../../src/sweep/record.ts';

export function aHead(change: Partial<SweepHead> = {}): SweepHead {
  return {
    schema: 1,
    ipvsim: '0.1.0',
    scenario: 'small',
    scenarioHash: '00112233aabbccdd',
    seed: 'ipvsim',
    seeds: 2,
    dimensions: [
      { key: 'clients.0.rate', values: ['100/s', '200/s', '400/s'] },
      { key: 'kernel', values: ['5.10', '4.19'] },
    ],
    shard: null,
    ...change,
  };
}

/** Figures that depend on the key alone, as a deterministic simulator's do. */
export function recordsOf(plan: Plan): RunRecord[] {
  return plan.runs.map((run) => {
    const size = [...run.key].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 9973, 7);
    const metrics = METRICS.map(({ name, integer }, index) => [
      name,
      integer ? size + index : size / (index + 3),
    ]);
    return {
      ...run,
      scenarioHash: 'abc',
      metrics: { ...Object.fromEntries(metrics), cliff_first_drop_s: size % 2 === 0 ? null : 16.5 },
      drops: size % 3 === 0 ? { old_conntrack: size } : {},
      errors: size % 5 === 0 ? { ECONNREFUSED: 1 } : {},
    };
  });
}

export function aPlan(change: Partial<SweepHead> = {}): Plan {
  return planOf(aHead(change));
}
