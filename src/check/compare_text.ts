/** A comparison for the terminal: a row per metric, what is beyond its tolerance marked. */

import { type Column, table } from '../report/forms/table.ts';
import { figure } from '../report/numbers.ts';
import { clip, type Look, PLAIN, paint, printable, sign } from '../report/text.ts';
import type { ComparedMetric } from './compare.ts';

export interface CompareLabels {
  readonly before: string;
  readonly after: string;
  /** Pairs of runs with the same seed. */
  readonly seeds: number;
}

const NOTHING = '-';

export function compareText(
  rows: readonly ComparedMetric[],
  labels: CompareLabels,
  look: Look = PLAIN,
): string {
  const several = labels.seeds > 1;
  const right = (title: string): Column => ({ title, align: 'right' });
  const columns = [
    { title: '' },
    right('before'),
    right('after'),
    right('difference'),
    right(''),
    ...(several ? [right('by seed')] : []),
    { title: '' },
  ];
  const cells = rows.map((row) => [
    row.metric,
    value(row.before),
    value(row.after),
    row.difference === null ? NOTHING : signed(row.difference),
    share(row),
    ...(several ? [spread(row)] : []),
    mark(row, look),
  ]);
  const beyond = rows.filter((row) => !row.within);
  return [
    clip(`before: ${printable(labels.before)}`, look.columns, look),
    clip(`after:  ${printable(labels.after)}`, look.columns, look),
    ...(several
      ? [`${labels.seeds} pairs of runs with the same seed: means, and the differences of the pairs`]
      : []),
    '',
    table(columns, cells, { look }),
    '',
    sign(
      look,
      beyond.length === 0
        ? '✓ nothing is beyond its tolerance'
        : `✗ ${beyond.length} of ${rows.length} beyond tolerance: ${waysOf(beyond)}`,
    ),
  ].join('\n');
}

/** `✗ worse`; without the sign where the tolerance allows it. */
function mark({ within, change }: ComparedMetric, look: Look): string {
  const text = [within ? '' : sign(look, '✗'), change ?? ''].filter((part) => part !== '').join(' ');
  if (change === 'better') return paint(look, 'green', text);
  return within ? text : paint(look, 'red', text);
}

function waysOf(rows: readonly ComparedMetric[]): string {
  const times = (change: ComparedMetric['change']) => rows.filter((row) => row.change === change).length;
  const parts = [`${times('worse')} worse`, `${times('better')} better`];
  return [...parts, ...(times(null) > 0 ? [`${times(null)} neither`] : [])].join(', ');
}

function value(number: number | null): string {
  return number === null ? NOTHING : figure(number);
}

function signed(number: number): string {
  return number > 0 ? `+${figure(number)}` : figure(number);
}

function share({ before, difference }: ComparedMetric): string {
  if (before === null || difference === null || before === 0 || difference === 0) return '';
  const percent = (difference / before) * 100;
  return `${percent > 0 ? '+' : ''}${Math.abs(percent) >= 10 ? Math.round(percent) : percent.toFixed(1)} %`;
}

function spread({ spread: range }: ComparedMetric): string {
  if (range === null) return '';
  return range[0] === range[1] ? 'all the same' : `${signed(range[0])} .. ${signed(range[1])}`;
}
