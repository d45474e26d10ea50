/** Columns of a run's series that have a name in brackets: `requests[10.244.1.5:8080]`. */
import type { Result } from '../../measure/result.ts';

export type Series = Result['series'];

/** Those of one kind, each with the name in its brackets. */
export function columnsOf(kind: string, series: Series): [column: string, name: string][] {
  return Object.keys(series)
    .filter((column) => column.startsWith(`${kind}[`))
    .map((column) => [column, column.slice(kind.length + 1, -1)]);
}

/** The row of the interval that an instant is in; -1 where it has none yet. */
export function rowAt({ time_s = [] }: Series, at_ns: number): number {
  return time_s.findIndex((end) => end !== null && end * 1e9 >= at_ns);
}
