/** One picture of a cliff that stands alone: requests and connect time of a run, beside another one if given. */
import type { Result } from '../../measure/result.ts';
import { kernelNames } from '../nodes.ts';
import { count, milliseconds, rate, seconds, unbroken } from '../numbers.ts';
import { openerOf } from '../opener.ts';
import { column, dropSpans, largest, span, times } from '../series.ts';
import { el, svgText, svgTitle } from './svg.ts';
import { type ChartOptions, lineChart } from './svg_chart.ts';
import { CHART_WIDTH } from './svg_frame.ts';
import { standaloneStyle } from './svg_theme.ts';

export interface CliffSvgOptions {
  readonly title: string;
  /** What the result is called in the legend. */
  readonly label: string;
  /** The same without the fault, for comparison. */
  readonly other?: { readonly result: Result; readonly label: string };
}

const PADDING = 18;
const HEAD = 56;
const HEIGHTS = [230, 200] as const;

/** SVG text with its own style, light and dark; the file needs nothing else. */
export function renderCliffSvg(result: Result, { title, label, other }: CliffSvgOptions): string {
  const both = [{ result, label, colour: 2 }, ...(other === undefined ? [] : [{ ...other, colour: 1 }])];
  const lines = (metric: string) =>
    both.map((one) => ({ name: one.label, colour: one.colour, values: column(one.result, metric) }));
  const qps = {
    kind: 'linear',
    from: 0,
    name: 'requests per second',
    format: (value: number) => unbroken(rate(value)),
  } as const;
  const slowest = Math.max(10, ...both.map((one) => largest(column(one.result, 'connect_p50_ms')) ?? 0));
  const connect = {
    kind: 'log',
    from: 0.1,
    to: 10 ** Math.ceil(Math.log10(slowest * 1.5)),
    name: 'median connect time',
    format: (value: number) => unbroken(value >= 1000 ? seconds(value / 1000) : milliseconds(value)),
  } as const;
  const charts = [
    lineChart(options(result, qps, HEIGHTS[0]), lines('qps')),
    lineChart(options(result, connect, HEIGHTS[1]), lines('connect_p50_ms')),
  ];
  const height = HEAD + HEIGHTS[0] + HEIGHTS[1] + 2 * PADDING;
  const width = CHART_WIDTH + 2 * PADDING;
  const svg = el(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'chart',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'img',
      'aria-label': title,
    },
    svgTitle(title),
    standaloneStyle(),
    el('rect', { class: 'paper', width, height, rx: 10 }),
    svgText(PADDING + 2, 30, title, { class: 'strong', style: 'font-size:17px' }),
    svgText(PADDING + 2, 50, subtitle(result), {}),
    nested(charts[0]!, HEAD + PADDING),
    nested(charts[1]!, HEAD + PADDING + HEIGHTS[0]),
  );
  return `${svg}\n`;
}

function options(result: Result, y: ChartOptions['y'], height: number): ChartOptions {
  const { from, to } = span(result);
  return {
    title: y.name,
    height,
    x: { from, to, unit: 's' },
    y,
    times: times(result),
    spans: dropSpans(result),
  };
}

function subtitle({ scenario, cliff }: Result): string {
  const where = `kernel model ${kernelNames(scenario)}`;
  if (cliff === null) return where;
  return `${where}; shaded: ${cliff.kernelFunction}() drops ${openerOf(scenario)}s, from connection ${unbroken(count(cliff.connections_before + 1))} on`;
}

/** A chart inside the picture: our own SVG text, moved into place. */
function nested(chart: string, y: number): string {
  return chart.replace('<svg ', `<svg x="${PADDING}" y="${y}" `);
}
