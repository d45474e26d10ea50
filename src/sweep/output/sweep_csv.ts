/** The table of a sweep as CSV: a header line, a row per run, empty where there is nothing to say. */
import { stringify } from '#csv-stringify';
import { csvText } from '../../text/escape.ts';
import type { Column } from './table.ts';

const OPTIONS = { record_delimiter: 'unix' } as const;

export function sweepCsv(columns: readonly Column[]): string {
  const rows = columns[0]?.values.map((_, row) => columns.map((column) => cell(column, row))) ?? [];
  return stringify([columns.map(({ name }) => name), ...rows], OPTIONS);
}

function cell({ kind, values }: Column, row: number): string {
  const value = values[row] ?? null;
  if (value === null) return '';
  return kind === 'text' ? csvText(String(value)) : String(value);
}
