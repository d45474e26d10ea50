/** The port map in the HTML report: a few instants side by side, and the same in figures. */
import { PortMap, portCells } from '../../measure/port_map.ts';
import { count, seconds, unbroken } from '../numbers.ts';
import { type Opener, openerOfProtocol } from '../opener.ts';
import { type PortFigures, type PortsTold, portFigures } from '../ports/port_moments.ts';
import { portLegend, portPanels } from '../ports/port_panel.ts';
import { el } from '../svg/svg.ts';
import { html, type Markup, markup, words } from './html_markup.ts';

export function portsSection(told: PortsTold | null): Markup {
  if (told === null || told.moments_ns.length === 0) return markup('');
  const { owner, events } = told;
  const opener = openerOfProtocol(owner.protocol);
  const map = new PortMap(events);
  const cells = portCells(events, owner.ports);
  const panels = portPanels(map, cells, told.moments_ns);
  const shown = told.moments_ns.map((at_ns, index) => {
    map.seek(at_ns);
    return { figures: portFigures(map, cells), panel: panels[index]! };
  });
  const kinds = [...new Set(shown.flatMap(({ figures }) => [...figures.byKind.keys()]))];
  const { every } = panels[0]!;
  const last = cells.first + (cells.count - 1) * cells.step;
  return html`<section aria-labelledby="ports">
<h2 id="ports">Port by port</h2>
<p>A cell for each source port of ${owner.address} towards ${owner.virtual}, ${String(cells.first)} at the top left to ${String(last)} at the bottom right${cells.step === 2 ? ', every second one: the kernel uses one parity as long as it can' : ''}. A cell has the colour of its entry in the connection table and fades as the entry's timer runs out.</p>
<p class="port-legend">${portLegend(panels, opener).map(({ name, swatch }) => html`<span>${markup(el('svg', { class: 'chart', width: 14, height: 10, 'aria-hidden': 'true' }, el('rect', { class: swatch, width: 14, height: 10, rx: 2 })))} ${name}</span>`)}</p>
<div class="ports">${shown.map(({ figures, panel }) => {
    const { svg, columns, rows } = panel;
    const label = sentence(figures, opener);
    const box = {
      class: 'chart port-map',
      viewBox: `0 0 ${columns} ${rows}`,
      role: 'img',
      'aria-label': label,
    };
    return html`<figure>${markup(el('svg', box, svg))}<figcaption><b>${words(seconds(figures.at_ns / 1e9))}</b> ${words(label)}</figcaption></figure>`;
  })}</div>
${every > 1 ? html`<p class="note">Where there is too much to draw, one port in ${words(String(every))} has a cell.</p>` : ''}
<details><summary>The figures behind the pictures</summary>
<div class="wide"><table class="figures"><thead><tr><th scope="col" class="number">time</th><th scope="col" class="number">free ports</th>${kinds.map((kind) => html`<th scope="col" class="number">${kind}</th>`)}<th scope="col" class="number">${opener}s dropped in the second before</th></tr></thead>
<tbody>${shown.map(({ figures }) => html`<tr><td class="number">${words(seconds(figures.at_ns / 1e9))}</td><td class="number">${unbroken(count(figures.free))}</td>${kinds.map((kind) => html`<td class="number">${unbroken(count(figures.byKind.get(kind) ?? 0))}</td>`)}<td class="number">${unbroken(count(figures.dropped))}</td></tr>`)}</tbody></table></div>
</details>
</section>`;
}

function sentence({ free, dropped }: PortFigures, opener: Opener): string {
  const ports = free === 0 ? 'no port is without an entry' : `${count(free)} ports have no entry`;
  return dropped === 0
    ? `${ports}; no ${opener} is dropped.`
    : `${ports}; ${count(dropped)} ${opener}s dropped per second.`;
}
