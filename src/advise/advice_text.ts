/** Advice as text: the causes, a table of what each remedy came to, and how to do it. */
import { remedyText } from '../causes/remedies/remedy.ts';
import type { Result } from '../measure/result.ts';
import { told, unexplained } from '../report/cause.ts';
import { quote } from '../report/command.ts';
import { type Column, table } from '../report/forms/table.ts';
import { count, milliseconds, percent, rate, seconds, spell } from '../report/numbers.ts';
import { type Look, paint, printable, sign, wrap } from '../report/text.ts';
import type { Advice, AdviceRow } from './advice.ts';
import type { Effect, Price } from './outcome.ts';

/** How a figure of a row is called and written. */
interface Figure {
  readonly column: Column;
  text(effect: Effect, price: Price | null): string;
}

const right = (title: string): Column => ({ title, align: 'right' });
const time = (value_ms: number | null) => (value_ms === null ? '-' : milliseconds(value_ms));

/** Where a server was drained it is about speed and what becomes of the drained server. */
const SPEED: readonly Figure[] = [
  { column: right('requests/s'), text: ({ rps }) => (rps === null ? '-' : rate(rps)) },
  { column: right('connect'), text: ({ connect_p50_ms }) => time(connect_p50_ms) },
  { column: right('slowest'), text: ({ connect_max_ms }) => time(connect_max_ms) },
  { column: right('balance'), text: (_, price) => (price?.balance == null ? '-' : price.balance.toFixed(2)) },
  {
    column: { title: 'drained server', align: 'left' },
    text: (_, price) => (price === null ? '-' : drainText(price)),
  },
];

/** Everywhere else about whether requests are answered, and what that takes. */
const SUCCESS: readonly Figure[] = [
  { column: right('answered'), text: ({ answered }) => count(answered) },
  { column: right('failed'), text: ({ failed }) => count(failed) },
  { column: right('longest'), text: ({ longest_ms }) => spell(longest_ms * 1e6) },
  { column: right('balance'), text: ({ balance }) => (balance === null ? '-' : balance.toFixed(2)) },
  { column: right('packets'), text: ({ packets }) => count(packets) },
  { column: right('entries'), text: ({ entries }) => count(entries) },
];

const SPEED_LEGEND =
  'Balance: requests of the busiest real server over its fair share. Drained server: the share of requests that a ' +
  'real server still gets in the 60 s after its weight went to 0, and when the last one came.';

const SUCCESS_LEGEND =
  'Longest: the longest time until a request was answered or failed. Balance: requests of the busiest real server ' +
  'over its fair share. Packets of all hosts; entries: the most that the connection table held.';

export function renderAdvice(advice: Advice, look: Look): string {
  const { findings, span, rows, untried, isDrained } = advice;
  const figures = isDrained ? SPEED : SUCCESS;
  const possible = rows.filter(({ effect }) => effect !== null);
  const remedies = possible.filter(({ changes }) => changes.length > 0);
  const legend = isDrained
    ? `Figures of ${seconds(span.from_s)} to ${seconds(span.to_s)}, where it is slow as it is. ${SPEED_LEGEND}`
    : SUCCESS_LEGEND;
  const lines = [
    ...findings.map((finding, index) =>
      index === 0
        ? wrap(printable(told(finding)), look.columns, paint(look, 'bold', 'Why: '))
        : wrap(printable(finding.text), look.columns, paint(look, 'bold', 'Besides: ')),
    ),
    '',
    table(
      [{ title: '' }, ...figures.map(({ column }) => column)],
      possible.map(({ remedy, effect, price }) => [
        remedy.name,
        ...figures.map(({ text }) => text(effect!, price)),
      ]),
      { look },
    ),
    '',
    wrap(legend, look.columns),
    ...section(
      'How:',
      remedies.flatMap((row) => howLines(row, look)),
    ),
    ...section(
      'Not possible here:',
      rows
        .filter(({ effect }) => effect === null)
        .map(({ remedy, trouble }) => wrap(printable(trouble ?? ''), look.columns, `  ${remedy.name}: `)),
    ),
    ...section(
      'Not simulated:',
      untried.map((remedy) => wrap(remedyText(remedy), look.columns, '  - ')),
    ),
  ];
  return sign(look, lines.join('\n'));
}

/** What there is to say where no cause was found; `why` is the command that shows the worst request. */
export function renderNoAdvice(result: Result, why: string, look: Look): string {
  const { scenario, totals, times_ms } = result;
  const name = printable(scenario.name);
  const failures = unexplained(result);
  const text =
    failures === null
      ? `${name}: all ${count(totals.complete)} requests were answered, the slowest after ` +
        `${milliseconds(times_ms.total.max)}, and none met anything that a remedy is known for.`
      : `${name}: ${failures} No cause that is known fits them; ${why} shows the first one, packet by packet.`;
  return sign(look, wrap(printable(text), look.columns));
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}

function howLines({ remedy, changes }: AdviceRow, look: Look): string[] {
  return [
    wrap(`${remedy.deed}; the price: ${remedy.price}.`, look.columns, `  ${remedy.name}: `),
    // Whole clients as values would fill a screen.
    ...changes.filter((change) => !change.includes('{')).map((change) => `    --set ${quote(change)}`),
  ];
}

function drainText({ stale, empty_after_s }: Price): string {
  if (stale === null) return '-';
  if (stale === 0) return 'gets nothing';
  const until = empty_after_s === null ? 'to the end' : `until ${seconds(empty_after_s)}`;
  return `${percent(stale)} ${until}`;
}
