/**
 * What `--vary` says: KEY=a,b | KEY=lo..hi:step | KEY=lo..hi*factor. A dimension is a key with its values as
 * text, in the order written; the grid is the product of all dimensions and the seeds, the last dimension
 * turning fastest. Every point gets the same seeds, so that two points differ by what was varied and not by luck.
 */

import { fullKey } from '../scenario/setting_key.ts';
import { UserError } from '../storage/user_error.ts';
import { align, formatQuantity, parseQuantity, type Quantity } from './quantity.ts';

export interface Dimension {
  readonly key: string;
  readonly values: readonly string[];
}

export interface Point {
  /** One value per dimension, in the order of the dimensions. */
  readonly values: readonly string[];
  /** 0 for the scenario's own seed. */
  readonly repetition: number;
}

/** A sweep beyond this is a mistake in a step more often than a wish. */
export const MOST_RUNS = 1_000_000;

export function parseVary(text: string): Dimension {
  const { key, spec } = splitVary(text);
  const range = parseRange(key, spec);
  if (range === null) return { key, values: distinct(key, splitList(key, spec)) };
  if (range.step === null && range.factor === null) {
    throw new UserError(
      `--vary ${text} has no step`,
      `for example ${key}=${spec}:STEP or ${key}=${spec}*FACTOR`,
    );
  }
  return { key, values: Array.from({ length: range.count }, (_, index) => range.at(index)) };
}

export function splitVary(text: string): { readonly key: string; readonly spec: string } {
  const equals = text.indexOf('=');
  const key = text.slice(0, Math.max(0, equals)).trim();
  const spec = text.slice(equals + 1).trim();
  if (equals < 0 || key === '' || spec === '') {
    throw new UserError(
      `--vary needs KEY=VALUES, got "${text}"`,
      'for example clients.0.concurrency=50,100 or kernel=4.19,5.10',
    );
  }
  return { key, spec };
}

export interface Range {
  /** The values as text, ascending; rounded to the decimals written, each different from the one before. */
  readonly count: number;
  at(index: number): string;
  readonly step: string | null;
  readonly factor: number | null;
}

/** Longer texts are lists. */
const LONGEST_RANGE = 200;

/** Null when the text is not a range but a list. A range without a step goes by the last decimal written. */
export function parseRange(key: string, spec: string): Range | null {
  if (spec.length > LONGEST_RANGE) return null;
  const match = /^([^.,:*[{"'][^,:*]*?)\.\.([^,:*]+)(?::(.+)|\*(.+))?$/.exec(spec);
  if (match === null) return null;
  const [, lowText, highText, stepText = null, factorText = null] = match;
  const what = `--vary ${key}=${spec}`;
  const low = parseQuantity(lowText!);
  const high = parseQuantity(highText!);
  if (low === null || high === null) {
    throw new UserError(`${what}: the ends of a range are numbers with a unit, like 10ms..2s`);
  }
  const range =
    factorText === null
      ? linearRange(what, low, high, stepText)
      : geometricRange(what, low, high, factorText);
  return { ...range, step: stepText, factor: factorText === null ? null : Number(factorText) };
}

type Values = Pick<Range, 'count' | 'at'>;

function linearRange(what: string, low: Quantity, high: Quantity, stepText: string | null): Values {
  const written = stepText === null ? null : parseQuantity(stepText);
  if (stepText !== null && (written === null || written.digits <= 0)) {
    throw new UserError(`${what}: the step must be a number above 0, got "${stepText}"`);
  }
  const [from, to, by] = align(written === null ? [low, high] : [low, high, written], what);
  if (from!.digits > to!.digits)
    throw new UserError(`${what}: the range runs backwards`, 'write the lower end first');
  const step = by?.digits ?? 1;
  return {
    count: checkedCount(what, Math.floor((to!.digits - from!.digits) / step) + 1),
    at: (index) => formatQuantity({ ...from!, digits: from!.digits + index * step }),
  };
}

function geometricRange(what: string, low: Quantity, high: Quantity, factorText: string): Values {
  const factor = /^\d+(\.\d+)?$/.test(factorText) ? Number(factorText) : Number.NaN;
  if (!(factor > 1)) throw new UserError(`${what}: the factor must be a number above 1, got "${factorText}"`);
  const [from, to] = align([low, high], what);
  if (from!.digits <= 0) throw new UserError(`${what}: a range with a factor starts above 0`);
  if (from!.digits > to!.digits)
    throw new UserError(`${what}: the range runs backwards`, 'write the lower end first');
  const digits: number[] = [];
  for (let power = 0; ; power++) {
    const next = Math.round(from!.digits * factor ** power);
    if (next > to!.digits) break;
    if (next !== digits.at(-1)) digits.push(next);
    checkedCount(what, power);
  }
  return { count: digits.length, at: (index) => formatQuantity({ ...from!, digits: digits[index]! }) };
}

function checkedCount(what: string, count: number): number {
  if (count <= MOST_RUNS) return count;
  throw new UserError(`${what} has more than ${MOST_RUNS} values`, 'a larger step or factor makes fewer');
}

/** Commas inside brackets, braces and quotes belong to the value. */
function splitList(key: string, spec: string): string[] {
  const values: string[] = [];
  let start = 0;
  let depth = 0;
  let quote = '';
  for (let index = 0; index < spec.length; index++) {
    const char = spec[index]!;
    if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '[' || char === '{') depth++;
    else if (char === ']' || char === '}') depth--;
    else if (char === ',' && depth === 0) {
      values.push(spec.slice(start, index).trim());
      start = index + 1;
    }
  }
  values.push(spec.slice(start).trim());
  if (values.includes('')) throw new UserError(`--vary ${key}=${spec} has an empty value`);
  return values;
}

function distinct(key: string, values: string[]): string[] {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) throw new UserError(`--vary ${key} names ${twice} twice`);
  return values;
}

/** The number of runs of a grid, refused when it is beyond reason. */
export function gridSize(dimensions: readonly Dimension[], seeds: number): number {
  const runs = dimensions.reduce((product, { values }) => product * values.length, seeds);
  if (runs > MOST_RUNS) throw new UserError(`the grid has ${runs} runs; at most ${MOST_RUNS} are possible`);
  return runs;
}

export function checkDimensions(dimensions: readonly Dimension[], seeds: number): void {
  const keys = dimensions.map(({ key }) => fullKey(key));
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined)
    throw new UserError(`--vary names ${twice} twice`, 'put all its values into one --vary');
  if (keys.includes('seed') && seeds > 1) {
    throw new UserError('--vary seed and --seeds both set the seed', 'use one of them');
  }
}

/** All points in their order: dimension by dimension, then by seed. */
export function* gridPoints(dimensions: readonly Dimension[], seeds: number): Generator<Point> {
  const position = dimensions.map(() => 0);
  for (;;) {
    const values = dimensions.map((dimension, index) => dimension.values[position[index]!]!);
    for (let repetition = 0; repetition < seeds; repetition++) yield { values, repetition };
    let turning = dimensions.length - 1;
    while (turning >= 0 && ++position[turning]! >= dimensions[turning]!.values.length)
      position[turning--] = 0;
    if (turning < 0) return;
  }
}
