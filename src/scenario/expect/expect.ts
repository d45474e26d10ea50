/**
 * Expectations: `FUNC(METRIC[, WINDOW]) CONDITION`, for example `min(qps, 1s..15s) >= 1990`, read into a
 * tree. Every complaint says which part of the expression it is about. measure/verdict.ts judges them.
 */

import { accept, type Part, type Reading, reject } from '../reading.ts';
import { suggest } from '../text/suggest.ts';
import { ExpressionError } from './expect_error.ts';
import { type Operator, type Scanner, scanner, type Token } from './expect_scanner.ts';
import {
  METRIC_NAMES,
  type MetricInfo,
  type MetricUnit,
  metricInfo,
  SERVER_METRICS,
  serverMetricInfo,
} from './metrics.ts';

export interface Expression {
  readonly func: ExpectFunction;
  /** 0 to 100 with func `p`, otherwise null. */
  readonly percentile: number | null;
  readonly metric: MetricInfo;
  /** Address and port, for a column of one real server; name of a node, alone or before these, for one of a node. */
  readonly server: string | null;
  /** Of a series or counter: part of the run; null for all of it. */
  readonly window: { readonly from_ns: number; readonly to_ns: number } | null;
  /** Of a histogram: times counted, both ends included; null for all. */
  readonly range: { readonly from_ms: number; readonly to_ms: number } | null;
  readonly condition: Condition;
  /** Unit of the left side. */
  readonly unit: MetricUnit;
  readonly parts: { readonly metric: Part; readonly window: Part | null };
}

export type ExpectFunction =
  | 'min'
  | 'max'
  | 'mean'
  | 'sum'
  | 'count'
  | 'first'
  | 'last'
  | 'p'
  | 'share'
  | 'value';

export type Condition =
  | { readonly kind: 'compare'; readonly operator: Operator; readonly value: number }
  | { readonly kind: 'near'; readonly equal: boolean; readonly value: number; readonly tolerance: number }
  | { readonly kind: 'between'; readonly low: number; readonly high: number };

/** Every function with what it does, for documentation. `total` is another word for sum and value. */
export const EXPECT_FUNCTIONS: Readonly<Record<Exclude<ExpectFunction, 'p'> | 'total' | 'p50', string>> = {
  min: 'smallest value',
  max: 'largest value',
  mean: 'mean of the values',
  first: 'first value',
  last: 'last value',
  p50: 'a percentile: p50, p90, p95, p99, p99.9, or p(99, METRIC)',
  sum: 'sum of counts, all or those of a window',
  total: 'the same as sum, and as value',
  value: 'the one value of a run; `rps > 400` is short for `value(rps) > 400`',
  count: 'number of connections or requests (in a range of times), or of drops and errors',
  share: 'share of the connections or requests whose time lies in a range, 0 to 1 or in %',
};

const FUNCTION_NAMES = [...Object.keys(EXPECT_FUNCTIONS), 'p90', 'p95', 'p99', 'p'];

/** Which functions go with which kind of metric. */
const APPLIES: Readonly<Record<MetricInfo['kind'], readonly ExpectFunction[]>> = {
  series: ['min', 'max', 'mean', 'first', 'last', 'p'],
  counter: ['min', 'max', 'mean', 'first', 'last', 'p', 'sum', 'count', 'value'],
  scalar: ['value'],
  histogram: ['min', 'max', 'mean', 'p', 'count', 'share'],
};

const LONGEST = 500;

export function readExpectation(text: string): Reading<Expression> {
  if (text.length > LONGEST) return reject(`must be at most ${LONGEST} characters long`);
  try {
    return accept(expression(scanner(text)));
  } catch (error) {
    if (error instanceof ExpressionError) return error.reading;
    throw error;
  }
}

function expression(scan: Scanner): Expression {
  const first = scan.word('a function, like min(qps, 30s..60s) >= 1990');
  const bare = scan.take('(') ? null : bareMetric(first);
  const { func, percentile: named, part } = bare ?? functionOf(first);
  const percentile = func === 'p' ? (named ?? percentileArgument(scan)) : null;
  const { metric, server, part: metricPart } = bare ?? metricName(scan);
  const used = resolve(func, metric, part);
  const limits = bare === null && scan.take(',') ? scan.durations() : null;
  if (bare === null) scan.expect(')', null);
  if (limits === null && used === 'share') {
    const hint = `share(${metric.name}, 900ms..1500ms)`;
    throw new ExpressionError('needs a range of times for share', hint, metricPart);
  }
  if (limits !== null) checkLimits(used, metric, limits.part);
  const unit: MetricUnit = used === 'count' || used === 'share' ? '' : metric.unit;
  const isHistogram = metric.kind === 'histogram';
  return {
    func: used,
    percentile,
    metric,
    server,
    window: limits === null || isHistogram ? null : { from_ns: limits.from_ns, to_ns: limits.to_ns },
    range:
      limits === null || !isHistogram ? null : { from_ms: limits.from_ns / 1e6, to_ms: limits.to_ns / 1e6 },
    condition: condition(scan, unit, used, metric),
    unit,
    parts: { metric: metricPart, window: limits?.part ?? null },
  };
}

interface MetricToken {
  readonly metric: MetricInfo;
  readonly server: string | null;
  readonly part: Part;
}

/** `rps > 400`: what has one value needs no function. */
function bareMetric({ text, part }: Token): NamedFunction & MetricToken {
  const metric = metricInfo(text);
  if (metric !== null && APPLIES[metric.kind].includes('value')) {
    return { func: 'value', percentile: null, metric, server: null, part };
  }
  if (metric !== null) {
    const names = APPLIES[metric.kind].map((name) => (name === 'p' ? 'p50' : name)).join(', ');
    throw new ExpressionError(
      `has ${text} without a function`,
      `one of ${names}: ${APPLIES[metric.kind][0]}(${text})`,
      part,
    );
  }
  const near = suggest(text, [...FUNCTION_NAMES, ...METRIC_NAMES]);
  const hint = near === null ? 'write it like min(qps, 30s..60s) >= 1990' : `did you mean ${near}?`;
  throw new ExpressionError(`has ${text} where a function and "(" should stand`, hint, part);
}

interface NamedFunction {
  readonly func: ExpectFunction | 'total';
  readonly percentile: number | null;
  readonly part: Part;
}

function functionOf({ text: name, part }: Token): NamedFunction {
  const percentile = /^p(\d{1,2}(?:\.\d{1,3})?)$/.exec(name);
  if (percentile !== null && Number(percentile[1]) > 0) {
    return { func: 'p', percentile: Number(percentile[1]), part };
  }
  if (name === 'p' || (name !== 'p50' && Object.hasOwn(EXPECT_FUNCTIONS, name))) {
    return { func: name as ExpectFunction | 'total', percentile: null, part };
  }
  const near = suggest(name, FUNCTION_NAMES);
  const known = 'there are min, max, mean, first, last, p50 ..., sum, value, count and share';
  throw new ExpressionError(
    `has an unknown function: ${name}`,
    near === null ? known : `did you mean ${near}?`,
    part,
  );
}

function percentileArgument(scan: Scanner): number {
  const { value, unit, part } = scan.quantity('a percentile, like p(99, connect)');
  if (unit !== '' || !(value > 0 && value < 100)) {
    throw new ExpressionError('must have a percentile between 0 and 100', null, part);
  }
  scan.expect(',', 'p(99, connect)');
  return value;
}

function metricName(scan: Scanner): MetricToken {
  const { text, part } = scan.metric();
  const whole = metricInfo(text);
  if (whole !== null) return { metric: whole, server: null, part };
  const bracket = /^([^[]*)\[(.*)\]$/.exec(text);
  if (bracket !== null) {
    const info = serverMetricInfo(bracket[1]!);
    if (info !== null) return { metric: info, server: bracket[2]!, part };
    const column = suggest(text, METRIC_NAMES);
    const families = SERVER_METRICS.map(({ name }) => `${name}[...]`).join(', ');
    const known = `for one real server there are ${families}`;
    throw new ExpressionError(
      `has an unknown metric: ${text}`,
      column === null ? known : `did you mean ${column}?`,
      part,
    );
  }
  if (serverMetricInfo(text) !== null) {
    const isOfNode = text.startsWith('node.');
    throw new ExpressionError(
      `has ${text} without a ${isOfNode ? 'node' : 'real server'}`,
      `${text}[${isOfNode ? 'node1' : '10.244.1.5:8080'}]`,
      part,
    );
  }
  const near = suggest(text, METRIC_NAMES);
  const hint = near === null ? 'docs/scenarios.md lists the metrics' : `did you mean ${near}?`;
  throw new ExpressionError(`has an unknown metric: ${text}`, hint, part);
}

/** The function that is meant: `total` is `sum` of counts and `value` of the rest. */
function resolve(func: ExpectFunction | 'total', metric: MetricInfo, part: Part): ExpectFunction {
  const used = func !== 'total' ? func : metric.kind === 'counter' ? 'sum' : 'value';
  const applies = APPLIES[metric.kind];
  if (applies.includes(used)) return used;
  const written = func === 'p' ? 'a percentile' : func;
  const names = applies.map((name) => (name === 'p' ? 'p50' : name)).join(', ');
  throw new ExpressionError(
    `cannot take ${written} of ${metric.name}`,
    `${metric.name} goes with ${names}`,
    part,
  );
}

function checkLimits(func: ExpectFunction, metric: MetricInfo, part: Part): void {
  if (metric.kind === 'scalar') {
    throw new ExpressionError(
      `has a window, but ${metric.name} is one value for the whole run`,
      'leave it out',
      part,
    );
  }
  if (metric.kind === 'histogram' && func !== 'count' && func !== 'share') {
    const hint = `only count and share take a range of times; ${metric.name} covers the whole run`;
    throw new ExpressionError(`has a range that ${func} cannot use`, hint, part);
  }
}

function condition(scan: Scanner, unit: MetricUnit, func: ExpectFunction, metric: MetricInfo): Condition {
  const value = (): number => inUnit(scan.quantity('a value to compare with'), unit, func, metric);
  if (scan.takeWord('in')) {
    const low = value();
    scan.expect('..', 'in 999ms..1070ms');
    const start = scan.position();
    const high = value();
    if (low > high) {
      const part = { offset: start, length: scan.position() - start };
      throw new ExpressionError('has a range that ends before it begins', null, part);
    }
    scan.end();
    return { kind: 'between', low, high };
  }
  const operator = scan.operator();
  const wanted = value();
  if (!scan.takePlusMinus()) {
    scan.end();
    return { kind: 'compare', operator: operator.text, value: wanted };
  }
  if (operator.text !== '==' && operator.text !== '!=') {
    throw new ExpressionError('has +- with an inequality', 'a tolerance goes with == and !=', operator.part);
  }
  const tolerance = scan.quantity('a tolerance, like 3% or 50');
  const absolute =
    tolerance.unit === '%' && func !== 'share'
      ? Math.abs(wanted) * (tolerance.value / 100)
      : inUnit(tolerance, unit, func, metric);
  scan.end();
  return { kind: 'near', equal: operator.text === '==', value: wanted, tolerance: absolute };
}

const MILLISECONDS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  s: 1e3,
  m: 60e3,
  h: 3600e3,
};

/** A number with its unit in the unit of the left side. */
function inUnit(
  quantity: { readonly value: number; readonly unit: string; readonly part: Part },
  unit: MetricUnit,
  func: ExpectFunction,
  metric: MetricInfo,
): number {
  const { value, unit: written, part } = quantity;
  const isTime = Object.hasOwn(MILLISECONDS, written);
  if (unit === 'ms' || unit === 's') {
    if (isTime) return (value * MILLISECONDS[written]!) / (unit === 's' ? 1000 : 1);
    // The columns that say their unit in their name may go without.
    if (written === '' && (unit === 's' || metric.name.endsWith('_ms'))) return value;
    const hint = written === '' ? `did you mean ${value}ms?` : 'like 50ms or 1s';
    throw new ExpressionError(`compares ${metric.name}, a time, with something else`, hint, part);
  }
  if (written === '') return value;
  if (written === 'k') return value * 1e3;
  if (written === 'M') return value * 1e6;
  if (written === '%' && func === 'share') return value / 100;
  if (written === '/s' && unit === '/s') return value;
  throw new ExpressionError(
    `compares a ${unit === '/s' ? 'rate' : 'number'} with ${value}${written}`,
    null,
    part,
  );
}
