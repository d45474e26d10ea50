/** A packet ladder as SVG: time runs down, one line per place, what the kernel decided beside the packet. */

import { unbroken } from '../numbers.ts';
import type { Ladder, LadderArrow, LadderGap, LadderStep } from '../packets/ladder.ts';
import { sinceStart, spanText } from '../packets/ladder_text.ts';
import { clip, wrap } from '../text.ts';
import { el, svgText, svgTitle } from './svg.ts';
import { CHART_WIDTH } from './svg_frame.ts';

const COLUMNS = [150, 440, 780] as const;
const HEAD = 44;
const NOTE_LINE = 15;
/** Characters of a note between its line and the edge of the picture. */
const NOTE_COLUMNS = [96, 48, 0] as const;

interface Drawn {
  readonly svg: string;
  readonly height: number;
}

export function ladderSvg(ladder: Ladder, title: string, limit = 60): string {
  const steps = ladder.steps.slice(0, limit);
  let y = HEAD + 12;
  const body: string[] = [];
  for (const step of steps) {
    const { svg, height } = draw(step, y, ladder.start_ns);
    body.push(svg);
    y += height;
  }
  const left = ladder.steps.length - steps.length;
  if (left > 0) body.push(svgText(COLUMNS[1], y + 14, `${left} more steps`, { 'text-anchor': 'middle' }));
  const height = y + 28;
  const heads = ladder.titles.map(
    ([place, address], column) =>
      svgText(COLUMNS[column]!, 16, place, { class: 'strong', 'text-anchor': 'middle' }) +
      svgText(COLUMNS[column]!, 33, clip(address, 32), { class: 'mono', 'text-anchor': 'middle' }),
  );
  const lines = COLUMNS.map((x) => el('line', { class: 'life', x1: x, x2: x, y1: HEAD, y2: height - 6 }));
  return el(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'chart ladder',
      viewBox: `0 0 ${CHART_WIDTH} ${height}`,
      width: CHART_WIDTH,
      height,
      role: 'img',
      'aria-label': title,
    },
    svgTitle(title),
    ...lines,
    ...heads,
    ...body,
  );
}

function draw(step: LadderStep, y: number, start_ns: number): Drawn {
  if (step.kind === 'gap') return gap(step, y);
  if (step.kind === 'arrow') return arrow(step, y, start_ns);
  if (step.kind === 'decision') return note(step.column, step.text, y, 'muted');
  const text = `dropped: ${step.title} (${step.reason}), by ${step.kernelFunction}()`;
  const drawn = note(step.column, text, y, 'bad');
  const x = COLUMNS[step.column]!;
  const cross = `M${x - 5},${y + 3}l10,10m0,-10l-10,10`;
  return { svg: el('path', { class: 'cross', d: cross }) + drawn.svg, height: drawn.height };
}

function arrow(step: LadderArrow, y: number, start_ns: number): Drawn {
  const from = COLUMNS[step.from]!;
  const target = COLUMNS[step.to]!;
  const direction = target > from ? 1 : -1;
  const to = step.lost ? (from + target) / 2 : target - 5 * direction;
  const line = y + 18;
  const head = step.lost
    ? el('path', { class: 'cross', d: `M${to - 5},${line - 5}l10,10m0,-10l-10,10` })
    : el('path', { class: 'head', d: `M${to + 4 * direction},${line}l${-9 * direction},-4v8z` });
  const svg = el(
    'g',
    {},
    svgTitle(step.addresses),
    svgText(88, line + 4, unbroken(sinceStart(step.at_ns, start_ns)), {
      class: 'mono',
      'text-anchor': 'end',
    }),
    el('line', { class: step.lost ? 'arrow lost' : 'arrow', x1: from, x2: to, y1: line, y2: line }),
    head,
    svgText((from + target) / 2, line - 6, step.label, { class: 'strong', 'text-anchor': 'middle' }),
  );
  return { svg, height: 28 };
}

function note(column: number, text: string, y: number, kind: 'muted' | 'bad'): Drawn {
  const x = COLUMNS[column]!;
  // Beside the last line there is no room: its notes stand to the left of it.
  const leftwards = column === COLUMNS.length - 1;
  const lines = wrap(text, leftwards ? 46 : NOTE_COLUMNS[column]!).split('\n');
  const svg = lines
    .map((line, index) =>
      svgText(leftwards ? x - 12 : x + 12, y + 13 + index * NOTE_LINE, line, {
        class: kind === 'bad' ? 'bad' : undefined,
        'text-anchor': leftwards ? 'end' : 'start',
      }),
    )
    .join('');
  const dot = kind === 'muted' ? el('circle', { class: 'dot', cx: x, cy: y + 9, r: 3 }) : '';
  return { svg: dot + svg, height: lines.length * NOTE_LINE + 5 };
}

function gap(step: LadderGap, y: number): Drawn {
  const text = `${unbroken(spanText(step.length_ns))} later`;
  const breaks = COLUMNS.map((x) =>
    el('rect', { class: 'paper-gap', x: x - 4, y: y + 8, width: 8, height: 18 }),
  );
  return {
    svg: breaks.join('') + svgText((COLUMNS[0] + COLUMNS[1]) / 2, y + 21, text, { 'text-anchor': 'middle' }),
    height: 34,
  };
}
