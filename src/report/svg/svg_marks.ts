/**
 * Events above a chart: a line through the plot at each instant, and its label in a lane above the plot, where no
 * curve runs. A label lies in the lowest lane where it meets no other label and no other event's line.
 */
import { el, svgText, textWidth } from './svg.ts';

export interface Mark {
  readonly at: number;
  readonly label: string;
}

export interface MarkLanes {
  /** Height that the lanes take above the plot. */
  readonly height: number;
  readonly draw: (top: number, floor: number) => string;
}

const LANE = 13;
const SIZE = 11;
/** Events that find no lane have a line only: the report's table lists them all. */
const MOST_LANES = 5;
/** More lines are no lines any more. */
const MOST_LINES = 200;

interface Placed {
  readonly x: number;
  readonly label: string;
  readonly lane: number;
  readonly from: number;
  readonly to: number;
}

export function markLanes(
  marks: readonly Mark[],
  xScale: (value: number) => number,
  left: number,
  right: number,
): MarkLanes {
  const all = marks.map(({ at, label }) => ({ x: xScale(at), label })).filter(({ x }) => x <= right + 0.5);
  const lines = [...new Set(all.map(({ x }) => Math.round(x)))];
  const placed: Placed[] = [];
  const shown = all.slice(0, MOST_LINES);
  const fits = ({ x, label }: (typeof shown)[number]) => x + labelWidth(label) <= right + 4;
  // Labels stand right of their lines, from the last one on, so that one that reaches over a later event lies above
  // that event's line; those at the right edge stand left of them, the other way round.
  for (const one of [...shown.filter((each) => !fits(each)), ...shown.filter(fits).reverse()]) {
    const lane = freeLane(one.x, one.label, fits(one), placed);
    if (lane !== null && lane.from >= left - 40) placed.push(lane);
  }
  const lanes = placed.reduce((most, { lane }) => Math.max(most, lane + 1), 0);
  const height = lanes === 0 ? 0 : lanes * LANE + 7;
  return {
    height,
    draw: (top, floor) => {
      const y = (lane: number) => top - 9 - lane * LANE;
      const reach = new Map<number, number>();
      for (const { x, lane } of placed) {
        reach.set(Math.round(x), Math.min(reach.get(Math.round(x)) ?? top, y(lane) - 9));
      }
      const drawn = lines
        .slice(0, MOST_LINES)
        .map((x) => el('line', { class: 'mark', x1: x, x2: x, y1: reach.get(x) ?? top, y2: floor }));
      const labels = placed.map(({ x, label, lane, from }) =>
        svgText(from < x ? x - 4 : x + 4, y(lane), label, {
          class: 'ink',
          'font-size': SIZE,
          'text-anchor': from < x ? 'end' : 'start',
        }),
      );
      return drawn.join('') + labels.join('');
    },
  };
}

function freeLane(x: number, label: string, rightwards: boolean, placed: readonly Placed[]): Placed | null {
  const width = labelWidth(label);
  const [from, to] = rightwards ? [x, x + width] : [x - width, x];
  for (let lane = 0; lane < MOST_LANES; lane++) {
    const candidate = { x, label, lane, from, to };
    if (!placed.some((other) => meets(candidate, other))) return candidate;
  }
  return null;
}

function labelWidth(label: string): number {
  return textWidth(label, SIZE) + 8;
}

/** Whether one's label lies on the other's label or on its line, which runs from its lane down. */
function meets(a: Placed, b: Placed): boolean {
  const onLabel = a.lane === b.lane && a.from < b.to + 4 && b.from < a.to + 4;
  const onLine = (label: Placed, line: Placed) =>
    line.lane > label.lane && line.x > label.from + 1 && line.x < label.to - 1;
  return onLabel || onLine(a, b) || onLine(b, a);
}
