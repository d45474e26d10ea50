/**
 * Colours and type of charts and report, for light and dark. The series colours are told apart by people with
 * any colour vision (after Okabe and Ito), and no chart says anything by colour alone.
 */

const LIGHT = {
  paper: '#ffffff',
  panel: '#f6f7f9',
  ink: '#1b2127',
  muted: '#59636e',
  grid: '#e2e6ea',
  shade: '#d55e0016',
  bad: '#b3400a',
  good: '#00694d',
  unsure: '#7a5a00',
  c1: '#005a94',
  c2: '#b84600',
  c3: '#008060',
  c4: '#bd64a5',
  c5: '#bf8b00',
  c6: '#3d9bd1',
  c7: '#78828c',
  walk: '#1b2127',
  h0: '#eef1f4',
  h1: '#fbe6c2',
  h2: '#f8c98b',
  h3: '#f09c55',
  h4: '#d96d2b',
  h5: '#a8430f',
  h6: '#6b2103',
};

const DARK: typeof LIGHT = {
  paper: '#14181c',
  panel: '#1c2227',
  ink: '#e8ebee',
  muted: '#9da8b3',
  grid: '#2c343b',
  shade: '#ff8c4224',
  bad: '#ff9d66',
  good: '#4fd6a6',
  unsure: '#f0c75e',
  c1: '#4aa8e0',
  c2: '#ff8040',
  c3: '#3fcf9d',
  c4: '#ee9fd6',
  c5: '#f5cd57',
  c6: '#c0e6fd',
  c7: '#8b96a1',
  walk: '#2f7df6',
  h0: '#242b31',
  h1: '#423620',
  h2: '#6c4a20',
  h3: '#a3621e',
  h4: '#db7f2b',
  h5: '#f8ac60',
  h6: '#ffdcae',
};

function variables(colours: typeof LIGHT): string {
  return Object.entries(colours)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';');
}

/** The variables, for `:root` of a page or of an SVG file. Print is always light. */
export const THEME_CSS =
  `:root{color-scheme:light dark;${variables(LIGHT)}}` +
  `@media (prefers-color-scheme:dark){:root{${variables(DARK)}}}` +
  `@media print{:root{color-scheme:light;${variables(LIGHT)}}}`;

/**
 * The colour of each kind of entry of the connection table, wherever it is drawn, and their order from the bottom of
 * a stack up: what is finished first, in which neighbours differ in lightness too. Rare states share the grey.
 */
export const ENTRY_COLOURS: readonly (readonly [kind: string, colour: number])[] = [
  ['TIME_WAIT', 6],
  ['CLOSE', 2],
  ['FIN_WAIT', 4],
  ['CLOSE_WAIT', 1],
  ['LAST_ACK', 7],
  ['ESTABLISHED', 3],
  ['SYN_RECV', 5],
  ['SYNACK', 1],
  ['SYN_SENT', 7],
  ['NONE', 7],
  ['LISTEN', 7],
  ['UDP', 6],
  ['TEMPLATE', 7],
  ['SCTP', 2],
];

const SERIES = [1, 2, 3, 4, 5, 6, 7] as const;
const HEAT = [0, 1, 2, 3, 4, 5, 6] as const;

/** The classes that charts use. */
export const CHART_CSS =
  '.chart{font:12px system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}' +
  '.chart text{fill:var(--muted)}.chart .ink{fill:var(--ink)}.chart .strong{fill:var(--ink);font-weight:600}' +
  '.chart .bad{fill:var(--bad);font-weight:600}.chart .mono{font-family:ui-monospace,"SF Mono",Menlo,"DejaVu Sans Mono",monospace;font-size:11px}' +
  '.chart .grid{stroke:var(--grid)}.chart .axis{stroke:var(--muted)}.chart .shade{fill:var(--shade)}' +
  '.chart .mark{stroke:var(--muted);stroke-dasharray:3 3}.chart .reference{stroke:var(--c2);stroke-dasharray:2 4;opacity:.7}' +
  '.chart .line{fill:none;stroke-width:1.75;stroke-linejoin:round}.chart .arrow{stroke:var(--ink);stroke-width:1.25;fill:none}' +
  '.chart .head{fill:var(--ink)}.chart .arrow.lost{stroke:var(--bad)}.chart .cross{stroke:var(--bad);stroke-width:2.25}' +
  '.chart .dots{stroke-width:5;stroke-linecap:round}.chart .halo{stroke:var(--paper);stroke-width:3px;paint-order:stroke}' +
  '.ladder text{stroke:var(--paper);stroke-width:4px;paint-order:stroke}.chart .paper-gap{fill:var(--paper)}' +
  '.chart .port-walk{fill:var(--walk);stroke:var(--walk);stroke-width:0}.chart .port-dropped{fill:var(--bad);stroke:var(--bad);stroke-width:0}.chart .port-paper{fill:var(--panel);stroke:var(--grid)}' +
  '.chart .dot{fill:var(--muted)}.chart .life{stroke:var(--grid);stroke-width:2}' +
  SERIES.map((n) => `.chart .c${n}{stroke:var(--c${n})}.chart .f${n}{fill:var(--c${n})}`).join('') +
  HEAT.map((n) => `.chart .h${n}{fill:var(--h${n})}`).join('');

/** Style for an SVG file that stands alone, such as the picture in the README. */
export function standaloneStyle(): string {
  return `<style>${THEME_CSS}${CHART_CSS}.chart .paper{fill:var(--paper)}</style>`;
}
