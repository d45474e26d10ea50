/** The port map at a few instants as one picture that stands alone. */
import { PortMap, portCells } from '../../measure/port_map.ts';
import { seconds, unbroken } from '../numbers.ts';
import { openerOfProtocol } from '../opener.ts';
import { el, svgText, svgTitle } from '../svg/svg.ts';
import { CHART_WIDTH } from '../svg/svg_frame.ts';
import { flow } from '../svg/svg_legend.ts';
import { standaloneStyle } from '../svg/svg_theme.ts';
import type { PortsTold } from './port_moments.ts';
import { portLegend, portPanels } from './port_panel.ts';

const PADDING = 18;
const GAP = 10;
const HEAD = 58;
const WIDTH = CHART_WIDTH + 2 * PADDING;
/** Below a panel: when, and what is to be seen. */
const CAPTION = 56;

export interface PortsPictureOptions {
  readonly title: string;
  readonly subtitle: string;
  /** Below each panel, in the order of the instants: one line or two. */
  readonly captions: readonly (readonly string[])[];
}

export function renderPortsSvg(told: PortsTold, { title, subtitle, captions }: PortsPictureOptions): string {
  const map = new PortMap(told.events);
  const cells = portCells(told.events, told.owner.ports);
  const shown = portPanels(map, cells, told.moments_ns).map((panel, index) => ({
    panel,
    at_ns: told.moments_ns[index]!,
    lines: captions[index] ?? [],
  }));
  const width = (CHART_WIDTH - GAP * (shown.length - 1)) / shown.length;
  const { columns, rows } = shown[0]!.panel;
  const height = width * (rows / columns) * 1.15;
  const total = HEAD + PADDING + height + CAPTION + 2 * PADDING;
  const legend = flow(
    portLegend(
      shown.map(({ panel }) => panel),
      openerOfProtocol(told.owner.protocol),
    ).map(({ name, swatch }) => ({ text: name, swatch })),
    PADDING + 2,
    HEAD + PADDING + height + CAPTION + PADDING,
    WIDTH - PADDING,
  );
  const panels = shown.map(({ at_ns, panel, lines }, index) => {
    const x = PADDING + index * (width + GAP);
    const y = HEAD + PADDING / 2;
    const box = {
      x,
      y,
      width,
      height,
      viewBox: `0 0 ${panel.columns} ${panel.rows}`,
      preserveAspectRatio: 'none',
    };
    return (
      el('rect', { class: 'port-paper', x, y, width, height }) +
      el('svg', box, panel.svg) +
      svgText(x, y + height + 18, unbroken(seconds(at_ns / 1e9)), { class: 'strong' }) +
      lines.map((line, row) => svgText(x, y + height + 35 + 15 * row, line)).join('')
    );
  });
  const size = { viewBox: `0 0 ${WIDTH} ${px(total)}`, width: WIDTH, height: px(total) };
  return `${el(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', class: 'chart', ...size, role: 'img', 'aria-label': title },
    svgTitle(title),
    standaloneStyle(),
    el('rect', { class: 'paper', width: WIDTH, height: px(total), rx: 10 }),
    svgText(PADDING + 2, 30, title, { class: 'strong', style: 'font-size:17px' }),
    svgText(PADDING + 2, 50, subtitle, {}),
    ...panels,
    legend.svg,
  )}\n`;
}

function px(value: number): number {
  return Math.ceil(value);
}
