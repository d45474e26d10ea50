/** What every chart over time has: axes, grid, shaded spans, event marks and a legend. svg_chart.ts draws into it. */
import { scaleLinear, scaleLog } from 'd3-scale';
import type { Span } from '../series.ts';
import { clip } from '../text.ts';
import { el, svgText, svgTitle, textWidth } from './svg.ts';

export interface LegendEntry {
  readonly name: string;
  /** Class of the swatch: c1.. for a line, f1.. for an area, shade for a span. */
  readonly swatch: string;
}

export interface Mark {
  readonly at: number;
  readonly label: string;
}

export interface XAxis {
  readonly from: number;
  readonly to: number;
  /** Unit after the last tick's number, such as `s`. */
  readonly unit: string;
  /** Ticks that are not simply round numbers. */
  readonly ticks?: readonly Mark[];
}

export interface YAxis {
  readonly kind: 'linear' | 'log';
  /** Lowest value: 0 for linear axes as a rule, the floor of the smallest values for logarithmic ones. */
  readonly from: number;
  readonly to: number;
  /** What is measured, printed above the axis. */
  readonly name: string;
  readonly format: (value: number) => string;
  /** Values that mean something, with a line and a label. */
  readonly references?: readonly Mark[];
}

export interface FrameOptions {
  /** What the chart shows, for screen readers and as its tooltip. */
  readonly title: string;
  readonly width?: number;
  readonly height?: number;
  readonly x: XAxis;
  readonly y: YAxis;
  readonly spans?: readonly Span[];
  readonly marks?: readonly Mark[];
  readonly legend: readonly LegendEntry[];
}

export interface Frame {
  readonly x: (value: number) => number;
  /** Values outside the axis are drawn at its ends. */
  readonly y: (value: number) => number;
  readonly floor: number;
  /** The finished chart around what was drawn. */
  readonly finish: (...body: readonly string[]) => string;
}

export const CHART_WIDTH = 860;
const LEFT = 62;
const RIGHT = 14;
const TOP = 34;
const BOTTOM = 24;
/** A longer name would push the others out of the picture. */
const LEGEND_COLUMNS = 36;

export function frame(options: FrameOptions): Frame {
  const { width = CHART_WIDTH, height = 210, x, y } = options;
  const floor = height - BOTTOM;
  const xScale = scaleLinear([x.from, x.to], [LEFT, width - RIGHT]);
  const yScale =
    y.kind === 'linear' ? scaleLinear([y.from, y.to], [floor, TOP]) : scaleLog([y.from, y.to], [floor, TOP]);
  const place = (value: number) => yScale(Math.min(y.to, Math.max(y.from, value)));
  const finish = (...body: readonly string[]) =>
    el(
      'svg',
      {
        xmlns: 'http://www.w3.org/2000/svg',
        class: 'chart',
        viewBox: `0 0 ${width} ${height}`,
        width,
        height,
        role: 'img',
        'aria-label': options.title,
      },
      svgTitle(options.title),
      legend(y.name, options.legend, width),
      spans(options.spans ?? [], x, xScale, floor),
      yAxis(y, place, width),
      ...body,
      marks(options.marks ?? [], xScale, floor, width),
      xAxis(x, xScale, floor),
    );
  return { x: (value) => xScale(value), y: place, floor, finish };
}

function legend(name: string, entries: readonly LegendEntry[], width: number): string {
  const parts: string[] = [svgText(2, 14, name, { class: 'strong' })];
  let right = width - RIGHT;
  for (const entry of [...entries].reverse()) {
    const text = clip(entry.name, LEGEND_COLUMNS);
    right -= textWidth(text);
    parts.push(svgText(right, 14, text, { class: 'ink' }));
    right -= 20;
    parts.push(
      entry.swatch.startsWith('c')
        ? el('path', { class: `line ${entry.swatch}`, d: `M${Math.round(right)},10h14` })
        : el('rect', { class: entry.swatch, x: right, y: 5, width: 14, height: 10, rx: 2 }),
    );
    right -= 14;
  }
  return parts.join('');
}

function spans(
  list: readonly Span[],
  { from, to }: XAxis,
  xScale: (value: number) => number,
  floor: number,
): string {
  return list
    .filter((one) => one.to > from && one.from < to)
    .map((one) => {
      const left = xScale(Math.max(from, one.from));
      const right = xScale(Math.min(to, one.to));
      return el('rect', { class: 'shade', x: left, y: TOP, width: right - left, height: floor - TOP });
    })
    .join('');
}

function yAxis(
  { kind, from, to, format, references = [] }: YAxis,
  place: (value: number) => number,
  width: number,
): string {
  const ticks = kind === 'linear' ? scaleLinear([from, to], [0, 1]).ticks(4) : powersOfTen(from, to);
  const right = width - RIGHT;
  const lines = ticks.map(
    (value) =>
      el('line', { class: 'grid', x1: LEFT, x2: right, y1: place(value), y2: place(value) }) +
      svgText(LEFT - 8, place(value) + 4, format(value), { 'text-anchor': 'end' }),
  );
  const known = references
    .filter(({ at }) => at > from && at <= to)
    .map(
      ({ at, label }) =>
        el('line', { class: 'reference', x1: LEFT, x2: right, y1: place(at), y2: place(at) }) +
        svgText(LEFT + 5, place(at) - 3, label, { class: 'mono' }),
    );
  return lines.join('') + known.join('');
}

function powersOfTen(from: number, to: number): number[] {
  const first = Math.ceil(Math.log10(from) - 1e-9);
  const last = Math.floor(Math.log10(to) + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => 10 ** (first + index));
}

function xAxis({ from, to, unit, ticks }: XAxis, xScale: (value: number) => number, floor: number): string {
  const all =
    ticks ??
    scaleLinear([from, to], [0, 1])
      .ticks(8)
      .map((at) => ({ at, label: `${at}${unit === '' ? '' : ` ${unit}`}` }));
  const labels = all.map(
    ({ at, label }) =>
      el('line', { class: 'axis', x1: xScale(at), x2: xScale(at), y1: floor, y2: floor + 4 }) +
      svgText(xScale(at), floor + 17, label, { 'text-anchor': at === to ? 'end' : 'middle' }),
  );
  return el('line', { class: 'axis', x1: LEFT, x2: xScale(to), y1: floor, y2: floor }) + labels.join('');
}

/** Event marks; a label that would run into the one before it moves down a line. */
function marks(
  list: readonly Mark[],
  xScale: (value: number) => number,
  floor: number,
  width: number,
): string {
  const ends: number[] = [];
  return list
    .map(({ at, label }) => {
      const x = xScale(at);
      const columns = textWidth(label, 11) + 10;
      const leftwards = x + columns > width - RIGHT;
      const start = leftwards ? x - columns : x;
      let line = 0;
      while ((ends[line] ?? Number.NEGATIVE_INFINITY) > start) line++;
      ends[line] = start + columns;
      return (
        el('line', { class: 'mark', x1: x, x2: x, y1: TOP, y2: floor }) +
        svgText(leftwards ? x - 4 : x + 4, TOP + 10 + line * 13, label, {
          class: 'ink',
          'font-size': 11,
          'text-anchor': leftwards ? 'end' : 'start',
        })
      );
    })
    .join('');
}
