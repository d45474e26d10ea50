/** What every chart over time has: axes, grid, shaded spans, event marks and a legend. svg_chart.ts draws into it. */
import { scaleLinear, scaleLog } from 'd3-scale';
import type { Span } from '../series.ts';
import { el, svgText, svgTitle, textWidth } from './svg.ts';
import { LEGEND_LINE, type LegendEntry, legend } from './svg_legend.ts';
import { type Mark, markLanes } from './svg_marks.ts';

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
  /** Things are counted: there is no tick between one and the next. */
  readonly isCount?: boolean;
  /** Values that mean something, with a line and a label. */
  readonly references?: readonly Mark[];
}

export interface FrameOptions {
  /** What the chart shows, for screen readers and as its tooltip. */
  readonly title: string;
  readonly width?: number;
  /** Without the lines that a long legend and the labels of events take besides. */
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
/** For a phone held upright. */
export const NARROW_WIDTH = 350;
const RIGHT = 14;
const TOP = 34;
const BOTTOM = 24;
/** Room for one label of the time axis. */
const X_LABEL = 84;

/** Where the plot begins, right of its axis' labels. */
export function plotLeft(width: number): number {
  return width < 500 ? 60 : 62;
}

/** The plot's rectangle. */
interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly floor: number;
}

export function frame(options: FrameOptions): Frame {
  const { width = CHART_WIDTH, x, y } = options;
  const left = plotLeft(width);
  const right = width - RIGHT;
  const xScale = scaleLinear([x.from, x.to], [left, right]);
  const head = legend(y.name, options.legend, 2, right);
  const lanes = markLanes(options.marks ?? [], xScale, left, right);
  const extra = (head.lines - 1) * LEGEND_LINE + lanes.height;
  const height = (options.height ?? 210) + extra;
  const plot: Plot = { left, right, top: TOP + extra, floor: height - BOTTOM };
  const range = [plot.floor, plot.top];
  const yScale = y.kind === 'linear' ? scaleLinear([y.from, y.to], range) : scaleLog([y.from, y.to], range);
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
      head.svg,
      spans(options.spans ?? [], x, xScale, plot),
      yAxis(y, place, plot),
      ...body,
      references(y, place, plot),
      lanes.draw(plot.top, plot.floor),
      xAxis(x, xScale, plot),
    );
  return { x: (value) => xScale(value), y: place, floor: plot.floor, finish };
}

function spans(
  list: readonly Span[],
  { from, to }: XAxis,
  xScale: (value: number) => number,
  { top, floor }: Plot,
): string {
  return list
    .filter((one) => one.to > from && one.from < to)
    .map((one) => {
      const x = xScale(Math.max(from, one.from));
      const size = { x, y: top, width: xScale(Math.min(to, one.to)) - x, height: floor - top };
      return el('rect', { class: 'shade', ...size });
    })
    .join('');
}

function yAxis(y: YAxis, place: (value: number) => number, { left, right }: Plot): string {
  return yTicks(y)
    .map(
      (value) =>
        el('line', { class: 'grid', x1: left, x2: right, y1: place(value), y2: place(value) }) +
        svgText(left - 8, place(value) + 4, y.format(value), { 'text-anchor': 'end' }),
    )
    .join('');
}

/** Two ticks that would read the same are one too many. */
function yTicks({ kind, from, to, format, isCount = false }: YAxis): number[] {
  const all = kind === 'linear' ? scaleLinear([from, to], [0, 1]).ticks(4) : powersOfTen(from, to);
  return all
    .filter((value) => !isCount || Number.isInteger(value))
    .filter((value, index, kept) => index === 0 || format(value) !== format(kept[index - 1]!));
}

function powersOfTen(from: number, to: number): number[] {
  const first = Math.ceil(Math.log10(from) - 1e-9);
  const last = Math.floor(Math.log10(to) + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => 10 ** (first + index));
}

/** Lines for values that mean something. Labels lie over the curve, with paper around the letters. */
function references(
  { from, to, references: known = [] }: YAxis,
  place: (value: number) => number,
  { left, right }: Plot,
): string {
  let above = Number.POSITIVE_INFINITY;
  return known
    .filter(({ at }) => at > from && at <= to)
    .map(({ at, label }) => {
      const y = place(at);
      const line = el('line', { class: 'reference', x1: left, x2: right, y1: y, y2: y });
      if (above - y < 11) return line;
      above = y;
      return line + svgText(left + 5, y - 2, label, { class: 'mono halo' });
    })
    .join('');
}

/** Labels that would run into the one before them are left out; their ticks stay. */
function xAxis({ from, to, unit, ticks }: XAxis, xScale: (value: number) => number, plot: Plot): string {
  const { left, right, floor } = plot;
  const wanted = Math.max(2, Math.min(8, Math.floor((right - left) / X_LABEL)));
  const all =
    ticks ??
    scaleLinear([from, to], [0, 1])
      .ticks(wanted)
      .map((at) => ({ at, label: `${at}${unit === '' ? '' : ` ${unit}`}` }));
  let end = Number.NEGATIVE_INFINITY;
  const labels = all.map(({ at, label }) => {
    const x = xScale(at);
    const tick = el('line', { class: 'axis', x1: x, x2: x, y1: floor, y2: floor + 4 });
    const width = textWidth(label);
    const atEdge = x + width / 2 > right + RIGHT;
    const begin = atEdge ? x - width : x - width / 2;
    if (begin < end + 4) return tick;
    end = begin + width;
    return tick + svgText(x, floor + 17, label, { 'text-anchor': atEdge ? 'end' : 'middle' });
  });
  return el('line', { class: 'axis', x1: left, x2: xScale(to), y1: floor, y2: floor }) + labels.join('');
}
