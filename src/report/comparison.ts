/** Several results side by side: one row each under common time and common scale. `npm start` prints it. */

import { slowShare } from '../causes/cliff.ts';
import type { Result } from '../measure/result.ts';
import { causeOf } from './cause.ts';
import { type Column, table } from './forms/table.ts';
import { count, milliseconds, rate, seconds } from './numbers.ts';
import { column, largest, span } from './series.ts';
import { sparkline } from './sparkline.ts';
import { latencyCeiling } from './summary.ts';
import { clip, type Look, PLAIN, padEnd, paint, printable, sign, width, wrap } from './text.ts';

export interface Compared {
  /** What to call the result; its scenario's name when left out. */
  readonly label?: string;
  readonly result: Result;
}

export interface ComparisonOptions {
  readonly look?: Look;
  readonly title?: string;
}

const LABEL_COLUMNS_MAX = 22;

export function renderComparison(compared: readonly Compared[], options: ComparisonOptions = {}): string {
  const { look = PLAIN, title } = options;
  const named = nameAll(compared, look);
  const blocks = [
    title === undefined ? null : paint(look, 'bold', wrap(printable(title), look.columns)),
    sparklines(named, look),
    figures(named, look),
    causes(named, look),
  ];
  return `${sign(look, blocks.filter((block) => block !== null && block !== '').join('\n\n'))}\n`;
}

interface Named {
  readonly name: string;
  readonly result: Result;
}

function nameAll(compared: readonly Compared[], look: Look): Named[] {
  return compared.map(({ label, result }) => ({
    name: clip(printable(label ?? result.scenario.name), LABEL_COLUMNS_MAX - 2, look),
    result,
  }));
}

/** The same instant stands in the same column of every row, and the same height is the same value. */
function sparklines(named: readonly Named[], look: Look): string {
  const labelColumns = Math.max(...named.map(({ name }) => width(name))) + 2;
  const columns = look.columns - labelColumns - 19;
  const end = Math.max(...named.map(({ result }) => span(result).to));
  const results = named.map(({ result }) => result);
  const block = (
    heading: string,
    metric: string,
    max: number,
    pick: 'mean' | 'max',
    note: (result: Result) => string,
  ) =>
    [
      paint(look, 'bold', `${padEnd('', labelColumns)}${heading}, 0 to ${seconds(end)}`),
      ...named.map(({ name, result }) => {
        const own = Math.max(1, Math.round((columns * span(result).to) / end));
        const drawn = sparkline(column(result, metric), { columns: own, unicode: look.unicode, max, pick });
        return `${padEnd(name, labelColumns)}${paint(look, 'cyan', padEnd(drawn, columns))}  ${note(result)}`;
      }),
    ].join('\n');
  const most = (metric: string) =>
    Math.max(0, ...results.map((result) => largest(column(result, metric)) ?? 0));
  return [
    block('requests per second', 'qps', most('qps'), 'mean', qpsNote),
    block('median connect time', 'connect_p50_ms', latencyCeiling(...results), 'max', connectNote),
  ].join('\n');
}

function qpsNote({ cliff, totals }: Result): string {
  return cliff === null ? rate(totals.rps) : `${rate(cliff.rps_before)} → ${rate(cliff.rps_after)}`;
}

function connectNote({ cliff, times_ms }: Result): string {
  if (cliff === null) return milliseconds(times_ms.connect.median);
  return `${milliseconds(cliff.connect_p50_before_ms).replace(' ms', '')} → ${milliseconds(cliff.connect_p50_after_ms)}${slowShare(cliff)}`;
}

const COLUMNS: readonly Column[] = [
  { title: '' },
  { title: 'requests', align: 'right' },
  { title: 'failed', align: 'right' },
  { title: 'per s', align: 'right' },
  { title: 'connect p99', align: 'right' },
  { title: 'dropped', align: 'right' },
  { title: 'slow from', align: 'right' },
];

function figures(named: readonly Named[], look: Look): string {
  const rows = named.map(({ name, result }) => {
    const { totals, cliff } = result;
    const p99 = result.times_ms.connect.percentiles['99'];
    return [
      name,
      count(totals.complete),
      count(totals.failed),
      rate(totals.rps),
      p99 === undefined ? '-' : milliseconds(p99),
      count(totals.packets_dropped),
      cliff === null ? '-' : seconds(cliff.first_drop_s),
    ];
  });
  return table(COLUMNS, rows, { look });
}

/** One cause is told once, with the names of all rows that have it. */
function causes(named: readonly Named[], look: Look): string {
  const byCause = new Map<string, string[]>();
  for (const { name, result } of named) {
    const cause = causeOf(result);
    if (cause !== null) byCause.set(cause, [...(byCause.get(cause) ?? []), name]);
  }
  return [...byCause]
    .map(([cause, names]) =>
      wrap(`${names.join(', ')}: ${printable(cause)}`, look.columns, paint(look, 'bold', 'Why ')),
    )
    .join('\n');
}
