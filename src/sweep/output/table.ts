/**
 * The records of a sweep as one tidy table: a row per run, a column per variable. CSV, Parquet, heat map and the
 * terminal all read these columns, so that they cannot disagree.
 */

import type { Dimension } from '../grid.ts';
import type { SweepHead } from '../plan.ts';
import { align, parseQuantity, type Quantity, quantityValue } from '../quantity.ts';
import { METRICS, type RunRecord } from '../record.ts';

export type Column =
  | { readonly name: string; readonly kind: 'text'; readonly values: readonly string[] }
  | {
      readonly name: string;
      readonly kind: 'integer' | 'number';
      readonly values: readonly (number | null)[];
    };

/** `records` in the order of the plan. Drops and errors get a column each as soon as one run has them. */
export function sweepColumns(head: SweepHead, records: readonly RunRecord[]): Column[] {
  return [
    ...head.dimensions.flatMap((dimension, index) => dimensionColumns(dimension, index, records)),
    ...(head.dimensions.some(({ key }) => key === 'seed')
      ? []
      : [textColumn('seed', records, ({ seed }) => seed)]),
    column('repetition', 'integer', records, ({ repetition }) => repetition),
    textColumn('scenario_hash', records, ({ scenarioHash }) => scenarioHash),
    ...METRICS.map(({ name, integer }) =>
      column(name, integer ? 'integer' : 'number', records, ({ metrics }) => metrics[name] ?? null),
    ),
    ...countColumns('drops', records, ({ drops }) => drops),
    ...countColumns('errors', records, ({ errors }) => errors),
  ];
}

/** The value as written; and, where the values have a unit, the number with the unit in the column's name. */
function dimensionColumns(dimension: Dimension, index: number, records: readonly RunRecord[]): Column[] {
  const numbers = dimensionNumbers(dimension);
  const text = textColumn(dimension.key, records, ({ values }) => values[index]!);
  if (numbers === null) return [text];
  const kind = [...numbers.byText.values()].every(Number.isSafeInteger) ? 'integer' : 'number';
  const of = ({ values }: RunRecord) => numbers.byText.get(values[index]!)!;
  if (numbers.suffix === '') return [column(dimension.key, kind, records, of)];
  return [text, column(`${dimension.key}_${numbers.suffix}`, kind, records, of)];
}

/** How a unit looks inside the name of a column. */
const UNIT_NAMES: Readonly<Record<string, string>> = {
  '': '',
  '/s': 'per_s',
  '/m': 'per_minute',
  '/h': 'per_hour',
  'k/s': 'thousand_per_s',
  'M/s': 'million_per_s',
  ns: 'ns',
  us: 'us',
  ms: 'ms',
  s: 's',
  m: 'minutes',
  h: 'hours',
  B: 'bytes',
  kB: 'kB',
  KiB: 'KiB',
  MB: 'MB',
  MiB: 'MiB',
};

/** A version or a seed may look like a number and is none: kernel 5.10 is not 5.1. */
const NAMES_NOT_NUMBERS = new Set(['kernel', 'seed', 'kubernetes', 'name', 'version']);

interface DimensionNumbers {
  readonly suffix: string;
  readonly byText: ReadonlyMap<string, number>;
}

/** Null when the values are no numbers of one kind. */
export function dimensionNumbers(dimension: Dimension): DimensionNumbers | null {
  if (NAMES_NOT_NUMBERS.has(dimension.key.split('.').at(-1)!)) return null;
  const quantities = dimension.values.map(parseQuantity);
  if (quantities.includes(null)) return null;
  let aligned: Quantity[];
  try {
    aligned = align(quantities as Quantity[], dimension.key);
  } catch {
    return null;
  }
  const unit = aligned[0]!.unit;
  const suffix = UNIT_NAMES[unit];
  if (suffix === undefined) return null;
  return {
    suffix,
    byText: new Map(dimension.values.map((text, index) => [text, quantityValue(aligned[index]!)])),
  };
}

function textColumn(name: string, records: readonly RunRecord[], of: (record: RunRecord) => string): Column {
  return { name, kind: 'text', values: records.map(of) };
}

function column(
  name: string,
  kind: 'integer' | 'number',
  records: readonly RunRecord[],
  of: (record: RunRecord) => number | null,
): Column {
  return { name, kind, values: records.map(of) };
}

function countColumns(
  name: string,
  records: readonly RunRecord[],
  of: (record: RunRecord) => Readonly<Record<string, number>>,
): Column[] {
  const kinds = [...new Set(records.flatMap((record) => Object.keys(of(record))))].sort();
  return kinds.map((kind) =>
    column(`${name}[${kind}]`, 'integer', records, (record) => of(record)[kind] ?? 0),
  );
}
