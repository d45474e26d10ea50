/** Several results in one HTML file: their figures, what was different about them, and their charts over each other. */
import type { Result } from '../../measure/result.ts';
import { causeOf } from '../cause.ts';
import { repeatCommand } from '../command.ts';
import { kernelNames } from '../nodes.ts';
import { count, milliseconds, rate, seconds, unbroken } from '../numbers.ts';
import { openerOf } from '../opener.ts';
import { column, largest, span, times } from '../series.ts';
import { type ChartOptions, lineChart } from '../svg/svg_chart.ts';
import { overall, tally } from '../verdicts.ts';
import { figure } from './figure.ts';
import { html, type Markup, markup, words } from './html_markup.ts';
import { page } from './html_page.ts';
import { differences } from './scenario_differences.ts';

/** More lines than colours cannot be told apart: each result has a chart of its own then, all to one scale. */
const MOST_LINES = 6;

interface Named {
  readonly name: string;
  readonly result: Result;
  readonly command: string;
}

/** `commands` are those that repeat the runs, null where they are not known. */
export function renderHtmlSeveral(
  results: readonly Result[],
  commands: readonly (string | null)[] = [],
): string {
  const all = results.map((result, index) => ({
    name: nameOf(results, index),
    result,
    command: commands[index] ?? repeatCommand(result),
  }));
  const title = `${results.length} runs side by side`;
  const body = html`<header>
<p class="brand">ipvsim <span>simulation report</span></p>
<h1>${title}</h1>
</header>
<main>
${figures(all)}
${whatDiffers(all)}
<section aria-labelledby="charts">
<h2 id="charts">The runs</h2>
${CHARTS.map(({ metric, caption, ...y }) => chartsOf(all, metric, y, caption))}
</section>
${all.map(oneRun)}
</main>`;
  return page(title, results[0]!.ipvsim, body);
}

/** Runs of one scenario are numbered. */
function nameOf(results: readonly Result[], index: number): string {
  const { name } = results[index]!.scenario;
  const same = (end: number) => results.slice(0, end).filter(({ scenario }) => scenario.name === name).length;
  return same(results.length) === 1 ? name : `${name} #${same(index) + 1}`;
}

function figures(all: readonly Named[]): Markup {
  const dropped = `${[...new Set(all.map(({ result }) => openerOf(result.scenario)))].join('s, ')}s dropped`;
  const titles = ['requests', 'failed', 'per second', 'connect median', 'p99', dropped, 'slow from'];
  const rows = all.map(({ name, result }) => {
    const { totals, times_ms, cliff, expectations } = result;
    const p99 = times_ms.connect.percentiles['99'];
    const cells = [
      count(totals.complete),
      count(totals.failed),
      rate(totals.rps),
      milliseconds(times_ms.connect.median),
      p99 === undefined ? '–' : milliseconds(p99),
      count(totals.syn_dropped),
      cliff === null ? '–' : seconds(cliff.first_drop_s),
    ];
    const expected =
      expectations.length === 0
        ? html`<td>–</td>`
        : html`<td class="tally ${overall(expectations)}">${tally(expectations)}</td>`;
    return html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td class="number">${words(cell)}</td>`)}${expected}</tr>`;
  });
  return html`<section aria-labelledby="figures">
<h2 id="figures">Figures</h2>
<div class="wide"><table class="figures"><thead><tr><th scope="col">run</th>${titles.map((title) => html`<th scope="col" class="number">${title}</th>`)}<th scope="col">expected</th></tr></thead><tbody>${rows}</tbody></table></div>
</section>`;
}

function whatDiffers(all: readonly Named[]): Markup {
  const { rows, more } = differences(all.map(({ result }) => result.scenario));
  if (rows.length === 0)
    return html`<section><p class="note">All of them simulate the same scenario.</p></section>`;
  return html`<section aria-labelledby="differences">
<h2 id="differences">What is different about them</h2>
<div class="wide"><table><thead><tr><th scope="col">key</th>${all.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(({ key, values }) => html`<tr><td><code>${key}</code></td>${values.map((value) => html`<td>${value}</td>`)}</tr>`)}</tbody></table></div>
${more === 0 ? '' : html`<p class="note">and ${String(more)} more</p>`}
</section>`;
}

type Axis = ChartOptions['y'] & { readonly isMost?: boolean };

const CHARTS: readonly (Omit<Axis, 'isMost'> & { readonly metric: string; readonly caption: string })[] = [
  {
    metric: 'qps',
    caption: 'Requests answered per second.',
    kind: 'linear',
    from: 0,
    name: 'requests per second',
    format: (value) => unbroken(rate(value)),
  },
  {
    metric: 'connect_p50_ms',
    caption: 'Half of the connections were at most as slow.',
    kind: 'log',
    from: 0.01,
    name: 'median connect time',
    format: latency,
  },
  {
    metric: 'total_p99_ms',
    caption: 'One in a hundred requests took longer than that from its start to the end of its answer.',
    kind: 'log',
    from: 0.1,
    name: 'request time, p99',
    format: latency,
  },
  {
    metric: 'inact_conn',
    caption: 'Finished connections whose source port is not free for IPVS yet.',
    kind: 'linear',
    from: 0,
    isCount: true,
    name: 'inactive entries in the IPVS table',
    format: (value) => unbroken(count(value)),
  },
];

function latency(value_ms: number): string {
  return unbroken(value_ms >= 1000 ? seconds(value_ms / 1000) : milliseconds(value_ms));
}

function chartsOf(all: readonly Named[], metric: string, y: ChartOptions['y'], caption: string): Markup {
  const shown = all.filter(({ result }) => (largest(column(result, metric)) ?? 0) > 0);
  if (shown.length === 0) return markup('');
  const longest = all.reduce((most, one) => (span(one.result).to > span(most.result).to ? one : most)).result;
  const x = { ...span(longest), unit: 's' };
  const lines = all.map(({ name, result }, index) => ({
    name,
    colour: (index % MOST_LINES) + 1,
    values: column(result, metric),
    times: times(result),
  }));
  const options = { x, times: times(longest), title: `${y.name} over the runs` };
  if (all.length <= MOST_LINES) {
    return figure((width) => lineChart({ ...options, width, height: 220, y }, lines), caption);
  }
  const most = Math.max(...lines.map(({ values }) => largest(values) ?? 0));
  const to = y.kind === 'log' ? 10 ** Math.ceil(Math.log10(Math.max(most, y.from * 10))) : most * 1.05;
  const panels = lines.map((line) =>
    figure(
      (width) =>
        lineChart({ ...options, width, height: 112, y: { ...y, to, name: `${line.name}: ${y.name}` } }, [
          { ...line, name: '', colour: 1 },
        ]),
      '',
    ),
  );
  return html`${panels}<p class="note">${caption}</p>`;
}

function oneRun({ name, result, command }: Named): Markup {
  const cause = causeOf(result);
  const failed = result.expectations.filter(({ verdict }) => verdict !== 'pass');
  return html`<section>
<h2>${name}</h2>
<p>${result.scenario.title} (kernel model ${kernelNames(result.scenario)}, seed ${result.scenario.seed}, hash ${result.scenarioHash})</p>
${cause === null ? '' : html`<p class="cause">${words(cause)}</p>`}
${failed.length === 0 ? '' : html`<ul>${failed.map(({ expression, message }) => html`<li><code>${expression}</code>: ${message}</li>`)}</ul>`}
<pre class="command"><code>${command}</code></pre>
</section>`;
}
