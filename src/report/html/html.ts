/**
 * A result as one HTML file: no network, no script, readable on paper. The parts are in html_parts.ts, the
 * charts of the run in html_charts.ts, the look in html_style.ts.
 */

import type { Result } from '../../measure/result.ts';
import type { TraceEvent } from '../../measure/trace.ts';
import { causeOf, remediesOf, visibleOf } from '../cause.ts';
import { repeatCommand } from '../command.ts';
import { cpuSentence } from '../cpu.ts';
import { idleText, refusalText } from '../ending.ts';
import { kernelNames } from '../nodes.ts';
import { seconds } from '../numbers.ts';
import { ladderOf } from '../packets/ladder.ts';
import type { PortsTold } from '../ports/port_moments.ts';
import { ladderSvg } from '../svg/svg_ladder.ts';
import { runCharts } from './html_charts.ts';
import { html, type Markup, markup, words } from './html_markup.ts';
import { page } from './html_page.ts';
import { connectClasses, keyFigures, nodes, percentileTable, realServers, verdicts } from './html_parts.ts';
import { portsSection } from './html_ports.ts';
import { effectiveScenario, scenarioTables } from './html_scenario.ts';

export interface HtmlOptions {
  /** The command that repeats this run, when the caller knows a better one than the name and seed give. */
  readonly command?: string;
  /** The packets of one slow connect, for the ladder. */
  readonly trace?: readonly TraceEvent[];
  /** The source ports of a client that met the cliff. */
  readonly ports?: PortsTold | null;
}

export function renderHtml(result: Result, options: HtmlOptions = {}): string {
  const { scenario } = result;
  const title = scenario.title === '' ? scenario.name : scenario.title;
  const body = html`${header(result, title)}
<main>
${interrupted(result)}
${refused(result)}
${keyFigures(result)}
${why(result)}
${processors(result)}
${runCharts(result)}
${verdicts(result)}
${portsSection(options.ports ?? null)}
${ladder(options.trace ?? [])}
${connectClasses(result)}
${percentileTable(result)}
${realServers(result)}
${nodes(result)}
${scenarioTables(result)}
${effectiveScenario(result)}
</main>
${footer(result, options.command ?? repeatCommand(result))}`;
  return page(title, result.ipvsim, body);
}

function header({ scenario, ipvsim, scenarioHash }: Result, title: string): Markup {
  const description = scenario.description.trim();
  return html`<header>
<p class="brand">ipvsim <span>simulation report</span></p>
<h1>${title}</h1>
${description === '' ? '' : html`<p class="lead">${description}</p>`}
<dl class="facts">
<div><dt>scenario</dt><dd>${scenario.name}</dd></div>
<div><dt>kernel model</dt><dd>${kernelNames(scenario)}</dd></div>
<div><dt>seed</dt><dd>${scenario.seed}</dd></div>
<div><dt>hash</dt><dd>${scenarioHash}</dd></div>
<div><dt>ipvsim</dt><dd>${ipvsim}</dd></div>
</dl>
</header>`;
}

function interrupted(result: Result): Markup {
  const { interrupted: isPartial, end_s } = result;
  const idle = idleText(result);
  if (idle !== null) return html`<p class="note" role="note">${words(idle)}</p>`;
  if (!isPartial) return markup('');
  return html`<p class="warning" role="note"><strong>Interrupted.</strong> The run was stopped before its end; every figure covers the first ${words(seconds(end_s))} only.</p>`;
}

function refused(result: Result): Markup {
  const text = refusalText(result);
  return text === null ? markup('') : html`<p class="warning" role="note">${words(text)}</p>`;
}

function processors(result: Result): Markup {
  const cpu = cpuSentence(result);
  if (cpu === null) return markup('');
  return html`<section aria-labelledby="cpu">
<h2 id="cpu">CPU time</h2>
<p>${words(cpu)}</p>
</section>`;
}

function why(result: Result): Markup {
  const cause = causeOf(result);
  if (cause === null) return markup('');
  const remedies = remediesOf(result);
  const visible = visibleOf(result);
  return html`<section class="why" aria-labelledby="why">
<h2 id="why">Why</h2>
<p class="cause">${words(cause)}</p>
${
  visible.length === 0
    ? ''
    : html`<p class="list-title"><b>Where it shows on a real node</b></p><ul>${visible.map(([command, shows]) => html`<li><code>${command}</code>: ${shows}</li>`)}</ul>`
}
${
  remedies.length === 0
    ? ''
    : html`<p class="list-title"><b>What helps</b></p><ul>${remedies.map(({ deed, effect, price }) => html`<li><b>${deed}:</b> ${effect}; the price: ${price}.</li>`)}</ul>`
}
</section>`;
}

function ladder(trace: readonly TraceEvent[]): Markup {
  if (trace.length === 0) return markup('');
  const svg = ladderSvg(
    ladderOf(trace),
    'The packets of one connection between client, director and real server',
  );
  return html`<section aria-labelledby="ladder">
<h2 id="ladder">One slow connection, packet by packet</h2>
<figure>${markup(`<div class="wide">${svg}</div>`)}<figcaption>Time runs down. Each arrow is a packet; between the arrows stands what the kernel decided, with the values it saw. A cross marks where a packet ended.</figcaption></figure>
</section>`;
}

function footer(result: Result, command: string): Markup {
  return html`<footer>
<h2>Repeat this run</h2>
<pre class="command"><code>${command}</code></pre>
<p>The same scenario, seed and version give the same figures to the last byte, on any day and machine. Result schema ${String(
    result.schema,
  )}.</p>
</footer>`;
}
