/** The charts of a run for the HTML report, one below the other over the same time. */

import { reasonTitle, spokenIn } from '../../causes/words.ts';
import type { Result } from '../../measure/result.ts';
import { count, milliseconds, percent, rate, seconds, unbroken } from '../numbers.ts';
import { OPENER_TIMES, openerOf } from '../opener.ts';
import { column, dropSpans, labelsOf, largest, span, times, total, type Values } from '../series.ts';
import { type ChartLine, heatStrip, lineChart, stackedChart } from '../svg/svg_chart.ts';
import type { Mark } from '../svg/svg_marks.ts';
import { ENTRY_COLOURS } from '../svg/svg_theme.ts';
import { printable } from '../text.ts';
import { figure } from './figure.ts';
import { html, type Markup, markup } from './html_markup.ts';
import { nodeColumns, nodeConnectionsChart, nodeDropsChart, nodeEntriesChart } from './node_charts.ts';
import { type Base, serverEntriesChart, serverQpsChart } from './server_charts.ts';

/** Connect times after one, two and three lost SYNs or INITs. */
function retransmissionsOf({ scenario }: Result): readonly Mark[] {
  const opener = openerOf(scenario);
  const { again_s } = OPENER_TIMES[opener];
  const labels = [`1 ${opener} lost`, '2 lost', '3 lost'];
  return labels.map((label, index) => ({ at: again_s[index]! * 1000, label }));
}

interface Shades {
  readonly bounds: readonly number[];
  readonly names: readonly string[];
}

function shadesOf({ scenario }: Result): Shades {
  const opener = openerOf(scenario);
  const lost = OPENER_TIMES[opener].bounds_ms.slice(0, 3);
  return {
    bounds: [1, 10, 100, ...lost],
    names: [
      '< 1 ms',
      '< 10 ms',
      '< 100 ms',
      `< ${lost[0]! / 1000} s`,
      `1 ${opener} lost`,
      '2 lost',
      '3 or more lost',
    ],
  };
}

type Draw = (result: Result, base: Base, width: number) => string;

/** What is drawn, from the top down, and what is said below it; a chart with nothing to show is left out. */
const CHARTS: readonly (readonly [draw: Draw, caption: string | ((result: Result) => string)])[] = [
  [qpsChart, 'Requests answered per second. Failed ones, if any, have their own line.'],
  [serverQpsChart, 'The same by real server: who got how many of them, and when that changed.'],
  [connectChart, connectCaption],
  [connectStrip, 'The same as shades, from the faster half of the connections to the slowest one.'],
  [totalChart, 'From the start of a request to the end of its answer, connect included.'],
  [cpuChart, 'CPU time of the real servers, as a share of what they may use.'],
  [inFlightChart, 'Requests that are due and not answered yet: what grows where an open loop meets a cliff.'],
  [
    stateChart,
    'Entries in the connection table by the state of their connection. ipvsadm counts those in ESTABLISHED as active, the others as inactive: finished connections whose source port is not free for IPVS yet.',
  ],
  [
    tableChart,
    'Entries in the connection table. Inactive ones are finished connections whose source port is not free for IPVS yet.',
  ],
  [serverEntriesChart, 'The same by real server: one that is drained keeps its entries until they expire.'],
  [
    nodeConnectionsChart,
    'Connections that each node has scheduled per second: which way the load came, and when that changed.',
  ],
  [
    nodeEntriesChart,
    'Entries in the table of each node. One that is gone keeps its own, and other nodes know nothing of them.',
  ],
  [dropChart, 'Packets that went no further, by the reason.'],
  [nodeDropsChart, 'Those that a node has dropped, by the node.'],
];

function connectCaption({ scenario }: Result): string {
  const opener = openerOf(scenario);
  const [first] = OPENER_TIMES[opener].again_s;
  return `How long a connect took: half of the connections were at most as slow as the median, one in a hundred slower than p99. A lost ${opener} costs ${first} s, a second one ${2 * first!} s more, a third one ${4 * first!} s more.`;
}

export function runCharts(result: Result): Markup {
  if (times(result).length === 0) return markup('');
  const shaded = dropSpans(result).length > 0;
  return html`<section aria-labelledby="charts">
<h2 id="charts">The run</h2>
${shaded ? html`<p class="note"><span class="swatch"></span> Shaded: packets are being dropped for the sake of old entries.</p>` : ''}
${CHARTS.map(([draw, caption]) => figure((width) => draw(result, baseOf(result, width), width), typeof caption === 'string' ? caption : caption(result)))}
${dataTable(result)}
</section>`;
}

/** What all charts of the run share. */
function baseOf(result: Result, width: number): Base {
  const { from, to } = span(result);
  return (title, y, height) => ({
    title,
    width,
    x: { from, to, unit: 's' },
    y,
    times: times(result),
    spans: dropSpans(result),
    marks: eventMarks(result),
    ...(height === undefined ? {} : { height }),
  });
}

const DEEDS = {
  terminatePod: 'terminate',
  startPod: 'start',
  unreadyPod: 'unready',
  readyPod: 'ready',
  unplug: 'unplug',
  plug: 'plug',
} as const;

function eventMarks({ scenario }: Result): Mark[] {
  return scenario.events.map(({ at_ns, action }) => {
    const at = at_ns / 1e9;
    if (action.kind === 'sysctl') return { at, label: `${action.key.replace(/^.*\./u, '')}=${action.value}` };
    if (action.kind === 'weight') return { at, label: `${action.realServer} weight ${action.weight}` };
    if (action.kind === 'add') return { at, label: `add ${action.realServer.address}` };
    if (action.kind === 'delete') return { at, label: `delete ${action.realServer}` };
    if (action.kind === 'controller') {
      const on = action.node === undefined ? '' : ` ${action.node}`;
      return { at, label: `controller${on} ${action.order}` };
    }
    if (action.kind === 'unplugNode') return { at, label: `unplug ${action.node}` };
    if (action.kind === 'rebootNode') return { at, label: `reboot ${action.node}` };
    if (action.kind === 'plugNode') return { at, label: `plug ${action.node}` };
    return { at, label: `${DEEDS[action.kind]} ${action.address}` };
  });
}

function qpsChart(result: Result, base: Base): string {
  const failed = column(result, 'failed');
  const lines: ChartLine[] = [{ name: 'answered', colour: 1, values: column(result, 'qps') }];
  const interval_s = result.scenario.interval_ns / 1e9;
  if (total(failed) > 0) {
    lines.push({
      name: 'failed',
      colour: 2,
      values: failed.map((value) => (value === null ? null : value / interval_s)),
    });
  }
  const y = {
    kind: 'linear',
    from: 0,
    name: 'requests per second',
    format: (value: number) => unbroken(rate(value)),
  } as const;
  return lineChart(base('Requests per second over the run', y, 220), lines);
}

function cpuChart(result: Result, base: Base): string {
  const values = column(result, 'cpu');
  if (values.every((value) => value === null)) return '';
  const y = {
    kind: 'linear',
    from: 0,
    name: 'CPU',
    format: (value: number) => unbroken(percent(value)),
  } as const;
  return lineChart(base('CPU of the real servers over the run', y, 120), [
    { name: 'CPU', colour: 3, values },
  ]);
}

function connectChart(result: Result, base: Base): string {
  const lines: ChartLine[] = [
    { name: 'largest', colour: 5, values: column(result, 'connect_max_ms') },
    { name: 'p99', colour: 4, values: column(result, 'connect_p99_ms') },
    { name: 'p95', colour: 3, values: column(result, 'connect_p95_ms') },
    { name: 'median', colour: 1, values: column(result, 'connect_p50_ms') },
  ];
  if (lines.every(({ values }) => largest(values) === null)) return '';
  const y = {
    kind: 'log',
    from: lowestDecade(lines),
    name: 'connect time',
    format: latency,
    references: retransmissionsOf(result),
  } as const;
  return lineChart(base('Connect time over the run', y, 240), lines);
}

function latency(value_ms: number): string {
  return unbroken(value_ms >= 1000 ? seconds(value_ms / 1000) : milliseconds(value_ms));
}

/** Where an answer takes much longer than its connect, the connect's chart does not tell. */
function totalChart(result: Result, base: Base): string {
  const lines: ChartLine[] = [
    { name: 'p99', colour: 4, values: column(result, 'total_p99_ms') },
    { name: 'median', colour: 1, values: column(result, 'total_p50_ms') },
  ];
  if (lines.every(({ values }) => largest(values) === null)) return '';
  const y = { kind: 'log', from: lowestDecade(lines), name: 'request time', format: latency } as const;
  return lineChart(base('Request time over the run', y, 190), lines);
}

/** Fewer are what any load has in flight: no queue. */
const MOST_CALM = 10;

function inFlightChart(result: Result, base: Base): string {
  const values = column(result, 'in_flight');
  const isOpen = result.scenario.clients.some(({ load }) => load.kind === 'open');
  if (!isOpen || (largest(values) ?? 0) < MOST_CALM) return '';
  const y = {
    kind: 'linear',
    from: 0,
    isCount: true,
    name: 'requests in flight',
    format: (value: number) => unbroken(count(value)),
  } as const;
  return lineChart(base('Requests in flight over the run', y, 170), [
    { name: 'in flight', colour: 1, values },
  ]);
}

/** The power of ten below the smallest value: the foot of a logarithmic axis. */
function lowestDecade(lines: readonly ChartLine[]): number {
  const lowest = lines
    .flatMap(({ values }) => values)
    .reduce<number>((least, value) => (value !== null && value > 0 ? Math.min(least, value) : least), 1);
  return 10 ** Math.floor(Math.log10(Math.max(0.001, lowest)));
}

function shadeOf(value_ms: number, { bounds }: Shades): number {
  return bounds.filter((bound) => value_ms >= bound).length;
}

function connectStrip(result: Result, _base: Base, width: number): string {
  const rows = [
    { name: 'largest', values: column(result, 'connect_max_ms') },
    { name: 'p99', values: column(result, 'connect_p99_ms') },
    { name: 'p95', values: column(result, 'connect_p95_ms') },
    { name: 'median', values: column(result, 'connect_p50_ms') },
  ];
  const { bounds, names } = shadesOf(result);
  // Of a single shade there is nothing to see.
  const shades = rows.flatMap(({ values }) =>
    values.flatMap((value) => (value === null ? [] : [shadeOf(value, { bounds, names })])),
  );
  if (new Set(shades).size < 2) return '';
  return heatStrip(
    {
      title: 'Connect time over the run as shades',
      heading: 'connect time',
      width,
      times: times(result),
      interval: result.scenario.interval_ns / 1e9,
      x: span(result),
      bounds,
      names,
    },
    rows.filter(({ values }) => values.length > 0),
  );
}

function stateChart(result: Result, base: Base): string {
  const layers = ENTRY_COLOURS.map(([kind, colour]) => ({
    name: kind,
    colour,
    values: column(result, `entries[${kind}]`),
  }));
  if (layers.every(({ values }) => (largest(values) ?? 0) === 0)) return '';
  const y = {
    kind: 'linear',
    from: 0,
    isCount: true,
    name: 'entries in the IPVS table',
    format: (value: number) => unbroken(count(value)),
  } as const;
  return stackedChart(base('Entries in the connection table over the run, by state', y, 200), layers);
}

/** For results of versions that did not tell states apart. */
function tableChart(result: Result, base: Base): string {
  if (labelsOf(result, 'entries').length > 0) return '';
  const layers: ChartLine[] = [
    { name: 'inactive', colour: 6, values: column(result, 'inact_conn') },
    { name: 'active', colour: 2, values: column(result, 'active_conn') },
  ];
  if (layers.every(({ values }) => (largest(values) ?? 0) === 0)) return '';
  const y = {
    kind: 'linear',
    from: 0,
    isCount: true,
    name: 'entries in the IPVS table',
    format: (value: number) => unbroken(count(value)),
  } as const;
  return stackedChart(base('Entries in the connection table over the run', y, 200), layers);
}

function dropChart(result: Result, base: Base): string {
  const interval_s = result.scenario.interval_ns / 1e9;
  const perSecond = (values: Values) => values.map((value) => (value === null ? null : value / interval_s));
  const byReason = labelsOf(result, 'drops').map((reason) => ({
    reason,
    values: column(result, `drops[${reason}]`),
  }));
  const layers = byReason
    .filter(({ values }) => total(values) > 0)
    .sort((a, b) => total(b.values) - total(a.values))
    .map(({ reason, values }, index) => ({
      name: printable(reasonTitle(spokenIn(result.scenario), reason)),
      colour: [2, 5, 4, 1, 3, 6][Math.min(index, 5)]!,
      values: perSecond(values),
    }));
  if (layers.length === 0) return '';
  const y = {
    kind: 'linear',
    from: 0,
    name: 'packets dropped per second',
    format: (value: number) => unbroken(rate(value)),
  } as const;
  return stackedChart(base('Packets dropped over the run', y, 170), layers);
}

const TABLE_COLUMNS = [
  ['time_s', 'time'],
  ['qps', 'requests/s'],
  ['failed', 'failed'],
  ['connect_p50_ms', 'median ms'],
  ['connect_p99_ms', 'p99 ms'],
  ['connect_max_ms', 'largest ms'],
  ['active_conn', 'active'],
  ['inact_conn', 'inactive'],
] as const;
const TABLE_ROWS = 60;

function ordinal(number: number): string {
  const ending =
    number % 100 > 10 && number % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${number}${ending}`;
}

/** The charts' figures, thinned out, for those who cannot see charts and for those who want to quote one. */
function dataTable(result: Result): Markup {
  const columns = [
    ...TABLE_COLUMNS,
    ['syn_dropped', `${openerOf(result.scenario)}s dropped`],
    ['packets_dropped', 'packets dropped'],
    ...nodeColumns(result),
  ] as const;
  const rows = times(result).length;
  const step = Math.max(1, Math.ceil(rows / TABLE_ROWS));
  const chosen = Array.from({ length: Math.ceil(rows / step) }, (_, index) => index * step);
  const cell = (name: string, row: number) => {
    const value = name === 'time_s' ? times(result)[row]! : (column(result, name)[row] ?? null);
    if (value === null) return '–';
    return unbroken(Number.isInteger(value) ? count(value) : value.toFixed(value < 10 ? 2 : 1));
  };
  return html`<details><summary>The figures behind the charts${step > 1 ? `, every ${ordinal(step)} row` : ''} (all of them are in series.csv)</summary>
<div class="wide"><table class="figures"><thead><tr>${columns.map(([, title]) => html`<th scope="col" class="number">${title}</th>`)}</tr></thead>
<tbody>${chosen.map((row) => html`<tr>${columns.map(([name]) => html`<td class="number">${cell(name, row)}</td>`)}</tr>`)}</tbody></table></div>
</details>`;
}
