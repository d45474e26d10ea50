/**
 * The series as CSV: wide (a row per interval, the form of series.csv) and long (a row per value). Numbers have
 * a fixed count of digits per metric, so that equal runs give equal bytes.
 */
import { stringify } from '#csv-stringify';
import type { Result } from '../../measure/result.ts';
import { column, columnNames, labelled, times, type Values } from '../series.ts';

/** Spreadsheets take text that begins with = + - @ for a formula; names come from files of others. */
const OPTIONS = { escape_formulas: true, record_delimiter: 'unix' } as const;

/** One row per interval; an empty cell where there is nothing to say. */
export function renderWideCsv(result: Result): string {
  const names = columnNames(result);
  const columns = names.map((name) => cells(result, name));
  const rows = times(result).map((_, row) => columns.map((values) => values[row] ?? ''));
  return stringify([names, ...rows], OPTIONS);
}

/** `time_s,metric,labels,value`: what pandas, R and databases like to read. Values that do not exist are left out. */
export function renderLongCsv(result: Result): string {
  const [, ...names] = columnNames(result);
  const at = cells(result, 'time_s');
  const rows = names.flatMap((name) => {
    const parts = labelled(name);
    const metric = parts?.metric ?? name;
    return cells(result, name).flatMap((value, row) =>
      value === '' ? [] : [[at[row]!, metric, parts?.label ?? '', value]],
    );
  });
  return stringify([['time_s', 'metric', 'labels', 'value'], ...rows], OPTIONS);
}

function cells(result: Result, name: string): string[] {
  if (name === 'time_s') return times(result).map((at_s) => instant(at_s, result.scenario.interval_ns));
  const values = column(result, name);
  const digits = digitsOf(name, values);
  return values.map((value) => (value === null ? '' : value.toFixed(digits)));
}

/** Milliseconds are exact to the microsecond, rates to a thousandth; all else are counts. */
function digitsOf(name: string, values: Values): number {
  if (/_ms(?:$|\[)/u.test(name) || /^qps(?:$|\[)/u.test(name)) return 3;
  return values.every((value) => value === null || Number.isInteger(value)) ? 0 : 6;
}

/** Ends of intervals with as many digits as their multiples need; the end of a run may need more. */
function instant(at_s: number, interval_ns: number): string {
  const at_ns = Math.round(at_s * 1e9);
  return at_s.toFixed(at_ns % interval_ns === 0 ? decimals(interval_ns) : decimals(at_ns));
}

/** As many digits as it takes to write it in seconds exactly. */
function decimals(ns: number): number {
  let digits = 9;
  for (let rest = ns; digits > 0 && rest % 10 === 0; rest /= 10) digits--;
  return digits;
}
