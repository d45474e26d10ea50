/** Sections of the HTML report that are tables: key figures, verdicts, classes of connect time, real servers. */

import { returnsOfCliff, slowShare } from '../../causes/cliff.ts';
import type { Result, Times } from '../../measure/result.ts';
import { count, milliseconds, percent, rate, seconds, unbroken } from '../numbers.ts';
import { OPENER_TIMES, type Opener, openerOf } from '../opener.ts';
import { column, largest } from '../series.ts';
import { measured, overall, tally, VERDICT_SIGN } from '../verdicts.ts';
import { html, type Markup, markup, words } from './html_markup.ts';

/** The few numbers that somebody would quote. */
export function keyFigures(result: Result): Markup {
  const { cliff, totals, times_ms } = result;
  const tiles: (readonly [string, string, string])[] =
    cliff === null
      ? [
          [
            'requests per second',
            rate(totals.rps),
            `${count(totals.complete)} in ${seconds(totals.seconds)}`,
          ],
          ['failed', count(totals.failed), failures(result)],
          [
            'median connect',
            milliseconds(times_ms.connect.median),
            `largest ${milliseconds(times_ms.connect.max)}`,
          ],
          ['inactive entries', count(largest(column(result, 'inact_conn')) ?? 0), 'at most'],
        ]
      : [
          [
            'requests per second',
            `${rate(cliff.rps_before)} → ${rate(cliff.rps_after)}`,
            `from ${seconds(cliff.first_drop_s)} on`,
          ],
          [
            'median connect',
            `${milliseconds(cliff.connect_p50_before_ms).replace(' ms', '')} → ${milliseconds(cliff.connect_p50_after_ms)}${slowShare(cliff)}`,
            `largest ${milliseconds(times_ms.connect.max)}`,
          ],
          [
            'connections until then',
            count(cliff.connections_before),
            `${count(cliff.entries)} entries in the table`,
          ],
          [
            'fast again',
            cliff.recovery_s === null ? 'not in this run' : `at ${seconds(cliff.recovery_s)}`,
            [`${count(totals.syn_dropped)} ${openerOf(result.scenario)}s dropped`, returnsOfCliff(cliff)]
              .filter((note) => note !== '')
              .join('; '),
          ],
        ];
  return html`<section class="tiles" aria-label="Key figures">${tiles.map(
    ([name, value, note]) =>
      html`<div class="tile"><p class="tile-name">${name}</p><p class="tile-value">${words(value)}</p><p class="tile-note">${words(note)}</p></div>`,
  )}</section>`;
}

function failures({ totals, errors }: Result): string {
  const names = Object.entries(errors).map(([name, times]) => `${name} ${count(times)}`);
  return totals.failed === 0 ? 'none' : names.join(', ');
}

const VERDICT_WORD = { pass: 'holds', fail: 'fails', unknown: 'cannot say' } as const;

export function verdicts({ expectations }: Result): Markup {
  if (expectations.length === 0) return markup('');
  const rows = expectations.map(
    (one) =>
      html`<tr class="${one.verdict}"><td class="sign">${VERDICT_SIGN[one.verdict]} ${VERDICT_WORD[one.verdict]}</td><td><code>${one.expression}</code></td><td class="number">${words(measured(one))}</td><td>${one.verdict === 'pass' ? '' : one.message}</td></tr>`,
  );
  return html`<section aria-labelledby="expected">
<h2 id="expected">Expected <span class="tally ${overall(expectations)}">${tally(expectations)}</span></h2>
<div class="wide"><table class="verdicts"><thead><tr><th scope="col">verdict</th><th scope="col">expectation</th><th scope="col" class="number">measured</th><th scope="col"></th></tr></thead><tbody>${rows}</tbody></table></div>
</section>`;
}

/** What opens a connection is sent again after a time that doubles: connect times come in classes. */
function classesOf(opener: Opener): readonly (readonly [upTo_ms: number, name: string])[] {
  const { again_s, bounds_ms } = OPENER_TIMES[opener];
  const last = again_s.length - 1;
  return [
    `no ${opener} lost`,
    ...again_s.map((again, index) => className(opener, index + 1, again, last)),
  ].map((name, index) => [bounds_ms[index] ?? Number.POSITIVE_INFINITY, name]);
}

function className(opener: Opener, times: number, again_s: number, last: number): string {
  if (times > last) return `${times} or more: ${again_s} s and longer`;
  return `${times}${times === 1 ? ` ${opener}` : ''} sent again: ${again_s} s`;
}

export function connectClasses({ connect_ms_histogram, scenario }: Result): Markup {
  const opener = openerOf(scenario);
  const rows = Object.entries(connect_ms_histogram).map(([text, times]) => [Number(text), times] as const);
  const all = rows.reduce((sum, [, times]) => sum + times, 0);
  if (all === 0) return markup('');
  const bounds = classesOf(opener);
  const classes = bounds.map(([upTo, name], index) => {
    const from = bounds[index - 1]?.[0] ?? 0;
    return {
      name,
      connections: rows.reduce((sum, [ms, times]) => (ms >= from && ms < upTo ? sum + times : sum), 0),
    };
  });
  const last = classes.findLastIndex(({ connections }) => connections > 0);
  const lines = classes.slice(0, last + 1).map(({ name, connections }) => {
    const share = connections / all;
    // A class with a single connection in a million still has a bar that one can see.
    const width = connections === 0 ? '0' : Math.max(0.4, share * 100).toFixed(1);
    return html`<tr><th scope="row">${name}</th><td class="number">${words(count(connections))}</td><td class="number">${words(percent(share))}</td><td class="bar"><span style="width:${width}%"></span></td></tr>`;
  });
  return html`<section aria-labelledby="classes">
<h2 id="classes">Connect times by lost ${opener}s</h2>
<table class="classes"><thead><tr><th scope="col">class</th><th scope="col" class="number">connections</th><th scope="col" class="number">share</th><th scope="col"></th></tr></thead><tbody>${lines}</tbody></table>
</section>`;
}

const PERCENTILES = ['50', '75', '90', '95', '99', '100'] as const;

/** ab's table with percentiles, for those who come from a ticket with one. */
export function percentileTable({ times_ms, totals }: Result): Markup {
  if (totals.complete === 0) return markup('');
  const cell = (value: number) =>
    html`<td class="number">${unbroken(value < 10 ? String(Math.round(value * 100) / 100) : count(value))}</td>`;
  const row = (name: string, times: Times) =>
    html`<tr><th scope="row">${name}</th>${cell(times.min)}${cell(times.mean)}${cell(times.sd)}${PERCENTILES.map((one) => cell(times.percentiles[one] ?? times.max))}</tr>`;
  const titles = ['least', 'mean', 'std. dev.', 'median', '75 %', '90 %', '95 %', '99 %', 'most'];
  return html`<section aria-labelledby="times">
<h2 id="times">Times in milliseconds</h2>
<div class="wide"><table class="figures"><thead><tr><th scope="col"></th>${titles.map((title) => html`<th scope="col" class="number">${words(title)}</th>`)}</tr></thead>
<tbody>${row('connect', times_ms.connect)}${row('processing', times_ms.processing)}${row('waiting', times_ms.waiting)}${row('total', times_ms.total)}</tbody></table></div>
</section>`;
}

export function realServers({ realServers: servers }: Result): Markup {
  if (servers.length === 0) return markup('');
  const all = servers.reduce((sum, { requests }) => sum + requests, 0);
  const rows = servers.map(
    (one) =>
      html`<tr><th scope="row"><code>${one.address}</code></th><td>${one.service}</td><td class="number">${count(one.weight)}</td><td class="number">${words(count(one.active_conn))}</td><td class="number">${words(count(one.inact_conn))}</td><td class="number">${words(count(one.connections))}</td><td class="number">${words(count(one.requests))}</td><td class="number">${all === 0 ? '–' : words(percent(one.requests / all))}</td></tr>`,
  );
  return html`<section aria-labelledby="servers">
<h2 id="servers">Real servers at the end</h2>
<div class="wide"><table class="figures"><thead><tr><th scope="col">address</th><th scope="col">service</th><th scope="col" class="number">weight</th><th scope="col" class="number">active</th><th scope="col" class="number">inactive</th><th scope="col" class="number">connections</th><th scope="col" class="number">requests</th><th scope="col" class="number">share</th></tr></thead><tbody>${rows}</tbody></table></div>
</section>`;
}

/** What each of several nodes has done by itself. */
export function nodes({ nodes: all }: Result): Markup {
  if (all === undefined) return markup('');
  const rows = all.map(({ name, connections, entries, packets_dropped, realServers: servers }) => {
    const used = servers.filter((server) => server.connections > 0).length;
    return html`<tr><th scope="row">${name}</th><td class="number">${words(count(connections))}</td><td class="number">${words(count(used))}</td><td class="number">${words(count(entries))}</td><td class="number">${words(count(packets_dropped))}</td></tr>`;
  });
  return html`<section aria-labelledby="nodes">
<h2 id="nodes">Nodes at the end</h2>
<div class="wide"><table class="figures"><thead><tr><th scope="col">node</th><th scope="col" class="number">connections scheduled</th><th scope="col" class="number">real servers used</th><th scope="col" class="number">entries</th><th scope="col" class="number">packets dropped</th></tr></thead><tbody>${rows}</tbody></table></div>
</section>`;
}
