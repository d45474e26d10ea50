/** Tables without boxes, as kubectl and ipvsadm print them. */
import { type Look, PLAIN, padEnd, padStart, paint, width } from '../text.ts';

export interface Column {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly align?: 'left' | 'right';
}

export interface TableOptions {
  readonly look?: Look;
  readonly indent?: number;
  /** Spaces between columns. */
  readonly gap?: number;
}

/** Rows under titles, one line each; no blanks at the end of a line. Rows may be shorter than the titles. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: TableOptions = {},
): string {
  const { look = PLAIN, indent = 0, gap = 2 } = options;
  const widths = columns.map(({ title }, index) =>
    Math.max(width(title), ...rows.map((row) => width(row[index] ?? ''))),
  );
  const line = (cells: readonly string[]) =>
    (
      ' '.repeat(indent) +
      columns
        .map(({ align }, index) => {
          const cell = cells[index] ?? '';
          return align === 'right' ? padStart(cell, widths[index]!) : padEnd(cell, widths[index]!);
        })
        .join(' '.repeat(gap))
    ).trimEnd();
  const hasTitles = columns.some(({ title }) => title !== '');
  const head = hasTitles ? [paint(look, 'bold', line(columns.map(({ title }) => title)))] : [];
  return [...head, ...rows.map(line)].join('\n');
}
