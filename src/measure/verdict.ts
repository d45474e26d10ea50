/**
 * Judges a result by its expectations: pass, fail, or unknown where the run does not say enough. Works on a
 * saved result as well as on a fresh one.
 */
import { type Condition, type Expression, readExpectation } from '../scenario/expect/expect.ts';
import { type MetricUnit, nodeLabel } from '../scenario/expect/metrics.ts';
import type { Expectation } from '../scenario/scenario.ts';
import { serverLabels } from '../scenario/server_labels.ts';
import type { Result, Times, Verdict } from './result.ts';

/** A result before it has verdicts. */
export type Measured = Omit<Result, 'expectations'>;

/** The left side of an expectation. */
type Value =
  | { readonly kind: 'known'; readonly value: number }
  /** Too few samples, or the run did not get there. */
  | { readonly kind: 'unknown'; readonly why: string }
  /** What is spoken of did not happen: no condition on it holds. */
  | { readonly kind: 'absent'; readonly why: string };

export function judge(result: Measured, expectations: readonly Expectation[]): Verdict[] {
  return expectations.map(({ expression: text, line }) => {
    const reading = readExpectation(text);
    if (!reading.ok) {
      // Only a result saved by another version can bring such a one here.
      const message = `the expression ${reading.message}`;
      return { expression: text, line, verdict: 'unknown', measured: null, message };
    }
    return { expression: text, line, ...verdictOn(reading.value, evaluate(reading.value, result)) };
  });
}

function verdictOn(
  { condition, unit, func }: Expression,
  left: Value,
): Pick<Verdict, 'verdict' | 'measured' | 'message'> {
  if (left.kind === 'unknown') return { verdict: 'unknown', measured: null, message: left.why };
  const wanted = conditionText(condition, unit, func);
  if (left.kind === 'absent') {
    return { verdict: 'fail', measured: null, message: `${left.why}, expected ${wanted}` };
  }
  const { value } = left;
  const measured = `measured ${quantityText(value, unit, func)}`;
  return holds(condition, value)
    ? { verdict: 'pass', measured: value, message: measured }
    : { verdict: 'fail', measured: value, message: `${measured}, expected ${wanted}` };
}

/** Sums of floating-point numbers may miss a bound by their last digits; nobody means those. */
const ROUNDING = 1e-9;

function holds(condition: Condition, value: number): boolean {
  if (condition.kind === 'between') return atLeast(value, condition.low) && atLeast(condition.high, value);
  if (condition.kind === 'near') {
    return atLeast(condition.tolerance, Math.abs(value - condition.value)) === condition.equal;
  }
  const bound = condition.value;
  switch (condition.operator) {
    case '>=':
      return atLeast(value, bound);
    case '<=':
      return atLeast(bound, value);
    case '>':
      return !atLeast(bound, value);
    case '<':
      return !atLeast(value, bound);
    case '==':
      return atLeast(value, bound) && atLeast(bound, value);
    case '!=':
      return !(atLeast(value, bound) && atLeast(bound, value));
  }
}

function atLeast(value: number, bound: number): boolean {
  return value >= bound - ROUNDING * Math.max(1, Math.abs(bound));
}

function evaluate(expression: Expression, result: Measured): Value {
  const { metric, func } = expression;
  if (result.interrupted && expression.window === null) return unknown('the run was interrupted');
  if (metric.kind === 'histogram') return fromHistogram(expression, result);
  if (func === 'value') return fromScalar(expression, result);
  return fromSeries(expression, result);
}

const SCALARS: Readonly<Record<string, (totals: Result['totals']) => number>> = {
  completed: (totals) => totals.complete,
  failed: (totals) => totals.failed,
  seconds: (totals) => totals.seconds,
  rps: (totals) => totals.rps,
  syn_dropped: (totals) => totals.syn_dropped,
  packets_dropped: (totals) => totals.packets_dropped,
  syn_retransmitted: (totals) => totals.syn_retransmitted,
  packets: (totals) => totals.packets,
  port_reuses: (totals) => totals.port_reuses,
  paws_rejected: (totals) => totals.paws_rejected ?? 0,
  timewait_overflows: (totals) => totals.timewait_overflows ?? 0,
  connects: (totals) => totals.connects,
  connects_failed: (totals) => totals.connects_failed,
  connections: (totals) => totals.connections,
  response_bytes: (totals) => totals.response_bytes,
};

function fromScalar(expression: Expression, result: Measured): Value {
  const { name } = expression.metric;
  const counter = counterTotal(name, result);
  if (counter !== null) return known(counter);
  if (name.startsWith('cliff.')) return fromCliff(expression, result);
  if (name.startsWith('cpu.')) {
    const value = (result.cpu?.shares as unknown as Record<string, unknown>)?.[name.slice('cpu.'.length)];
    return typeof value === 'number' ? known(value) : absent('no real server has a cpu');
  }
  return unknown(`the result has no ${name}`);
}

/**
 * A cliff that did not come is a fact only where one could have: some source port has come back to its old entry.
 * An instant that has not come by the end of the run may still lie after it.
 */
function fromCliff({ metric, condition }: Expression, { cliff, totals, end_s }: Measured): Value {
  const name = metric.name.slice('cliff.'.length);
  const ended = `in the ${plain(end_s)} s of this run`;
  if (cliff === null) {
    if (totals.port_reuses === 0) return unknown(`no source port came back to an old entry ${ended}`);
    if (name === 'first_drop_s' && holdsAfter(condition, end_s))
      return unknown(`there was no cliff ${ended}`);
    return absent('there was no cliff');
  }
  const value = (cliff as unknown as Record<string, unknown>)[name];
  if (typeof value === 'number') return known(value);
  if (name !== 'recovery_s' && name !== 'over_s') return absent(`the result has no ${metric.name}`);
  const missing = name === 'over_s' ? 'the cliff was not over' : 'there was no recovery';
  return holdsAfter(condition, end_s) ? unknown(`${missing} ${ended}`) : absent(missing);
}

/** Whether an instant after `end_s` could meet the condition. */
function holdsAfter(condition: Condition, end_s: number): boolean {
  if (condition.kind === 'between') return condition.high > end_s;
  if (condition.kind === 'near') return !condition.equal || condition.value + condition.tolerance > end_s;
  return condition.operator === '<=' || condition.operator === '<' || condition.operator === '=='
    ? condition.value > end_s
    : true;
}

/** A count over the whole run; null for what is no counter. Reasons that never occurred are not listed. */
function counterTotal(name: string, result: Measured): number | null {
  if (name.startsWith('drop.')) return result.drops[name.slice('drop.'.length)] ?? 0;
  if (name.startsWith('error.')) return result.errors[name.slice('error.'.length)] ?? 0;
  return Object.hasOwn(SCALARS, name) ? SCALARS[name]!(result.totals) : null;
}

function fromSeries(expression: Expression, result: Measured): Value {
  const { func, metric, server, window } = expression;
  if (window === null && server === null && (func === 'sum' || func === 'count')) {
    const total = counterTotal(metric.name, result);
    if (total !== null) return known(total);
  }
  const rows = rowsOf(expression, result);
  if (rows.why !== null) return unknown(rows.why);
  const column = columnOf(metric.name, server, result, rows.to);
  if (column === null) return unknown(`the result has no series of ${metric.name}`);
  const values = column.slice(rows.from, rows.to).filter((value): value is number => value !== null);
  if (func === 'sum' || func === 'count') return known(values.reduce((sum, value) => sum + value, 0));
  if (values.length === 0) return unknown(`${metric.name} has no value there`);
  return reduce(expression, values);
}

function reduce({ func, percentile }: Expression, values: readonly number[]): Value {
  switch (func) {
    case 'min':
      return known(values.reduce((least, value) => Math.min(least, value)));
    case 'max':
      return known(values.reduce((most, value) => Math.max(most, value)));
    case 'mean':
      return known(values.reduce((sum, value) => sum + value, 0) / values.length);
    case 'first':
      return known(values[0]!);
    case 'last':
      return known(values.at(-1)!);
    case 'p': {
      const sorted = values.map((value): [number, number] => [value, 1]).sort(([a], [b]) => a - b);
      return percentileOf(sorted, values.length, percentile!);
    }
    default:
      return unknown(`${func} is not for a series`);
  }
}

interface Rows {
  readonly from: number;
  readonly to: number;
  readonly why: string | null;
}

/** Seconds of a run. */
interface Span {
  readonly from_s: number;
  readonly to_s: number;
}

/** The rows that an expression speaks of; why not, where the run does not say enough. */
function rowsOf({ metric, window }: Expression, result: Measured): Rows {
  const ends_s = rowEnds(result);
  if (window !== null) {
    const span = { from_s: window.from_ns / 1e9, to_s: window.to_ns / 1e9 };
    if (span.to_s <= result.end_s + ROUNDING) return rowsWithin(span, ends_s, result);
    const ended = result.interrupted ? 'the run was interrupted' : 'the run ended';
    return { from: 0, to: 0, why: `${ended} at ${plain(result.end_s)} s, before the window did` };
  }
  // A rate of requests is the load's: rows before it begins and after it has ended say nothing of it.
  if (metric.name !== 'qps') return { from: 0, to: ends_s.length, why: null };
  const rows = rowsWithin(loadSpan(result), ends_s, result);
  if (rows.from < rows.to) return rows;
  return { ...rows, why: 'no interval had load from end to end; rps is the rate of a short load' };
}

/** From the start of the first client to the last answer, or to the end of the run. */
function loadSpan({ scenario, totals }: Measured): Span {
  const from_s = Math.min(...scenario.clients.map(({ start_ns }) => start_ns)) / 1e9;
  return { from_s, to_s: from_s + totals.seconds };
}

/** When each row ends; the last one may be shorter than the others. */
function rowEnds({ series, scenario }: Measured): number[] {
  const rows = Object.values(series).reduce((most, column) => Math.max(most, column.length), 0);
  const interval_s = scenario.interval_ns / 1e9;
  return Array.from({ length: rows }, (_, row) => series.time_s?.[row] ?? (row + 1) * interval_s);
}

/** The rows that lie wholly in the span. */
function rowsWithin({ from_s, to_s }: Span, ends_s: readonly number[], { scenario }: Measured): Rows {
  const from = Math.ceil((from_s * 1e9 - 0.5) / scenario.interval_ns);
  const after = ends_s.findIndex((end_s) => end_s > to_s + ROUNDING);
  return { from, to: Math.max(from, after < 0 ? ends_s.length : after), why: null };
}

/** A column of the series; null where the result does not have it. */
function columnOf(
  name: string,
  server: string | null,
  result: Measured,
  rows: number,
): readonly (number | null)[] | null {
  if (server !== null) return serverColumn(name, server, result, rows);
  if (name.startsWith('entries[')) return result.series[name] ?? new Array<number>(rows).fill(0);
  const family = /^(drop|error)\.(.*)$/.exec(name);
  if (family === null) return result.series[name] ?? null;
  // Columns of drops and errors exist only where some occurred.
  return result.series[`${family[1]}s[${family[2]}]`] ?? new Array<number>(rows).fill(0);
}

/** A node's column, or one real server's: the sum over all services where several share it. */
function serverColumn(
  name: string,
  server: string,
  { series, scenario }: Measured,
  rows: number,
): readonly (number | null)[] | null {
  const of = (label: string): readonly string[] => serverLabels(scenario).columnsOf(label);
  const { node, server: ofNode } = nodeLabel(server);
  const labels = !name.startsWith('node.')
    ? of(server)
    : ofNode === null
      ? [node]
      : of(ofNode).map((label) => `${node}/${label}`);
  const columns = labels.map((label) => series[`${name}[${label}]`]).filter((column) => column !== undefined);
  const [first, ...others] = columns;
  // Columns of nodes begin with what is not 0; where no weight can change there are none of weights.
  const isZero = name === 'node.weight' ? hasColumns(series, name) : name.startsWith('node.');
  if (first === undefined && isZero) return new Array<number>(rows).fill(0);
  if (first === undefined || others.length === 0) return first ?? null;
  return Array.from({ length: rows }, (_, row) =>
    columns.reduce((sum, column) => sum + (column[row] ?? 0), 0),
  );
}

function hasColumns(series: Measured['series'], name: string): boolean {
  return Object.keys(series).some((column) => column.startsWith(`${name}[`));
}

/** Where each histogram is, with its exact figures, and what it means that it is empty. */
const HISTOGRAMS: Readonly<Record<string, (result: Measured) => Histogram>> = {
  connect: ({ connect_ms_histogram, times_ms }) => ({
    histogram: connect_ms_histogram,
    times: times_ms.connect,
    nothing: 'no connection was made',
  }),
  request_connect: ({ request_connect_ms_histogram, times_ms }) => ({
    histogram: request_connect_ms_histogram,
    times: times_ms.request_connect,
    nothing: 'no request was answered over a connection',
  }),
  total: ({ total_ms_histogram, times_ms }) => ({
    histogram: total_ms_histogram,
    times: times_ms.total,
    nothing: 'no request was answered',
  }),
};

interface Histogram {
  readonly histogram: Readonly<Record<string, number>>;
  readonly times: Times;
  readonly nothing: string;
}

function fromHistogram({ func, metric, percentile, range }: Expression, result: Measured): Value {
  const { histogram, times, nothing } = HISTOGRAMS[metric.name]!(result);
  const buckets = Object.entries(histogram)
    .map(([ms, count]): [number, number] => [Number(ms), count])
    .sort(([a], [b]) => a - b);
  const samples = sumOf(buckets);
  const inRange = buckets.filter(([ms]) => range === null || (ms >= range.from_ms && ms <= range.to_ms));
  if (func === 'count') return known(sumOf(inRange));
  if (samples === 0) return unknown(nothing);
  if (func === 'share') return known(sumOf(inRange) / samples);
  if (func === 'p') return percentileOf(buckets, samples, percentile!);
  if (func === 'min' || func === 'max' || func === 'mean') return known(times[func]);
  return unknown(`${func} is not for a histogram`);
}

function sumOf(buckets: readonly (readonly [number, number])[]): number {
  return buckets.reduce((sum, [, count]) => sum + count, 0);
}

/**
 * Nearest rank. Unknown where no sample lies above the percentile: the largest of 20 values is no 99th
 * percentile of anything.
 */
function percentileOf(
  sorted: readonly (readonly [value: number, count: number])[],
  samples: number,
  percentile: number,
): Value {
  if (samples * (100 - percentile) < 100 - ROUNDING) {
    const needed = Math.ceil(100 / (100 - percentile) - ROUNDING);
    return unknown(`p${percentile} needs at least ${needed} samples, there are ${samples}`);
  }
  let left = Math.ceil((samples * percentile) / 100 - ROUNDING);
  for (const [value, count] of sorted) {
    left -= count;
    if (left <= 0) return known(value);
  }
  return unknown('there are no samples');
}

function known(value: number): Value {
  return { kind: 'known', value };
}

function unknown(why: string): Value {
  return { kind: 'unknown', why };
}

function absent(why: string): Value {
  return { kind: 'absent', why };
}

function conditionText(condition: Condition, unit: MetricUnit, func: Expression['func']): string {
  const text = (value: number): string => quantityText(value, unit, func);
  switch (condition.kind) {
    case 'between':
      return `${text(condition.low)} to ${text(condition.high)}`;
    case 'near':
      return `${condition.equal ? '' : 'not '}${text(condition.value)} +- ${text(condition.tolerance)}`;
    case 'compare':
      if (condition.operator === '==') return text(condition.value);
      return `${condition.operator === '!=' ? 'anything but' : condition.operator} ${text(condition.value)}`;
  }
}

function quantityText(value: number, unit: MetricUnit, func: Expression['func']): string {
  if (func === 'share') return `${plain(value * 100)} %`;
  return unit === '' || unit === '/s' ? `${plain(value)}${unit}` : `${plain(value)} ${unit}`;
}

/** Five significant digits, whole numbers in full. */
function plain(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
}
