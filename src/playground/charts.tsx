/** Charts of the run on one time axis, with one cursor and a line where the picture is. */
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { RequestQuery } from '../asked_request.ts';
import { reasonTitle, type Spoken } from '../causes/words.ts';
import type { Look } from '../lessons/lesson.ts';
import { ENTRY_COLOURS } from '../report/svg/svg_theme.ts';
import { droppedNear } from './picture/steps.ts';
import { columnsOf, type Series } from './run/columns.ts';
import type { RunView } from './run/run_view.ts';

interface Line {
  readonly column: string;
  readonly name: string;
  readonly colour: number;
}

export interface ChartKind {
  /** What lessons call it. */
  readonly look: Look;
  readonly title: string;
  readonly isLog?: boolean;
  readonly lines: (series: Series, spoken: Spoken) => readonly Line[];
  /** Left out where the run has no line of it. */
  readonly isSeldom?: boolean;
  /** What a click at an instant asks, beside going there. */
  readonly asks?: (view: RunView, at_ns: number) => RequestQuery | null;
}

const DROP_COLOURS = [2, 5, 4, 1, 3, 6] as const;
const SERVER_COLOURS = [1, 4, 3, 5, 2, 7] as const;

const CHARTS: readonly ChartKind[] = [
  {
    look: 'qps',
    title: 'requests per second',
    lines: () => [{ column: 'qps', name: 'answered', colour: 1 }],
  },
  {
    look: 'connect',
    title: 'connect time, ms',
    isLog: true,
    lines: () => [
      { column: 'connect_p99_ms', name: 'p99', colour: 4 },
      { column: 'connect_p50_ms', name: 'median', colour: 1 },
    ],
    asks: (_view, at_ns) => ({ kind: 'at', at_ns }),
  },
  {
    look: 'entries',
    title: 'entries in the IPVS table',
    lines: (series) =>
      ENTRY_COLOURS.map(([kind, colour]) => ({ column: `entries[${kind}]`, name: kind, colour })).filter(
        ({ column }) => column in series,
      ),
  },
  {
    look: 'drops',
    title: 'packets dropped per interval',
    lines: (series, spoken) =>
      columnsOf('drops', series).map(([column, reason], index) => ({
        column,
        name: reasonTitle(spoken, reason),
        colour: DROP_COLOURS[Math.min(index, DROP_COLOURS.length - 1)]!,
      })),
    asks: droppedNear,
  },
  {
    look: 'conntrack',
    title: 'entries in conntrack',
    isSeldom: true,
    lines: ({ conntrack_entries: entries = [] }) =>
      entries.some((count) => count !== null && count > 0)
        ? [{ column: 'conntrack_entries', name: 'all states', colour: 6 }]
        : [],
  },
  {
    look: 'servers',
    title: 'requests per interval by real server',
    isSeldom: true,
    lines: (series) => {
      const servers = columnsOf('requests', series);
      if (servers.length > SERVER_COLOURS.length) return [];
      return servers.map(([column, name], index) => ({ column, name, colour: SERVER_COLOURS[index]! }));
    },
  },
  {
    look: 'nodes',
    title: 'entries by node',
    isSeldom: true,
    lines: (series) => {
      const nodes = columnsOf('node.entries', series);
      if (nodes.length > SERVER_COLOURS.length) return [];
      return nodes.map(([column, name], index) => ({ column, name, colour: SERVER_COLOURS[index]! }));
    },
  },
  {
    look: 'cpu',
    title: 'share of the real servers’ CPU',
    isSeldom: true,
    lines: (series) => ('cpu' in series ? [{ column: 'cpu', name: 'busy', colour: 5 }] : []),
  },
];

/** The charts that a run has. */
export function chartsOf(series: Series, spoken: Spoken): ChartKind[] {
  return CHARTS.filter(({ isSeldom, lines }) => !isSeldom || lines(series, spoken).length > 0);
}

export interface ChartProps {
  readonly kind: ChartKind;
  readonly series: Series;
  readonly spoken: Spoken;
  /** Another run, pale behind this one; null for none. */
  readonly other: Series | null;
  readonly end_s: number;
  readonly at_s: number;
  readonly scheme: string;
  /** Where it was clicked. */
  readonly click: (at_s: number) => void;
}

export function Chart({ kind, series, spoken, other, end_s, at_s, scheme, click }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const now_s = useRef(at_s);
  const clicked = useRef(click);
  clicked.current = click;
  const lines = kind.lines(series, spoken);
  const shape = `${scheme} ${end_s} ${lines.map(({ column }) => column).join()} ${other !== null}`;

  // The shape says when another chart is needed.
  useEffect(() => {
    const host = place.current!;
    plot.current = makePlot(
      host,
      kind,
      lines,
      other !== null,
      end_s,
      () => now_s.current,
      (at) => clicked.current(at),
    );
    const resized = new ResizeObserver(() =>
      plot.current?.setSize({ width: host.clientWidth, height: HEIGHT }),
    );
    resized.observe(host);
    return () => {
      resized.disconnect();
      plot.current?.destroy();
    };
  }, [shape, kind]);

  // A new chart needs the data, too.
  useEffect(() => {
    const times = longer(series.time_s ?? [], other?.time_s ?? []);
    const rows = (of: Series) =>
      lines.map(({ column }) => {
        const values = of[column] ?? [];
        return times.map((_time, row) => (kind.isLog ? positive : same)(values[row] ?? null));
      });
    const data = [[...times], ...(other === null ? [] : rows(other)), ...rows(series)];
    plot.current?.setData(data as uPlot.AlignedData);
  }, [series, other, shape]);

  useEffect(() => {
    now_s.current = at_s;
    plot.current?.redraw(false, false);
  }, [at_s]);

  return (
    <div
      class="chart-host"
      data-chart={kind.look}
      ref={place}
      role="img"
      aria-label={`${kind.title} over time`}
    />
  );
}

const HEIGHT = 150;

/** Two runs of one scenario have the same rows, as far as both have been computed. */
function longer<T>(one: readonly T[], other: readonly T[]): readonly T[] {
  return one.length < other.length ? other : one;
}

function makePlot(
  host: HTMLElement,
  { title, isLog }: ChartKind,
  lines: readonly Line[],
  hasOther: boolean,
  end_s: number,
  at_s: () => number,
  click: (at_s: number) => void,
): uPlot {
  const style = getComputedStyle(document.documentElement);
  const variable = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: variable('--muted'),
    grid: { stroke: variable('--grid'), width: 1 },
    ticks: { stroke: variable('--grid'), width: 1 },
    font: '12px system-ui, "DejaVu Sans", sans-serif',
  };
  const made: uPlot = new uPlot(
    {
      width: host.clientWidth,
      height: HEIGHT,
      title,
      cursor: { sync: { key: 'ipvsim' }, drag: { x: false, y: false }, points: { size: 6 } },
      legend: { live: true },
      scales: {
        x: { time: false, range: [0, end_s] },
        y: isLog ? { distr: 3 } : { range: (_plot, _low, high) => [0, high > 0 ? high * 1.08 : 1] },
      },
      axes: [
        { ...axis, values: (_plot, ticks) => ticks.map((tick) => `${tick} s`) },
        {
          ...axis,
          ...(isLog ? { filter: decades, grid: { ...axis.grid, filter: decades } } : {}),
          size: 62,
          values: (_plot, ticks) => ticks.map((tick) => (tick === null ? '' : grouped(tick))),
        },
      ],
      series: [
        { label: 'time', value: (_plot, value) => (value === null ? '–' : `${value} s`) },
        ...(hasOther ? lines : []).map(({ colour }) => ({
          label: '',
          class: 'other',
          stroke: variable(`--c${colour}`),
          alpha: 0.45,
          width: 1.25,
          dash: [5, 4],
          points: { show: false },
        })),
        ...lines.map(({ name, colour }) => ({
          label: name,
          stroke: variable(`--c${colour}`),
          width: 1.75,
          points: { show: false },
          value: (_plot: uPlot, value: number | null) => (value === null ? '–' : grouped(value)),
        })),
      ],
      hooks: {
        draw: [
          ({ ctx, bbox, valToPos }) => {
            const x = valToPos(at_s(), 'x', true);
            ctx.save();
            ctx.strokeStyle = variable('--ink');
            ctx.lineWidth = devicePixelRatio;
            ctx.beginPath();
            ctx.moveTo(x, bbox.top);
            ctx.lineTo(x, bbox.top + bbox.height);
            ctx.stroke();
            ctx.restore();
          },
        ],
      },
    },
    [[], ...(hasOther ? lines : []).map(() => []), ...lines.map(() => [])],
    host,
  );
  made.over.addEventListener('click', ({ offsetX }) => click(made.posToVal(offsetX, 'x')));
  return made;
}

/** Of a logarithmic axis the powers of ten. */
function decades(_plot: uPlot, ticks: readonly number[]): (number | null)[] {
  return ticks.map((tick) =>
    Math.abs(Math.log10(tick) - Math.round(Math.log10(tick))) < 1e-9 ? tick : null,
  );
}

function grouped(value: number): string {
  const rounded = Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
  const [whole, rest] = String(rounded).split('.');
  const digits = whole!.replace(/\B(?=(\d{3})+$)/gu, ' ');
  return rest === undefined ? digits : `${digits}.${rest}`;
}

/** A logarithmic axis has no place for nothing. */
function positive(value: number | null): number | null {
  return value === null || value <= 0 ? null : value;
}

function same(value: number | null): number | null {
  return value;
}
