/** A packet ladder as text, as wide as the terminal. The layout comes from ladder.ts. */
import type { TraceEvent } from '../../measure/trace.ts';
import { milliseconds, seconds } from '../numbers.ts';
import { reasonText } from '../reasons.ts';
import { clip, type Look, PLAIN, padEnd, padStart, paint, printable, sign, wrap } from '../text.ts';
import { type LadderArrow, type LadderDecision, type LadderDrop, ladderOf } from './ladder.ts';

/** Time since the ladder's first step, as text. */
export function sinceStart(at_ns: number, start_ns: number): string {
  const since_ns = at_ns - start_ns;
  return since_ns < 1e9 ? `${(since_ns / 1e6).toFixed(2)} ms` : `${(since_ns / 1e9).toFixed(5)} s`;
}

/** Length of a gap as text. */
export function spanText(length_ns: number): string {
  return length_ns < 950e6 ? milliseconds(length_ns / 1e6) : seconds(length_ns / 1e9);
}

const TIME_COLUMNS = 12;
/** What the last column's address may take to the right of its line. */
const ADDRESS_COLUMNS = 16;

/** The ladder as text, as wide as the terminal. */
export function renderLadder(events: readonly TraceEvent[], look: Look = PLAIN): string {
  const ladder = ladderOf(events);
  const gap = Math.max(14, Math.floor((look.columns - TIME_COLUMNS - 2 - ADDRESS_COLUMNS) / 2));
  const bars = [0, gap, gap * 2].map((offset) => TIME_COLUMNS + 2 + offset);
  const bar = look.unicode ? '│' : '|';
  const empty = () => {
    const cells: string[] = Array.from({ length: bars[2]! + 1 }, () => ' ');
    for (const position of bars) cells[position] = bar;
    return cells;
  };
  const head = (part: 0 | 1) =>
    ladder.titles.reduce(
      (line, title, column) => padEnd(line, bars[column]!) + clip(title[part], gap - 1, look),
      '',
    );
  const lines = [head(0), head(1)];
  for (const step of ladder.steps) {
    const time = padStart(sinceStart(step.at_ns, ladder.start_ns), TIME_COLUMNS);
    if (step.kind === 'arrow') lines.push(arrowLine(step, time, empty(), bars, look));
    else if (step.kind === 'gap')
      lines.push(padStart('...', TIME_COLUMNS) + `  ${spanText(step.length_ns)} later`);
    else lines.push(noteLine(step, look));
  }
  return `${sign(look, lines.map((line) => line.trimEnd()).join('\n'))}\n`;
}

function arrowLine(
  step: LadderArrow,
  time: string,
  cells: string[],
  bars: readonly number[],
  look: Look,
): string {
  const dash = look.unicode ? '─' : '-';
  const leftmost = Math.min(bars[step.from]!, bars[step.to]!);
  const rightmost = Math.max(bars[step.from]!, bars[step.to]!);
  for (let position = leftmost + 1; position < rightmost; position++) cells[position] = dash;
  for (const position of bars)
    if (position > leftmost && position < rightmost) cells[position] = look.unicode ? '┼' : '+';
  const rightwards = step.to > step.from;
  const head = step.lost ? 'x' : rightwards ? '>' : '<';
  if (rightwards) cells[rightmost - 1] = head;
  else cells[leftmost + 1] = head;
  const label = ` ${clip(printable(step.label), rightmost - leftmost - 7, look)} `;
  [...label].forEach((character, index) => {
    cells[leftmost + 3 + index] = character;
  });
  return time + cells.join('').slice(TIME_COLUMNS);
}

function noteLine(step: LadderDecision | LadderDrop, look: Look): string {
  const indent = ' '.repeat(TIME_COLUMNS + 2);
  if (step.kind === 'decision') return wrap(printable(step.text), look.columns, `${indent}· `);
  const text = `dropped: ${reasonText(step.reason).title} (${step.reason}), by ${step.kernelFunction}()`;
  return paint(look, 'red', wrap(printable(text), look.columns, `${indent}${look.unicode ? '✗' : 'x'} `));
}
