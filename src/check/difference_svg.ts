/**
 * The drawn difference of a failing check: golden and measured series over each other where they differ, and the
 * series that stand behind a failed expectation. One SVG file that needs nothing else.
 */
import type { Result } from '../measure/result.ts';
import { figure } from '../report/numbers.ts';
import { column, span, times, type Values } from '../report/series.ts';
import { el, svgText } from '../report/svg/svg.ts';
import { type ChartLine, lineChart } from '../report/svg/svg_chart.ts';
import { CHART_WIDTH } from '../report/svg/svg_frame.ts';
import type { Mark } from '../report/svg/svg_marks.ts';
import { standaloneStyle } from '../report/svg/svg_theme.ts';
import type { Golden, GoldenVerdict } from './golden.ts';

/** What does not fit is told in words by the report. */
const MOST_CHARTS = 6;
const CHART_HEIGHT = 210;
const HEAD_HEIGHT = 44;

/** Shown when only expectations failed: what they are mostly about. */
const DEFAULT_METRICS = ['qps', 'connect_p50_ms', 'connect_p99_ms', 'packets_dropped', 'inact_conn'];

interface Drawn {
  readonly metric: string;
  readonly lines: readonly ChartLine[];
  readonly marks: readonly Mark[];
}

export function differenceSvg(result: Result, golden: Golden | null, verdict: GoldenVerdict | null): string {
  const differing = golden === null ? [] : differingSeries(result, golden, verdict);
  const drawn = differing.length > 0 ? differing : failedSeries(result);
  const width = CHART_WIDTH;
  const height = HEAD_HEIGHT + drawn.length * CHART_HEIGHT + 8;
  const title = `${result.scenario.name}: ${differing.length > 0 ? 'measured against golden' : 'measured'}`;
  return `${el(
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
    standaloneStyle(),
    el('rect', { class: 'paper', width, height }),
    svgText(2, 20, title, { class: 'strong', 'font-size': 15 }),
    svgText(2, 36, `ipvsim ${result.ipvsim}, seed ${result.scenario.seed}, scenario ${result.scenarioHash}`),
    ...drawn.map((one, index) => place(chart(result, one), HEAD_HEIGHT + index * CHART_HEIGHT)),
  )}\n`;
}

function differingSeries(result: Result, golden: Golden, verdict: GoldenVerdict | null): Drawn[] {
  return (verdict?.differences ?? [])
    .filter(({ metric }) => metric in golden.series && metric !== 'time_s')
    .slice(0, MOST_CHARTS)
    .map(({ metric, worst }) => ({
      metric,
      lines: [
        { name: 'golden', colour: 1, values: golden.series[metric]! },
        { name: 'measured', colour: 2, values: column(result, metric) },
      ],
      marks:
        worst.at_s === null
          ? []
          : [{ at: worst.at_s, label: `${said(worst.golden)} -> ${said(worst.measured)}` }],
    }));
}

/** The series that a failed expectation names, and the usual ones beside them. */
function failedSeries(result: Result): Drawn[] {
  const failed = result.expectations.filter(({ verdict }) => verdict !== 'pass');
  const named = Object.keys(result.series).filter(
    (metric) => metric !== 'time_s' && failed.some(({ expression }) => mentions(expression, metric)),
  );
  return [...new Set([...named, ...DEFAULT_METRICS])]
    .filter((metric) => column(result, metric).some((value) => value !== null))
    .slice(0, MOST_CHARTS)
    .map((metric) => ({
      metric,
      lines: [{ name: 'measured', colour: 2, values: column(result, metric) }],
      marks: [],
    }));
}

function mentions(expression: string, metric: string): boolean {
  const words = expression.split(/[^\w.[\]:]+/);
  return words.includes(metric);
}

function chart(result: Result, { metric, lines, marks }: Drawn): string {
  const whole = span(result);
  const rows = Math.max(...lines.map(({ values }) => values.length));
  const pad = (values: Values): Values => Array.from({ length: rows }, (_, row) => values[row] ?? null);
  return lineChart(
    {
      title: metric,
      x: { from: 0, to: Math.max(whole.to, (rows * result.scenario.interval_ns) / 1e9), unit: 's' },
      y: { kind: 'linear', from: 0, name: metric, format: figure },
      // A label above the plot makes it a line higher.
      height: CHART_HEIGHT - 24,
      times: rowTimes(result, rows),
      marks,
    },
    lines.map((one) => ({ ...one, values: pad(one.values) })),
  );
}

/** A golden may have more rows than the run. */
function rowTimes(result: Result, rows: number): number[] {
  const known = times(result);
  const interval_s = result.scenario.interval_ns / 1e9;
  return Array.from({ length: rows }, (_, row) => known[row] ?? (row + 1) * interval_s);
}

function place(svg: string, y: number): string {
  return svg.replace('<svg ', `<svg x="0" y="${y}" `);
}

function said(value: number | null): string {
  return value === null ? 'nothing' : figure(value);
}
