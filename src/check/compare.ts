/**
 * Two sides of a comparison, each a run or several with the same seeds, as rows of figures: the means, their
 * difference, how far it differs from seed to seed, and whether it is beyond what is tolerated.
 */
import { suggest } from '../scenario/text/suggest.ts';
import { UserError } from '../storage/user_error.ts';
import type { RunFigures } from '../sweep/record.ts';
import { EXACT, parseTolerance, type Tolerance, toleranceFor, within } from './tolerance.ts';

export interface ComparedMetric {
  readonly metric: string;
  /** Means over the seeds; null where a side has no value. */
  readonly before: number | null;
  readonly after: number | null;
  readonly difference: number | null;
  /** Smallest and largest difference of a pair of runs with the same seed; null for a single pair. */
  readonly spread: readonly [least: number, most: number] | null;
  readonly tolerance: string;
  readonly within: boolean;
  /** Which way it went; null where nothing changed, seeds disagree, or neither way is better. */
  readonly change: 'better' | 'worse' | null;
}

type Better = 'more' | 'less' | 'neither';

/** What a comparison looks at, in this order, and what is better; counters of drops and errors follow. */
const BETTER = {
  rps: 'more',
  complete: 'more',
  failed: 'less',
  connect_mean_ms: 'less',
  connect_p50_ms: 'less',
  connect_p95_ms: 'less',
  connect_p99_ms: 'less',
  connect_max_ms: 'less',
  total_p50_ms: 'less',
  total_p99_ms: 'less',
  syn_dropped: 'less',
  packets_dropped: 'less',
  syn_retransmitted: 'less',
  cliff_first_drop_s: 'more',
  cliff_rps_before: 'more',
  cliff_rps_after: 'more',
  /** An instant, not how long it lasted. */
  cliff_recovery_s: 'neither',
} as const satisfies Record<string, Better>;

export const COMPARED_METRICS = Object.keys(BETTER) as readonly (keyof typeof BETTER)[];

/** Whoever names the metrics that matter does not mind the others. */
const ANY: Tolerance = {
  text: 'any',
  relative: Number.POSITIVE_INFINITY,
  absolute: Number.POSITIVE_INFINITY,
};

/**
 * `2%` for every metric, `rps=2%` or `connect_*=5%` for some; the longest name that fits wins. Without any,
 * nothing may differ; with some metrics named and no general one, the others may.
 */
export function parseTolerances(texts: readonly string[]): ReadonlyMap<string, Tolerance> {
  const tolerances = new Map<string, Tolerance>([['*', texts.length === 0 ? EXACT : ANY]]);
  for (const text of texts) {
    const [, metric = '*', value = ''] = /^(?:([^=]+)=)?(.*)$/s.exec(text)!;
    const known = COMPARED_METRICS.some((name) => name === metric) || /\*$|^(drops|errors)\[/.test(metric);
    if (!known) {
      const near = suggest(metric, COMPARED_METRICS);
      const hint = near === null ? `there are ${COMPARED_METRICS.join(', ')}` : `did you mean ${near}?`;
      throw new UserError(`--tolerance: no metric is called ${metric}`, hint);
    }
    tolerances.set(metric, parseTolerance(value, '--tolerance'));
  }
  return tolerances;
}

/** Runs of one position in the two lists have the same seed. Metrics that neither side has are left out. */
export function compareRuns(
  before: readonly RunFigures[],
  after: readonly RunFigures[],
  tolerances: ReadonlyMap<string, Tolerance>,
): ComparedMetric[] {
  const runs = [...before, ...after];
  const labelled = (kind: 'drops' | 'errors') =>
    [...new Set(runs.flatMap((run) => Object.keys(run[kind])))].sort().map((label) => ({
      metric: `${kind}[${label}]`,
      better: 'less' as const,
      of: (run: RunFigures) => run[kind][label] ?? 0,
    }));
  const metrics = [
    ...COMPARED_METRICS.map((metric) => ({
      metric,
      better: BETTER[metric],
      of: (run: RunFigures) => run.metrics[metric] ?? null,
    })),
    ...labelled('drops'),
    ...labelled('errors'),
  ];
  return metrics.flatMap(({ metric, better, of }) => {
    const values = { before: before.map(of), after: after.map(of) };
    const row = compareValues(metric, values, toleranceFor(tolerances, metric), better);
    return row.before === null && row.after === null ? [] : [row];
  });
}

function compareValues(
  metric: string,
  values: { before: readonly (number | null)[]; after: readonly (number | null)[] },
  tolerance: Tolerance,
  better: Better,
): ComparedMetric {
  const before = mean(values.before);
  const after = mean(values.after);
  const pairs = values.after.flatMap((value, index) => {
    const other = values.before[index];
    return value === null || other == null ? [] : [value - other];
  });
  const difference = before === null || after === null ? null : after - before;
  const spread = pairs.length < 2 ? null : ([Math.min(...pairs), Math.max(...pairs)] as const);
  const disagree = spread !== null && spread[0] < 0 && spread[1] > 0;
  return {
    metric,
    before,
    after,
    difference,
    spread,
    tolerance: tolerance.text,
    within: tolerance === ANY || within(tolerance, before, after),
    change: disagree ? null : changeOf(metric, before, after, better),
  };
}

function changeOf(
  metric: string,
  before: number | null,
  after: number | null,
  better: Better,
): ComparedMetric['change'] {
  // A run without this figure has no cliff; the other figures of a cliff say nothing about one that is not there.
  if (metric === 'cliff_first_drop_s' && before !== after) {
    if (after === null) return 'better';
    if (before === null) return 'worse';
  }
  if (before === null || after === null || before === after || better === 'neither') return null;
  return after > before === (better === 'more') ? 'better' : 'worse';
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
