/**
 * The golden series of a scenario: what a run gave when somebody looked at it and found it right, kept beside
 * the scenario as NAME.golden.json. A golden compares the columns it has; who does not care for one deletes it.
 */
import type { Result } from '../measure/result.ts';
import { UserError } from '../storage/user_error.ts';
import { parseTolerance, type Tolerance, toleranceFor, within } from './tolerance.ts';

export const GOLDEN_SCHEMA = 1;

type Series = Readonly<Record<string, readonly (number | null)[]>>;

export interface Golden {
  readonly scenario: string;
  /** By metric or pattern; edited by hand and kept by --update. */
  readonly tolerances: ReadonlyMap<string, Tolerance>;
  readonly totals: Readonly<Record<string, number>>;
  readonly series: Series;
}

export interface GoldenVerdict {
  readonly verdict: 'pass' | 'fail';
  /** Compared metrics, differing or not. */
  readonly compared: number;
  readonly differences: readonly GoldenDifference[];
}

export interface GoldenDifference {
  readonly metric: string;
  readonly tolerance: string;
  /** Rows that differ and rows compared; a total is one row. */
  readonly differing: number;
  readonly rows: number;
  /** The row that is farthest off. */
  readonly worst: {
    readonly at_s: number | null;
    readonly golden: number | null;
    readonly measured: number | null;
  };
  /** Completes a sentence that begins with the metric. */
  readonly message: string;
}

/** `scenarios/a.yaml` to `scenarios/a.golden.json`. */
export function goldenPath(scenarioPath: string): string {
  return `${scenarioPath.replace(/\.ya?ml$/i, '')}.golden.json`;
}

/** The golden of a result. Columns and tolerances of the one before stay as they were chosen. */
export function goldenOf(result: Result, before: Golden | null): Golden {
  const wanted = (metric: string) => before === null || metric in before.series;
  return {
    scenario: result.scenario.name,
    tolerances: before?.tolerances ?? new Map([['*', parseTolerance('exact', '*')]]),
    totals: pick(totalsOf(result), (name) => before === null || name in before.totals),
    series: pick(result.series, wanted),
  };
}

/** One line per series: a change shows as the lines of the metrics that changed. */
export function formatGolden(golden: Golden): string {
  const tolerances = Object.fromEntries([...golden.tolerances].map(([metric, { text }]) => [metric, text]));
  const series = Object.entries(golden.series).map(
    ([metric, values]) => `    ${JSON.stringify(metric)}: ${JSON.stringify(values)}`,
  );
  return [
    '{',
    `  "schema": ${GOLDEN_SCHEMA},`,
    `  "scenario": ${JSON.stringify(golden.scenario)},`,
    `  "tolerances": ${JSON.stringify(tolerances)},`,
    `  "totals": ${JSON.stringify(golden.totals)},`,
    '  "series": {',
    series.join(',\n'),
    '  }',
    '}',
    '',
  ].join('\n');
}

/** Throws UserError for anything that is not a golden. */
export function parseGolden(text: string, file: string): Golden {
  const fields = parseObject(text, file);
  if (fields.schema !== GOLDEN_SCHEMA) {
    throw new UserError(
      `${file} has golden schema ${String(fields.schema)}; this version reads ${GOLDEN_SCHEMA}`,
    );
  }
  const { tolerances, totals, series } = fields;
  if (!isRecord(tolerances) || !isRecord(totals) || !isRecord(series)) {
    throw new UserError(
      `${file} needs tolerances, totals and series`,
      'ipvsim check --update writes it anew',
    );
  }
  for (const [metric, values] of Object.entries(series)) {
    if (!Array.isArray(values) || !values.every((value) => value === null || typeof value === 'number')) {
      throw new UserError(`${file}: series ${metric} must be a list of numbers and nulls`);
    }
  }
  for (const [metric, value] of Object.entries(totals)) {
    if (typeof value !== 'number') throw new UserError(`${file}: totals ${metric} must be a number`);
  }
  return {
    scenario: String(fields.scenario),
    tolerances: new Map(
      Object.entries(tolerances).map(([metric, value]) => [
        metric,
        parseTolerance(String(value), `${file}: tolerance of ${metric}`),
      ]),
    ),
    totals: totals as Record<string, number>,
    series: series as Series,
  };
}

function parseObject(text: string, file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file} is not JSON: ${(error as Error).message}`);
  }
  if (isRecord(value)) return value;
  throw new UserError(`${file} is not a golden of ipvsim`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function compareGolden(golden: Golden, result: Result): GoldenVerdict {
  const times = result.series.time_s ?? [];
  const totals = totalsOf(result);
  const differences: GoldenDifference[] = [];
  for (const [metric, values] of Object.entries(golden.series)) {
    const measured = result.series[metric];
    if (measured === undefined) differences.push(absent(metric, golden, values.length));
    else differences.push(...difference(metric, golden, values, measured, times));
  }
  for (const [name, value] of Object.entries(golden.totals)) {
    const metric = `totals.${name}`;
    const measured = totals[name];
    if (measured === undefined) differences.push(absent(metric, golden, 1));
    else differences.push(...difference(metric, golden, [value], [measured], []));
  }
  const compared = Object.keys(golden.totals).length + Object.keys(golden.series).length;
  return { verdict: differences.length === 0 ? 'pass' : 'fail', compared, differences };
}

function difference(
  metric: string,
  golden: Golden,
  expected: readonly (number | null)[],
  measured: readonly (number | null)[],
  times: readonly (number | null)[],
): GoldenDifference[] {
  const tolerance = toleranceFor(golden.tolerances, metric);
  const rows = Math.max(expected.length, measured.length);
  let differing = 0;
  let worst = { row: -1, distance: -1 };
  for (let row = 0; row < rows; row++) {
    const [a, b] = [expected[row] ?? null, measured[row] ?? null];
    const bothThere = row < expected.length && row < measured.length;
    if (bothThere && within(tolerance, a, b)) continue;
    differing++;
    const distance = a === null || b === null ? 0 : Math.abs(a - b);
    if (distance > worst.distance) worst = { row, distance };
  }
  if (differing === 0) return [];
  const at = {
    at_s: times.length === 0 ? null : (times[worst.row] ?? null),
    golden: expected[worst.row] ?? null,
    measured: measured[worst.row] ?? null,
  };
  const lengths =
    expected.length === measured.length ? '' : ` (${expected.length} rows then, ${measured.length} now)`;
  const place = at.at_s === null ? '' : `, most at ${at.at_s} s`;
  const share = times.length === 0 ? '' : ` in ${differing} of ${rows} rows${lengths}${place}`;
  const message = `differs${share}: ${said(at.golden)} -> ${said(at.measured)} (tolerance ${tolerance.text})`;
  return [{ metric, tolerance: tolerance.text, differing, rows, worst: at, message }];
}

function absent(metric: string, golden: Golden, rows: number): GoldenDifference {
  return {
    metric,
    tolerance: toleranceFor(golden.tolerances, metric).text,
    differing: rows,
    rows,
    worst: { at_s: null, golden: null, measured: null },
    message: 'is in the golden, but the run has no such column',
  };
}

function said(value: number | null): string {
  return value === null ? 'nothing' : String(Number(value.toPrecision(6)));
}

/** Columns that the run has and the golden has not: new since, or deleted by hand. */
export function newColumns(golden: Golden, result: Result): string[] {
  return Object.keys(result.series).filter((metric) => !(metric in golden.series));
}

function totalsOf(result: Result): Record<string, number> {
  return { ...result.totals };
}

function pick<T>(record: Readonly<Record<string, T>>, wanted: (name: string) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => wanted(name)));
}
