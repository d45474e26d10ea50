/** The table that `ipvsim advise` prints: each remedy with its effect and its price. */
import type { Cliff, Result } from '../measure/result.ts';
import { causeOf } from '../report/cause.ts';
import { quote } from '../report/command.ts';
import { type Column, table } from '../report/forms/table.ts';
import { milliseconds, percent, rate, seconds } from '../report/numbers.ts';
import { type Look, paint, printable, sign, wrap } from '../report/text.ts';
import type { Effect, Price, Span } from './outcome.ts';
import type { Remedy } from './remedies.ts';

export interface Advice {
  readonly remedy: Remedy;
  /** Null where the remedy is impossible here; `trouble` says why. */
  readonly effect: Effect | null;
  readonly price: Price | null;
  readonly trouble: string | null;
}

const COLUMNS: readonly Column[] = [
  { title: '' },
  { title: 'requests/s', align: 'right' },
  { title: 'connect', align: 'right' },
  { title: 'slowest', align: 'right' },
  { title: 'balance', align: 'right' },
  { title: 'drained server', align: 'left' },
];

/** Longer spans say nothing that this one does not. */
const LONGEST_SPAN_S = 120;

/** The part of the run in which the cliff was felt, in whole rows. */
export function cliffSpan(result: Result, cliff: Cliff): Span {
  const end_s = result.scenario.duration_ns / 1e9;
  const from_s = Math.ceil(cliff.first_drop_s);
  return { from_s, to_s: Math.min(cliff.recovery_s ?? end_s, from_s + LONGEST_SPAN_S, end_s) };
}

export function renderAdvice(base: Result, asItIs: Advice, others: readonly Advice[], look: Look): string {
  const span = cliffSpan(base, base.cliff!);
  const possible = others.filter((advice) => advice.effect !== null);
  const rows = [asItIs, ...possible].map(row);
  const how = possible.flatMap(({ remedy }) => [
    `  ${remedy.name}: ${remedy.deed}`,
    // Whole clients as values would fill a screen.
    ...remedy.changes.filter((change) => !change.includes('{')).map((change) => `    --set ${quote(change)}`),
  ]);
  const impossible = others.filter((advice) => advice.effect === null);
  const legend =
    `Figures of ${seconds(span.from_s)} to ${seconds(span.to_s)}, where it is slow as it is. Balance: requests of the ` +
    'busiest real server over its fair share. Drained server: the share of requests that a real server still gets in ' +
    'the 60 s after its weight went to 0, and when the last one came.';
  return sign(
    look,
    [
      wrap(printable(causeOf(base) ?? ''), look.columns, paint(look, 'bold', 'Why: ')),
      '',
      table(COLUMNS, rows, { look }),
      '',
      wrap(legend, look.columns),
      '',
      'How:',
      ...how,
      ...impossible.map(({ remedy, trouble }) =>
        wrap(`not possible here: ${trouble}`, look.columns, `  ${remedy.name}: `),
      ),
    ].join('\n'),
  );
}

function row({ remedy, effect, price }: Advice): string[] {
  const time = (value: number | null) => (value === null ? '-' : milliseconds(value));
  return [
    remedy.name,
    rate(effect!.rps),
    time(effect!.connect_p50_ms),
    time(effect!.connect_max_ms),
    price?.balance == null ? '-' : price.balance.toFixed(2),
    price === null ? '-' : drainText(price),
  ];
}

function drainText({ stale, empty_after_s }: Price): string {
  if (stale === null) return '-';
  if (stale === 0) return 'gets nothing';
  const until = empty_after_s === null ? 'to the end' : `until ${seconds(empty_after_s)}`;
  return `${percent(stale)} ${until}`;
}
