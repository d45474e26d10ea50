/** Charts by real server, where the real servers do not all do the same. */
import type { Result } from '../../measure/result.ts';
import { count, rate, unbroken } from '../numbers.ts';
import { column, labelsOf, times, total, type Values } from '../series.ts';
import { type ChartLine, type ChartOptions, stackedChart } from '../svg/svg_chart.ts';

/** So many have a colour of their own; the others are one layer. */
const MOST_SERVERS = 6;
const COLOURS = [1, 5, 3, 4, 6, 2] as const;

/** The options that all charts of a run share, with its title and vertical axis. */
export type Base = (title: string, y: ChartOptions['y'], height?: number) => ChartOptions;

/** In one of so many parts of the run they got different numbers of requests, beyond what chance makes of it. */
const PARTS = 10;

export function serversDiffer(result: Result): boolean {
  const all = labelsOf(result, 'requests').map((label) => column(result, `requests[${label}]`));
  if (all.length < 2) return false;
  const rows = times(result).length;
  return partsOf(rows).some(([from, to]) => {
    const sums = all.map((values) => total(values.slice(from, to)));
    const mean = sums.reduce((sum, one) => sum + one, 0) / sums.length;
    return Math.max(...sums) - Math.min(...sums) > 4 * Math.sqrt(mean) + 0.1 * mean;
  });
}

/** Rows of each tenth of the run. */
function partsOf(rows: number): (readonly [from: number, to: number])[] {
  const edge = (part: number) => Math.round((part * rows) / PARTS);
  return Array.from({ length: PARTS }, (_, part) => [edge(part), edge(part + 1)] as const);
}

export function serverQpsChart(result: Result, base: Base): string {
  if (!serversDiffer(result)) return '';
  const interval_s = result.scenario.interval_ns / 1e9;
  const layers = layersOf(result, (label) =>
    column(result, `requests[${label}]`).map((value) => (value === null ? null : value / interval_s)),
  );
  const y = {
    kind: 'linear',
    from: 0,
    name: 'requests per second by real server',
    format: (value: number) => unbroken(rate(value)),
  } as const;
  return stackedChart(base('Requests per second over the run, by real server', y, 200), layers);
}

export function serverEntriesChart(result: Result, base: Base): string {
  if (!serversDiffer(result)) return '';
  const layers = layersOf(result, (label) => {
    const inactive = column(result, `inact_conn[${label}]`);
    return column(result, `active_conn[${label}]`).map((value, row) => (value ?? 0) + (inactive[row] ?? 0));
  });
  const y = {
    kind: 'linear',
    from: 0,
    isCount: true,
    name: 'entries by real server',
    format: (value: number) => unbroken(count(value)),
  } as const;
  return stackedChart(base('Entries in the connection table over the run, by real server', y, 180), layers);
}

/**
 * The same server has the same colour in every chart. Those with a colour of their own are those whose share
 * changes most, which is what one looks for: a server that is drained is one of many before.
 */
function layersOf(result: Result, values: (label: string) => Values): ChartLine[] {
  const labels = labelsOf(result, 'requests');
  const changes = new Map(labels.map((label) => [label, changeOf(column(result, `requests[${label}]`))]));
  const liveliest = [...labels].sort((a, b) => changes.get(b)! - changes.get(a)!);
  const own = new Set(liveliest.slice(0, labels.length > MOST_SERVERS ? MOST_SERVERS - 1 : MOST_SERVERS));
  const shown = labels.filter((label) => own.has(label));
  const others = labels.filter((label) => !own.has(label));
  const layers = shown.map((label, index) => ({
    name: label,
    colour: COLOURS[index]!,
    values: values(label),
  }));
  if (others.length === 0) return layers;
  const sums = others.map(values);
  const all = times(result).map((_, row) => sums.reduce((sum, one) => sum + (one[row] ?? 0), 0));
  return [...layers, { name: `${others.length} others`, colour: COLOURS.at(-1)!, values: all }];
}

/** Requests in the tenth of the run with the most of them, less those in the one with the fewest. */
function changeOf(requests: Values): number {
  const sums = partsOf(requests.length).map(([from, to]) => total(requests.slice(from, to)));
  return Math.max(...sums) - Math.min(...sums);
}
