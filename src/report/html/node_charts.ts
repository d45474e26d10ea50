/** Charts by node, where a scenario has several: what each scheduled, holds and drops. */
import type { Result } from '../../measure/result.ts';
import { count, rate, unbroken } from '../numbers.ts';
import { column, times, total, type Values } from '../series.ts';
import { type ChartLine, stackedChart } from '../svg/svg_chart.ts';
import { printable } from '../text.ts';
import type { Base } from './server_charts.ts';

/** So many have a colour of their own; the others are one layer. */
const MOST_NODES = 6;
const COLOURS = [1, 5, 3, 4, 6, 2] as const;

export function nodeConnectionsChart(result: Result, base: Base): string {
  const layers = layersOf(result, 'connections', perSecond(result));
  const y = {
    kind: 'linear',
    from: 0,
    name: 'connections per second by node',
    format: (value: number) => unbroken(rate(value)),
  } as const;
  return chart(base('Connections scheduled per second over the run, by node', y, 180), layers);
}

export function nodeEntriesChart(result: Result, base: Base): string {
  const layers = layersOf(result, 'entries', (value) => value);
  const y = {
    kind: 'linear',
    from: 0,
    isCount: true,
    name: 'entries by node',
    format: (value: number) => unbroken(count(value)),
  } as const;
  return chart(base('Entries in the connection tables over the run, by node', y, 180), layers);
}

export function nodeDropsChart(result: Result, base: Base): string {
  const layers = layersOf(result, 'packets_dropped', perSecond(result));
  const y = {
    kind: 'linear',
    from: 0,
    name: 'packets dropped per second by node',
    format: (value: number) => unbroken(rate(value)),
  } as const;
  return chart(base('Packets dropped over the run, by node', y, 170), layers);
}

/** Titles and columns for the table behind the charts. */
export function nodeColumns(result: Result): (readonly [column: string, title: string])[] {
  const names = namesOf(result);
  if (names.length > MOST_NODES) return [];
  return names.map((name) => [`node.entries[${name}]`, `entries of ${printable(name)}`]);
}

function chart(options: Parameters<typeof stackedChart>[0], layers: readonly ChartLine[]): string {
  return layers.some(({ values }) => total(values) > 0) ? stackedChart(options, layers) : '';
}

function perSecond({ scenario }: Result): (value: number) => number {
  return (value) => value / (scenario.interval_ns / 1e9);
}

function namesOf({ nodes = [] }: Result): readonly string[] {
  return nodes.map(({ name }) => name);
}

/** The same node has the same colour in every chart. */
function layersOf(result: Result, kind: string, of: (value: number) => number): readonly ChartLine[] {
  const names = namesOf(result);
  const busiest = [...(result.nodes ?? [])]
    .sort((a, b) => b.connections - a.connections)
    .map(({ name }) => name);
  const own = new Set(busiest.slice(0, names.length > MOST_NODES ? MOST_NODES - 1 : MOST_NODES));
  const valuesOf = (name: string): Values => {
    const values = column(result, `node.${kind}[${name}]`);
    // A column begins with what is not 0.
    return times(result).map((_, row) => of(values[row] ?? 0));
  };
  const layers = names
    .filter((name) => own.has(name))
    .map((name, index) => ({
      name: printable(name),
      colour: COLOURS[index]!,
      values: valuesOf(name),
    }));
  const others = names.filter((name) => !own.has(name)).map(valuesOf);
  if (others.length === 0) return layers;
  const sums = times(result).map((_, row) => others.reduce((sum, values) => sum + values[row]!, 0));
  return [...layers, { name: `${others.length} others`, colour: COLOURS.at(-1)!, values: sums }];
}
