/** The table of a sweep for the terminal: a line per point, its seeds summed up. */

import { table } from '../../report/forms/table.ts';
import { milliseconds, rate } from '../../report/numbers.ts';
import { type Look, PLAIN, paint, sign } from '../../report/text.ts';
import type { SweepHead } from '../plan.ts';
import type { RunRecord } from '../record.ts';

/** More points than that are read from sweep.csv. */
const MOST_POINTS = 40;

const NOTHING = '-';

export function sweepText(head: SweepHead, records: readonly RunRecord[], look: Look = PLAIN): string {
  const points = groupByPoint(records);
  const titles = head.dimensions.map(({ key }) => ({ title: shortKey(key), align: 'right' as const }));
  const rows = points
    .slice(0, MOST_POINTS)
    .map((group) => [
      ...group[0]!.values,
      meanAndSpread(group, 'rps', look, (value) => `${rate(value)}/s`),
      mean(group, 'connect_p50_ms', milliseconds),
      mean(group, 'connect_p99_ms', milliseconds),
      mean(group, 'failed', rate),
      cliff(group),
      expectations(group, look),
    ]);
  const right = (title: string) => ({ title, align: 'right' as const });
  const columns = [
    ...titles,
    right('requests'),
    right('connect p50'),
    right('p99'),
    right('failed'),
    right('first drop'),
    right('expect'),
  ];
  const more = points.length - MOST_POINTS;
  const lines = [table(columns, rows, { look })];
  if (more > 0) lines.push(paint(look, 'dim', sign(look, `… and ${more} more points in sweep.csv`)));
  return `${lines.join('\n')}\n`;
}

function groupByPoint(records: readonly RunRecord[]): RunRecord[][] {
  const groups = new Map<string, RunRecord[]>();
  for (const record of records) {
    const name = JSON.stringify(record.values);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name)!.push(record);
  }
  return [...groups.values()];
}

/** The last parts of a dotted key say enough in a title. */
function shortKey(key: string): string {
  return key.split('.').slice(-2).join('.');
}

function valuesOf(group: readonly RunRecord[], metric: string): number[] {
  return group.flatMap(({ metrics }) => (metrics[metric] == null ? [] : [metrics[metric]]));
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function mean(group: readonly RunRecord[], metric: string, format: (value: number) => string): string {
  const values = valuesOf(group, metric);
  return values.length === 0 ? NOTHING : format(average(values));
}

function meanAndSpread(
  group: readonly RunRecord[],
  metric: string,
  look: Look,
  format: (value: number) => string,
): string {
  const values = valuesOf(group, metric);
  if (values.length < 2) return mean(group, metric, format);
  const center = average(values);
  const variance = values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1);
  return sign(look, `${format(center)} ± ${rate(Math.sqrt(variance))}`);
}

/** The earliest of the seeds, and in how many of them there is a cliff when not in all. */
function cliff(group: readonly RunRecord[]): string {
  const values = valuesOf(group, 'cliff_first_drop_s');
  if (values.length === 0) return NOTHING;
  const share = values.length === group.length ? '' : ` (${values.length} of ${group.length})`;
  return `${Math.min(...values).toFixed(1)} s${share}`;
}

function expectations(group: readonly RunRecord[], look: Look): string {
  const sum = (metric: string) => valuesOf(group, metric).reduce((total, value) => total + value, 0);
  const [fail, unknown, pass] = [sum('expect_fail'), sum('expect_unknown'), sum('expect_pass')];
  if (fail + unknown + pass === 0) return NOTHING;
  const parts = [fail > 0 ? `${fail} ✗` : '', unknown > 0 ? `${unknown} ?` : '', pass > 0 ? `${pass} ✓` : ''];
  return sign(look, parts.filter((part) => part !== '').join(' '));
}
