/** The charts of a run for the HTML report, one below the other over the same time. */
import type { Result } from '../../measure/result.ts';
import { count, milliseconds, rate, seconds, unbroken } from '../numbers.ts';
import { reasonText } from '../reasons.ts';
import { column, dropSpans, labelsOf, largest, span, times, total, type Values } from '../series.ts';
import { type ChartLine, type ChartOptions, heatStrip, lineChart, stackedChart } from '../svg/svg_chart.ts';
import type { Mark } from '../svg/svg_frame.ts';
import { printable } from '../text.ts';
import { html, type Markup, markup } from './html_markup.ts';

/** Connect times after one, two and three lost SYNs. */
const RETRANSMISSIONS: readonly Mark[] = [
  { at: 1000, label: '1 SYN lost' },
  { at: 3000, label: '2 lost' },
  { at: 7000, label: '3 lost' },
];

/** A timer that fires on the jiffy may do so a little early: the classes begin a bit below 1, 3 and 7 s. */
const SHADES_MS = [1, 10, 100, 900, 2500, 6000];
const SHADE_NAMES = ['< 1 ms', '< 10 ms', '< 100 ms', '< 0.9 s', '1 SYN lost', '2 lost', '3 or more lost'];

export function runCharts(result: Result): Markup {
  if (times(result).length === 0) return markup('');
  const shaded = dropSpans(result).length > 0;
  return html`<section aria-labelledby="charts">
<h2 id="charts">The run</h2>
${shaded ? html`<p class="note"><span class="swatch"></span> Shaded: packets are being dropped for the sake of old entries.</p>` : ''}
${figure(qpsChart(result), 'Requests answered per second. Failed ones, if any, have their own line.')}
${figure(connectChart(result), 'How long a connect took: half of the connections were at most as slow as the median, one in a hundred slower than p99. A lost SYN costs 1 s, a second one 2 s more, a third one 4 s more.')}
${figure(connectStrip(result), 'The same as shades, from the faster half of the connections to the slowest one.')}
${figure(tableChart(result), 'Entries in the connection table. Inactive ones are finished connections whose source port is not free for IPVS yet.')}
${figure(dropChart(result), 'Packets that went no further, by the reason.')}
${dataTable(result)}
</section>`;
}

function figure(svg: string, caption: string): Markup {
  if (svg === '') return markup('');
  return html`<figure>${markup(`<div class="wide">${svg}</div>`)}<figcaption>${caption}</figcaption></figure>`;
}

/** What all charts of the run share. */
function base(result: Result, title: string, y: ChartOptions['y'], height?: number): ChartOptions {
  const { from, to } = span(result);
  return {
    title,
    x: { from, to, unit: 's' },
    y,
    times: times(result),
    spans: dropSpans(result),
    marks: eventMarks(result),
    ...(height === undefined ? {} : { height }),
  };
}

function eventMarks({ scenario }: Result): Mark[] {
  return scenario.events.map(({ at_ns, action }) => {
    const at = at_ns / 1e9;
    if (action.kind === 'sysctl') return { at, label: `${action.key.replace(/^.*\./u, '')}=${action.value}` };
    if (action.kind === 'weight') return { at, label: `${action.realServer} weight ${action.weight}` };
    if (action.kind === 'add') return { at, label: `add ${action.realServer.address}` };
    if (action.kind === 'delete') return { at, label: `delete ${action.realServer}` };
    if (action.kind === 'controller') return { at, label: `controller ${action.order}` };
    return { at, label: `${action.kind} ${action.address}` };
  });
}

export function qpsChart(result: Result): string {
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
  return lineChart(base(result, 'Requests per second over the run', y, 220), lines);
}

export function connectChart(result: Result): string {
  const lines: ChartLine[] = [
    { name: 'largest', colour: 5, values: column(result, 'connect_max_ms') },
    { name: 'p99', colour: 4, values: column(result, 'connect_p99_ms') },
    { name: 'p95', colour: 3, values: column(result, 'connect_p95_ms') },
    { name: 'median', colour: 1, values: column(result, 'connect_p50_ms') },
  ];
  const lowest = lines
    .flatMap(({ values }) => values)
    .reduce<number>((least, value) => (value !== null && value > 0 ? Math.min(least, value) : least), 1);
  const y = {
    kind: 'log',
    from: 10 ** Math.floor(Math.log10(Math.max(0.001, lowest))),
    name: 'connect time',
    format: latency,
    references: RETRANSMISSIONS,
  } as const;
  return lineChart(base(result, 'Connect time over the run', y, 240), lines);
}

function latency(value_ms: number): string {
  return unbroken(value_ms >= 1000 ? seconds(value_ms / 1000) : milliseconds(value_ms));
}

function connectStrip(result: Result): string {
  const rows = [
    { name: 'largest', values: column(result, 'connect_max_ms') },
    { name: 'p99', values: column(result, 'connect_p99_ms') },
    { name: 'p95', values: column(result, 'connect_p95_ms') },
    { name: 'median', values: column(result, 'connect_p50_ms') },
  ];
  return heatStrip(
    {
      title: 'Connect time over the run as shades',
      times: times(result),
      interval: result.scenario.interval_ns / 1e9,
      x: span(result),
      bounds: SHADES_MS,
      names: SHADE_NAMES,
    },
    rows.filter(({ values }) => values.length > 0),
  );
}

export function tableChart(result: Result): string {
  const layers: ChartLine[] = [
    { name: 'inactive', colour: 6, values: column(result, 'inact_conn') },
    { name: 'active', colour: 2, values: column(result, 'active_conn') },
  ];
  if (layers.every(({ values }) => (largest(values) ?? 0) === 0)) return '';
  const y = {
    kind: 'linear',
    from: 0,
    name: 'entries in the IPVS table',
    format: (value: number) => unbroken(count(value)),
  } as const;
  return stackedChart(base(result, 'Entries in the connection table over the run', y, 200), layers);
}

function dropChart(result: Result): string {
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
      name: printable(reasonText(reason).title),
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
  return stackedChart(base(result, 'Packets dropped over the run', y, 170), layers);
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
  ['syn_dropped', 'SYNs dropped'],
  ['packets_dropped', 'packets dropped'],
] as const;
const TABLE_ROWS = 60;

/** The charts' figures, thinned out, for those who cannot see charts and for those who want to quote one. */
function dataTable(result: Result): Markup {
  const rows = times(result).length;
  const step = Math.max(1, Math.ceil(rows / TABLE_ROWS));
  const chosen = Array.from({ length: Math.ceil(rows / step) }, (_, index) => index * step);
  const cell = (name: string, row: number) => {
    const value = name === 'time_s' ? times(result)[row]! : (column(result, name)[row] ?? null);
    if (value === null) return '–';
    return unbroken(Number.isInteger(value) ? count(value) : value.toFixed(value < 10 ? 2 : 1));
  };
  return html`<details><summary>The figures behind the charts${step > 1 ? `, every ${step}th row` : ''} (all of them are in series.csv)</summary>
<div class="wide"><table class="figures"><thead><tr>${TABLE_COLUMNS.map(([, title]) => html`<th scope="col" class="number">${title}</th>`)}</tr></thead>
<tbody>${chosen.map((row) => html`<tr>${TABLE_COLUMNS.map(([name]) => html`<td class="number">${cell(name, row)}</td>`)}</tr>`)}</tbody></table></div>
</details>`;
}
