/** Reading the series of a result: columns by name, their times, and the spans in which something happened. */
import type { Result } from '../measure/result.ts';

export type Values = readonly (number | null)[];

/** The columns that every result has, in the order of series.csv. */
export const FIRST_COLUMNS = [
  'time_s',
  'completed',
  'failed',
  'qps',
  'connect_p50_ms',
  'connect_p95_ms',
  'connect_p99_ms',
  'connect_max_ms',
  'active_conn',
  'inact_conn',
  'syn_dropped',
  'syn_retransmitted',
  'conntrack_entries',
] as const;

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A column, empty when the result has none of this name. */
export function column(result: Result, name: string): Values {
  return Object.hasOwn(result.series, name) ? result.series[name]! : [];
}

/** All columns in the order of series.csv: the fixed ones first, then the others as the result has them. */
export function columnNames(result: Result): string[] {
  const first: readonly string[] = FIRST_COLUMNS;
  return [...first, ...Object.keys(result.series).filter((name) => !first.includes(name))];
}

/** The label in a name like `drops[old_conntrack]`, null when it does not have this form. */
export function labelled(name: string): { readonly metric: string; readonly label: string } | null {
  const match = /^([^[\]]+)\[(.*)\]$/su.exec(name);
  return match === null ? null : { metric: match[1]!, label: match[2]! };
}

/** The labels that exist for a metric, in order. */
export function labelsOf(result: Result, metric: string): string[] {
  return Object.keys(result.series).flatMap((name) => {
    const parts = labelled(name);
    return parts?.metric === metric ? [parts.label] : [];
  });
}

/** The instant of each row in seconds. */
export function times(result: Result): number[] {
  const length = Math.max(0, ...Object.values(result.series).map((values) => values.length));
  const interval_s = result.scenario.interval_ns / 1e9;
  const known = column(result, 'time_s');
  return Array.from({ length }, (_, row) => known[row] ?? (row + 1) * interval_s);
}

/** Seconds that the series covers. */
export function span(result: Result): Span {
  const all = times(result);
  const interval_s = result.scenario.interval_ns / 1e9;
  return { from: 0, to: Math.max(interval_s, all.at(-1) ?? 0) };
}

/** Reasons that an old entry or a real server's end bring about, as against losses that are everywhere. */
const OLD_ENTRY_DROPS = ['old_conntrack', 'nodest_conntrack', 'dest_unavailable'] as const;

/** Packets of each row that were dropped for an old entry's sake. */
function oldEntryDrops(result: Result): number[] {
  const columns = OLD_ENTRY_DROPS.map((reason) => column(result, `drops[${reason}]`));
  return times(result).map((_, row) => columns.reduce((sum, values) => sum + (values[row] ?? 0), 0));
}

/** Where old entries cost packets: rows with drops, joined when at most `gap` rows without lie between them. */
export function dropSpans(result: Result, gap = 3): Span[] {
  const at = times(result);
  const interval_s = result.scenario.interval_ns / 1e9;
  const spans: { from: number; to: number; lastRow: number }[] = [];
  oldEntryDrops(result).forEach((dropped, row) => {
    if (dropped === 0) return;
    const last = spans.at(-1);
    if (last !== undefined && row - last.lastRow <= gap + 1) {
      last.to = at[row]!;
      last.lastRow = row;
    } else {
      spans.push({ from: Math.max(0, at[row]! - interval_s), to: at[row]!, lastRow: row });
    }
  });
  return spans.map(({ from, to }) => ({ from, to }));
}

export function largest(values: Values): number | null {
  return values.reduce<number | null>(
    (found, value) => (value !== null && (found === null || value > found) ? value : found),
    null,
  );
}

export function total(values: Values): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}
