/**
 * One metric over two varied keys, as an SVG: a cell per pair of values, the mean over its seeds as colour and,
 * where there is room, as a number. A cell without a value is hatched, not coloured.
 */

import { figure } from '../../report/numbers.ts';
import { escapeXml } from '../../text/escape.ts';
import type { SweepHead } from '../plan.ts';
import type { RunRecord } from '../record.ts';
import type { Column } from './table.ts';

interface Cell {
  readonly x: number;
  readonly y: number;
  readonly mean: number | null;
}

interface Layout {
  readonly left: number;
  readonly top: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly width: number;
  readonly height: number;
  /** Every so many values of an axis get a label. */
  readonly xStride: number;
  readonly yStride: number;
}

/** One hue, light to dark, told apart by lightness alone: readable in grey and with any colour vision. */
const RAMP = [
  [239, 243, 255],
  [189, 215, 231],
  [107, 174, 214],
  [49, 130, 189],
  [8, 69, 128],
] as const;

const PLOT_WIDTH = 720;
const PLOT_HEIGHT = 480;
const CHARACTER_WIDTH = 7.2;
/** Of the title, which is larger, and of bold letters. */
const HEAD_WIDTH = 8.6;

/** Null unless exactly two keys are varied and the metric is a column of numbers. */
export function heatMap(
  head: SweepHead,
  records: readonly RunRecord[],
  column: Column | undefined,
): string | null {
  if (head.dimensions.length !== 2 || column === undefined || column.kind === 'text') return null;
  const metric = column.name;
  const cells = cellsOf(head, records, column.values);
  const means = cells.flatMap(({ mean }) => (mean === null ? [] : [mean]));
  const scale = { low: Math.min(...means), high: Math.max(...means), any: means.length > 0 };
  const title = `${metric} by ${head.dimensions[0]!.key} and ${head.dimensions[1]!.key}`;
  const layout = layOut(head, title);
  const about = `${head.scenario}, ${head.seeds} ${head.seeds === 1 ? 'seed' : 'seeds'} per cell${
    head.seeds === 1 ? '' : ', mean'
  }`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${layout.width} ${layout.height}" width="${layout.width}" height="${layout.height}" role="img" aria-labelledby="t d">`,
    `<title id="t">${escapeXml(title)}</title>`,
    `<desc id="d">${escapeXml(about)}</desc>`,
    STYLE,
    `<rect class="page" width="${layout.width}" height="${layout.height}"/>`,
    `<text class="head" x="16" y="24">${escapeXml(title)}</text>`,
    `<text x="16" y="42">${escapeXml(about)}</text>`,
    ...cells.map((cell) => drawCell(head, layout, scale, cell)),
    ...drawAxes(head, layout),
    ...drawLegend(layout, scale, metric),
    '</svg>',
    '',
  ].join('\n');
}

const STYLE = `<style>
svg { font: 12px ui-monospace, Menlo, Consolas, monospace; fill: #1b1f24 }
.page { fill: #ffffff } .head { font-size: 14px; font-weight: bold } .none { fill: url(#hatch) }
.mid { text-anchor: middle } .end { text-anchor: end } .axis { font-weight: bold }
@media (prefers-color-scheme: dark) { svg { fill: #e6e6e6 } .page { fill: #16191d } }
</style>
<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="6" height="6" fill="#d0d3d8"/><rect width="2" height="6" fill="#9aa0a8"/></pattern>
<linearGradient id="ramp">${RAMP.map((_, stop) => gradientStop(stop / (RAMP.length - 1))).join('')}</linearGradient></defs>`;

/** The first key runs along x, the second upwards. */
function cellsOf(head: SweepHead, records: readonly RunRecord[], values: Column['values']): Cell[] {
  const [xOf, yOf] = head.dimensions.map(
    (dimension) => new Map(dimension.values.map((text, index) => [text, index])),
  ) as [Map<string, number>, Map<string, number>];
  const cells = new Map<number, number[]>();
  for (const [row, { values: at }] of records.entries()) {
    const cell = xOf.get(at[0]!)! * yOf.size + yOf.get(at[1]!)!;
    if (!cells.has(cell)) cells.set(cell, []);
    const value = values[row];
    if (typeof value === 'number') cells.get(cell)!.push(value);
  }
  return [...cells].map(([cell, list]) => ({
    x: Math.floor(cell / yOf.size),
    y: cell % yOf.size,
    mean: list.length === 0 ? null : list.reduce((sum, value) => sum + value, 0) / list.length,
  }));
}

/** As wide as the plot, its axes' names and the title need. */
function layOut(head: SweepHead, title: string): Layout {
  const [xValues, yValues] = head.dimensions.map(({ values }) => values) as [
    readonly string[],
    readonly string[],
  ];
  const longest = (values: readonly string[]) => Math.max(...values.map(({ length }) => length));
  const cellWidth = Math.max(6, Math.min(96, Math.floor(PLOT_WIDTH / xValues.length)));
  const cellHeight = Math.max(6, Math.min(40, Math.floor(PLOT_HEIGHT / yValues.length)));
  const left = Math.ceil(32 + Math.min(30, longest(yValues)) * CHARACTER_WIDTH);
  const top = 80;
  const plotWidth = cellWidth * xValues.length;
  return {
    left,
    top,
    cellWidth,
    cellHeight,
    width: Math.max(
      420,
      left + plotWidth + 24,
      Math.ceil(32 + title.length * HEAD_WIDTH),
      ...head.dimensions.map(({ key }) => Math.ceil(32 + key.length * HEAD_WIDTH)),
    ),
    height: top + cellHeight * yValues.length + 110,
    xStride: Math.ceil(((Math.min(30, longest(xValues)) + 1) * CHARACTER_WIDTH) / cellWidth),
    yStride: Math.ceil(14 / cellHeight),
  };
}

interface Scale {
  readonly low: number;
  readonly high: number;
  readonly any: boolean;
}

function drawCell(head: SweepHead, layout: Layout, scale: Scale, cell: Cell): string {
  const { cellWidth, cellHeight } = layout;
  const [xKey, yKey] = head.dimensions as [SweepHead['dimensions'][number], SweepHead['dimensions'][number]];
  const x = layout.left + cell.x * cellWidth;
  const y = layout.top + (yKey.values.length - 1 - cell.y) * cellHeight;
  const place = `${xKey.key}=${xKey.values[cell.x]}, ${yKey.key}=${yKey.values[cell.y]}`;
  const label = cell.mean === null ? 'no value' : figure(cell.mean);
  const tip = `<title>${escapeXml(`${place}: ${label}`)}</title>`;
  const box = `x="${x}" y="${y}" width="${cellWidth}" height="${cellHeight}"`;
  if (cell.mean === null) return `<rect class="none" ${box}>${tip}</rect>`;
  const share = scale.high > scale.low ? (cell.mean - scale.low) / (scale.high - scale.low) : 0.5;
  const rect = `<rect ${box} fill="${ramp(share)}">${tip}</rect>`;
  if (label.length * CHARACTER_WIDTH > cellWidth - 4 || cellHeight < 14) return rect;
  const ink = share > 0.55 ? '#ffffff' : '#10151b';
  return `${rect}<text class="mid" x="${x + cellWidth / 2}" y="${y + cellHeight / 2 + 4}" fill="${ink}">${label}</text>`;
}

function drawAxes(head: SweepHead, layout: Layout): string[] {
  const [xKey, yKey] = head.dimensions as [SweepHead['dimensions'][number], SweepHead['dimensions'][number]];
  const bottom = layout.top + layout.cellHeight * yKey.values.length;
  const xs = xKey.values.flatMap((value, index) => {
    if (index % layout.xStride !== 0) return [];
    const x = layout.left + (index + 0.5) * layout.cellWidth;
    return [`<text class="mid" x="${x}" y="${bottom + 18}">${escapeXml(shorten(value))}</text>`];
  });
  const ys = yKey.values.flatMap((value, index) => {
    if (index % layout.yStride !== 0) return [];
    const y = bottom - (index + 0.5) * layout.cellHeight + 4;
    return [`<text class="end" x="${layout.left - 8}" y="${y}">${escapeXml(shorten(value))}</text>`];
  });
  const middle = layout.left + (layout.cellWidth * xKey.values.length) / 2;
  return [
    ...xs,
    ...ys,
    `<text class="mid axis" x="${Math.max(middle, xKey.key.length * 4)}" y="${bottom + 38}">${escapeXml(xKey.key)}</text>`,
    `<text class="axis" x="16" y="${layout.top - 14}">${escapeXml(yKey.key)}</text>`,
  ];
}

function drawLegend(layout: Layout, scale: Scale, metric: string): string[] {
  const y = layout.height - 44;
  if (!scale.any) return [`<text x="16" y="${y + 12}">no run has a value for ${escapeXml(metric)}</text>`];
  const low = figure(scale.low);
  const left = Math.round(24 + low.length * CHARACTER_WIDTH);
  return [
    `<text x="16" y="${y + 12}">${low}</text>`,
    `<rect x="${left}" y="${y}" width="160" height="14" fill="url(#ramp)"/>`,
    `<text x="${left + 168}" y="${y + 12}">${figure(scale.high)}  ${escapeXml(metric)}</text>`,
  ];
}

function gradientStop(share: number): string {
  return `<stop offset="${share}" stop-color="${ramp(share)}"/>`;
}

function ramp(share: number): string {
  const at = Math.max(0, Math.min(1, share)) * (RAMP.length - 1);
  const below = Math.min(RAMP.length - 2, Math.floor(at));
  const channel = (index: 0 | 1 | 2) => {
    const value = RAMP[below]![index] + (RAMP[below + 1]![index] - RAMP[below]![index]) * (at - below);
    return Math.round(value).toString(16).padStart(2, '0');
  };
  return `#${channel(0)}${channel(1)}${channel(2)}`;
}

function shorten(text: string): string {
  return text.length <= 30 ? text : `${text.slice(0, 29)}…`;
}
