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
}

/** What a comparison looks at, in this order; counters of drops and errors follow. */
export const COMPARED_METRICS = [
  'rps',
  'complete',
  'failed',
  'connect_mean_ms',
  'connect_p50_ms',
  'connect_p95_ms',
  'connect_p99_ms',
  'connect_max_ms',
  'total_p50_ms',
  'total_p99_ms',
  'syn_dropped',
  'syn_retransmitted',
  'cliff_first_drop_s',
  'cliff_rps_before',
  'cliff_rps_after',
  'cliff_recovery_s',
] as const;

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
      of: (run: RunFigures) => run[kind][label] ?? 0,
    }));
  const metrics = [
    ...COMPARED_METRICS.map((metric) => ({ metric, of: (run: RunFigures) => run.metrics[metric] ?? null })),
    ...labelled('drops'),
    ...labelled('errors'),
  ];
  return metrics.flatMap(({ metric, of }) => {
    const values = { before: before.map(of), after: after.map(of) };
    const row = compareValues(metric, values, toleranceFor(tolerances, metric));
    return row.before === null && row.after === null ? [] : [row];
  });
}

function compareValues(
  metric: string,
  values: { before: readonly (number | null)[]; after: readonly (number | null)[] },
  tolerance: Tolerance,
): ComparedMetric {
  const before = mean(values.before);
  const after = mean(values.after);
  const pairs = values.after.flatMap((value, index) => {
    const other = values.before[index];
    return value === null || other == null ? [] : [value - other];
  });
  return {
    metric,
    before,
    after,
    difference: before === null || after === null ? null : after - before,
    spread: pairs.length < 2 ? null : [Math.min(...pairs), Math.max(...pairs)],
    tolerance: tolerance.text,
    within: tolerance === ANY || within(tolerance, before, after),
  };
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
