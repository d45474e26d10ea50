/** Charts of series as pure functions to SVG text: lines, stacked states, a heat strip, bars, a percentile curve. */
import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import type { Values } from '../series.ts';
import { lttb, type Point } from './lttb.ts';
import { el, px, svgText, svgTitle } from './svg.ts';
import { CHART_WIDTH, type Frame, type FrameOptions, frame, plotLeft } from './svg_frame.ts';
import { flow, LEGEND_LINE } from './svg_legend.ts';

export interface ChartLine {
  readonly name: string;
  /** 1 to 6: a colour of the theme. */
  readonly colour: number;
  readonly values: Values;
  /** Where they are not those of the chart, as for another run. */
  readonly times?: readonly number[];
}

/** Everything about a chart but its data and legend; the largest value gives the upper end of the axis. */
export interface ChartOptions extends Omit<FrameOptions, 'legend' | 'y'> {
  readonly y: Omit<FrameOptions['y'], 'to'> & { readonly to?: number };
  readonly times: readonly number[];
}

/** More points than this per line cannot be seen. */
function mostPoints(width = CHART_WIDTH): number {
  return Math.round(width * 0.7);
}

/** Lines over time; a gap where a value is missing. */
export function lineChart(options: ChartOptions, lines: readonly ChartLine[]): string {
  const drawn = lines.filter(({ values }) => values.some((value) => value !== null));
  const to =
    options.y.to ??
    ceiling(
      drawn.flatMap(({ values }) => values.filter((value) => value !== null)),
      options.y,
    );
  const chart = frame({
    ...options,
    y: { ...options.y, to },
    legend: drawn
      .filter(({ name }) => name !== '')
      .map(({ name, colour }) => ({ name, swatch: `c${colour}` })),
  });
  const paths = drawn.flatMap(({ name, colour, values, times = options.times }) => {
    const segments = segmentsOf(times, values);
    const d = linePath(segments, chart, options.width);
    const dots = dotsPath(segments, chart);
    return [
      el('path', { class: `line c${colour}`, d }, svgTitle(name)),
      ...(dots === '' ? [] : [el('path', { class: `line c${colour} dots`, d: dots }, svgTitle(name))]),
    ];
  });
  return chart.finish(...paths);
}

/** A value between two that are missing is no line but a dot. */
function dotsPath(segments: readonly Point[][], chart: Frame): string {
  return segments
    .filter((points) => points.length === 1)
    .map(([point]) => `M${px(chart.x(point![0]))},${px(chart.y(point![1]))}h0`)
    .join('');
}

function linePath(segments: readonly Point[][], chart: Frame, width?: number): string {
  const draw = line<Point>(
    ([x]) => chart.x(x),
    ([, y]) => chart.y(y),
  ).digits(2);
  const all = segments.reduce((sum, segment) => sum + segment.length, 0);
  return segments
    .filter((points) => points.length > 1)
    .map(
      (points) =>
        draw(lttb(points, Math.max(3, Math.round((mostPoints(width) * points.length) / all)))) ?? '',
    )
    .join('');
}

/** Runs of rows that have a value. */
function segmentsOf(times: readonly number[], values: Values): Point[][] {
  const segments: Point[][] = [];
  let open = false;
  values.forEach((value, row) => {
    if (value === null) {
      open = false;
      return;
    }
    if (!open) segments.push([]);
    open = true;
    segments.at(-1)!.push([times[row]!, value]);
  });
  return segments;
}

/** Layers on top of each other, the first one at the bottom; a missing value counts as none. */
export function stackedChart(options: ChartOptions, layers: readonly ChartLine[]): string {
  const drawn = layers.filter(({ values }) => values.some((value) => value !== null && value > 0));
  const sums: number[][] = [options.times.map(() => 0)];
  for (const { values } of drawn) {
    const below = sums.at(-1)!;
    sums.push(below.map((sum, row) => sum + (values[row] ?? 0)));
  }
  const top = sums.at(-1)!;
  const to = options.y.to ?? ceiling(top, options.y);
  const chart = frame({
    ...options,
    y: { ...options.y, to },
    legend: [...drawn].reverse().map(({ name, colour }) => ({ name, swatch: `f${colour}` })),
  });
  // One choice of rows for all layers, or their edges would not meet.
  const rows = lttb(
    top.map((sum, row) => [row, sum] as const),
    mostPoints(options.width),
  ).map(([row]) => row);
  const paths = drawn.map(({ name, colour }, index) => {
    const draw = area<number>(
      (row) => chart.x(options.times[row]!),
      (row) => chart.y(sums[index]![row]!),
      (row) => chart.y(sums[index + 1]![row]!),
    ).digits(2);
    return el('path', { class: `f${colour}`, d: draw(rows) ?? '', opacity: 0.85 }, svgTitle(name));
  });
  return chart.finish(...paths);
}

function ceiling(
  values: readonly number[],
  { kind, from, isCount = false }: Pick<FrameOptions['y'], 'kind' | 'from' | 'isCount'>,
): number {
  const largest = values.reduce((most, value) => Math.max(most, value), from);
  if (kind === 'log') return 10 ** Math.ceil(Math.log10(Math.max(largest, from * 10)));
  // The axis ends on a tick; of things that are counted there is none below one.
  return scaleLinear([from, Math.max(largest > from ? largest : from + 1, isCount ? from + 1 : from)], [0, 1])
    .nice(4)
    .domain()[1]!;
}

export interface HeatStripOptions {
  readonly title: string;
  /** What is measured, printed above the strip. */
  readonly heading: string;
  readonly times: readonly number[];
  /** Seconds that a row of the series stands for; it ends at its time. */
  readonly interval: number;
  readonly x: { readonly from: number; readonly to: number };
  /** Upper bounds of the first six of the seven shades, and the name of each shade. */
  readonly bounds: readonly number[];
  readonly names: readonly string[];
  readonly width?: number;
}

const STRIP_HEIGHT = 16;
const STRIP_HEAD = 24;

/** Rows of cells shaded by value: how slow the slow ones were, at a glance. */
export function heatStrip(
  options: HeatStripOptions,
  rows: readonly { readonly name: string; readonly values: Values }[],
): string {
  const { width = CHART_WIDTH, title, x } = options;
  const left = plotLeft(width);
  const right = width - 14;
  const xScale = scaleLinear([x.from, x.to], [left, right]);
  const bottom = STRIP_HEAD + rows.length * STRIP_HEIGHT;
  const shades = options.names.map((text, shade) => ({ text, swatch: `h${shade}` }));
  const key = flow(shades, left, bottom + 18, right);
  const height = bottom + 8 + key.lines * LEGEND_LINE;
  const body = rows.map(({ name, values }, index) => {
    const y = STRIP_HEAD + index * STRIP_HEIGHT;
    return svgText(left - 8, y + 12, name, { 'text-anchor': 'end' }) + stripCells(options, values, y, xScale);
  });
  const size = { viewBox: `0 0 ${width} ${height}`, width, height };
  return el(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', class: 'chart', ...size, role: 'img', 'aria-label': title },
    svgTitle(title),
    svgText(2, 14, options.heading, { class: 'strong' }),
    ...body,
    key.svg,
  );
}

/** Neighbours of the same shade are one rectangle. */
function stripCells(
  { times, interval, bounds, names }: HeatStripOptions,
  values: Values,
  y: number,
  xScale: (value: number) => number,
): string {
  const shades = values.map((value) =>
    value === null ? null : bounds.filter((bound) => value >= bound).length,
  );
  const cells: string[] = [];
  for (let row = 0; row < shades.length; ) {
    let next = row + 1;
    while (next < shades.length && shades[next] === shades[row]) next++;
    const shade = shades[row];
    if (shade !== null && shade !== undefined) {
      const left = xScale(Math.max(0, times[row]! - interval));
      const size = { x: left, y: y + 1, width: xScale(times[next - 1]!) - left, height: STRIP_HEIGHT - 2 };
      cells.push(el('rect', { class: `h${shade}`, ...size }, svgTitle(names[shade]!)));
    }
    row = next;
  }
  return cells.join('');
}
