/** The table of a sweep as CSV: a header line, a row per run, empty where there is nothing to say. */
import { stringify } from 'csv-stringify/browser/esm/sync';
import type { Column } from './table.ts';

/** Spreadsheets take text that begins with = + - @ for a formula; values come from files of others. */
const OPTIONS = { escape_formulas: true, record_delimiter: 'unix' } as const;

export function sweepCsv(columns: readonly Column[]): string {
  const rows = columns[0]?.values.map((_, row) => columns.map(({ values }) => cell(values[row]!)));
  return stringify([columns.map(({ name }) => name), ...(rows ?? [])], OPTIONS);
}

function cell(value: string | number | null): string {
  return value === null ? '' : String(value);
}
