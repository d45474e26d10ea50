/** A packet ladder as text, as wide as the terminal. The layout comes from ladder.ts. */

import type { TraceEvent } from '../../measure/trace.ts';
import { milliseconds, seconds } from '../numbers.ts';
import { clip, type Look, PLAIN, padEnd, padStart, paint, printable, sign, wrap } from '../text.ts';
import {
  type Ladder,
  type LadderArrow,
  type LadderDecision,
  type LadderDrop,
  type LadderStep,
  ladderOf,
} from './ladder.ts';

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
  const lines = [
    ...ladderHead(ladder, look),
    ...ladder.steps.map((step) => ladderLine(step, ladder.start_ns, look)),
  ];
  return `${sign(look, lines.join('\n'))}\n`;
}

/** Where the three columns stand. */
function bars({ columns }: Look): readonly number[] {
  const gap = Math.max(14, Math.floor((columns - TIME_COLUMNS - 2 - ADDRESS_COLUMNS) / 2));
  return [0, gap, gap * 2].map((offset) => TIME_COLUMNS + 2 + offset);
}

/** The names of the columns, and an address where one is known. */
export function ladderHead({ titles }: Pick<Ladder, 'titles'>, look: Look): string[] {
  const places = bars(look);
  const head = (part: 0 | 1) =>
    titles.reduce(
      (line, title, column) =>
        padEnd(line, places[column]!) + clip(title[part], places[1]! - places[0]! - 1, look),
      '',
    );
  return [head(0).trimEnd(), head(1).trimEnd()];
}

/** One step; its time is told since `start_ns`. */
export function ladderLine(step: LadderStep, start_ns: number, look: Look): string {
  const time = padStart(sinceStart(step.at_ns, start_ns), TIME_COLUMNS);
  if (step.kind === 'arrow') return arrowLine(step, time, look).trimEnd();
  if (step.kind === 'gap') return `${padStart('...', TIME_COLUMNS)}  ${spanText(step.length_ns)} later`;
  return noteLine(step, look).trimEnd();
}

function arrowLine(step: LadderArrow, time: string, look: Look): string {
  const places = bars(look);
  const cells: string[] = Array.from({ length: places[2]! + 1 }, () => ' ');
  for (const position of places) cells[position] = look.unicode ? '│' : '|';
  const dash = look.unicode ? '─' : '-';
  const leftmost = Math.min(places[step.from]!, places[step.to]!);
  const rightmost = Math.max(places[step.from]!, places[step.to]!);
  for (let position = leftmost + 1; position < rightmost; position++) cells[position] = dash;
  for (const position of places)
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
  const text = `dropped: ${step.title} (${step.reason}), by ${step.kernelFunction}()`;
  return paint(look, 'red', wrap(printable(text), look.columns, `${indent}${look.unicode ? '✗' : 'x'} `));
}
