/** What a sweep keeps of a run: one row of numbers. The series of a run come back with `ipvsim run`. */
import type { Result, Times, Verdict } from '../measure/result.ts';
import type { PlannedRun } from './plan.ts';

export interface RunRecord {
  readonly key: string;
  readonly values: readonly string[];
  readonly repetition: number;
  readonly seed: string;
  readonly scenarioHash: string;
  /** By the names of METRICS; null where the run has nothing to say. */
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly drops: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
}

/** The part of a record that a result gives. */
export type RunFigures = Pick<RunRecord, 'scenarioHash' | 'metrics' | 'drops' | 'errors'>;

export interface Metric {
  readonly name: string;
  readonly integer: boolean;
  of(result: Result): number | null;
}

const count = (name: string, of: Metric['of']): Metric => ({ name, integer: true, of });
const number = (name: string, of: Metric['of']): Metric => ({ name, integer: false, of });

const times = (kind: 'connect' | 'total'): Metric[] => {
  const of = (pick: (times: Times) => number | undefined) => (result: Result) =>
    pick(result.times_ms[kind]) ?? null;
  return [
    number(
      `${kind}_min_ms`,
      of(({ min }) => min),
    ),
    number(
      `${kind}_mean_ms`,
      of(({ mean }) => mean),
    ),
    number(
      `${kind}_sd_ms`,
      of(({ sd }) => sd),
    ),
    number(
      `${kind}_p50_ms`,
      of(({ median }) => median),
    ),
    ...[90, 95, 99].map((rank) =>
      number(
        `${kind}_p${rank}_ms`,
        of(({ percentiles }) => percentiles[rank]),
      ),
    ),
    number(
      `${kind}_max_ms`,
      of(({ max }) => max),
    ),
  ];
};

const verdicts = (verdict: 'pass' | 'fail' | 'unknown') =>
  count(
    `expect_${verdict}`,
    ({ expectations }) => expectations.filter((one) => one.verdict === verdict).length,
  );

/** The columns that every sweep has, in their order. New ones go to the end. */
export const METRICS: readonly Metric[] = [
  count('complete', ({ totals }) => totals.complete),
  count('failed', ({ totals }) => totals.failed),
  number('seconds', ({ totals }) => totals.seconds),
  number('rps', ({ totals }) => totals.rps),
  count('syn_dropped', ({ totals }) => totals.syn_dropped),
  count('packets_dropped', ({ totals }) => totals.packets_dropped),
  count('syn_retransmitted', ({ totals }) => totals.syn_retransmitted),
  count('packets', ({ totals }) => totals.packets),
  count('connections', ({ totals }) => totals.connections),
  count('response_bytes', ({ totals }) => totals.response_bytes),
  ...times('connect'),
  ...times('total'),
  number('cliff_first_drop_s', ({ cliff }) => cliff?.first_drop_s ?? null),
  count('cliff_connections_before', ({ cliff }) => cliff?.connections_before ?? null),
  number('cliff_rps_before', ({ cliff }) => cliff?.rps_before ?? null),
  number('cliff_rps_after', ({ cliff }) => cliff?.rps_after ?? null),
  number('cliff_recovery_s', ({ cliff }) => cliff?.recovery_s ?? null),
  verdicts('pass'),
  verdicts('fail'),
  verdicts('unknown'),
];

export function figuresOf(result: Result): RunFigures {
  const metrics = METRICS.map(({ name, of }) => {
    const value = of(result);
    // JSON has no infinity: what cannot be kept in the journal must not be in the table either.
    return [name, value !== null && Number.isFinite(value) ? value : null] as const;
  });
  return {
    scenarioHash: result.scenarioHash,
    metrics: Object.fromEntries(metrics),
    drops: result.drops,
    errors: result.errors,
  };
}

/** What the expectations of all runs come to: one that fails decides, then one that cannot be judged. */
export function verdictOf(records: readonly Pick<RunRecord, 'metrics'>[]): Verdict['verdict'] {
  const some = (metric: string) => records.some(({ metrics }) => (metrics[metric] ?? 0) > 0);
  return some('expect_fail') ? 'fail' : some('expect_unknown') ? 'unknown' : 'pass';
}

export function recordOf(run: PlannedRun, figures: RunFigures): RunRecord {
  const { key, values, repetition, seed } = run;
  return { key, values, repetition, seed, ...figures };
}
