/** The port map of an instant as SVG: runs of equal cells, a path for each look. */
import type { PortCells, PortMap } from '../../measure/port_map.ts';
import type { Opener } from '../opener.ts';
import { el } from '../svg/svg.ts';
import type { LegendEntry } from '../svg/svg_legend.ts';
import { ENTRY_COLOURS } from '../svg/svg_theme.ts';
import {
  columnsOf,
  DROPPED,
  FREE,
  GLOW,
  kindOfLook,
  lookAt,
  opacityOf,
  shadeOfLook,
  thinned,
  WALK,
} from './port_look.ts';

/** Beyond it a picture has more to say than it has room for, and a report more bytes than anyone would mail. */
const MOST_RUNS = 3500;

export interface Panel {
  /** Paths, to be put into an svg element with this view box. */
  readonly svg: string;
  readonly columns: number;
  readonly rows: number;
  /** A cell for each port, or for every n-th. */
  readonly every: number;
  /** Kinds of entries that it shows, by name. */
  readonly kinds: ReadonlySet<string>;
}

/** Panels that stand side by side have cells for the same ports: `atLeast` of the thinnest. */
export function portPanel(map: PortMap, cells: PortCells, atLeast = 1): Panel {
  for (let every = atLeast; ; every++) {
    const drawn = drawCells(map, thinned(cells, every));
    if (drawn.runs <= MOST_RUNS || every >= 16) return { ...drawn, every };
  }
}

function drawCells(map: PortMap, cells: PortCells) {
  const columns = columnsOf(cells);
  const rows = Math.ceil(cells.count / columns);
  const looks = new Map<number, Path>();
  let runs = 0;
  for (let cell = 0; cell < cells.count; ) {
    const look = lookAt(map, cells.first + cell * cells.step, GLOW);
    const from = cell;
    const rowEnd = Math.min(cells.count, (Math.floor(from / columns) + 1) * columns);
    do cell++;
    while (cell < rowEnd && lookAt(map, cells.first + cell * cells.step, GLOW) === look);
    if (look === FREE) continue;
    let path = looks.get(look);
    if (path === undefined) looks.set(look, (path = new Path(columns)));
    path.add(from, cell - from);
    runs++;
  }
  const order = [...looks].sort(([a], [b]) => layer(a) - layer(b) || a - b);
  const kinds = new Set(
    [...looks.keys()].filter((look) => look > DROPPED).map((look) => kindName(map, look)),
  );
  return {
    svg: order.map(([look, path]) => drawLook(map, look, path)).join(''),
    columns,
    rows,
    runs,
    kinds,
  };
}

/** Entries first, over them the walk, over that what was dropped. */
function layer(look: number): number {
  return look === DROPPED ? 2 : look === WALK ? 1 : 0;
}

function kindName(map: PortMap, look: number): string {
  return map.events.kinds[kindOfLook(look)]!;
}

/** The edge of a walk is a row or two high, less than a pixel of a small panel: it is drawn bolder than it is. */
const BOLD = 'stroke-width:1.5';
/** Cells in a row, on average: less is no edge but scattered cells. */
const EDGE_CELLS = 8;

function drawLook(map: PortMap, look: number, path: Path): string {
  const { d } = path;
  const bold = path.meanLength >= EDGE_CELLS ? { style: BOLD } : {};
  if (look === WALK) return el('path', { class: 'port-walk', d, ...bold });
  if (look === DROPPED) return el('path', { class: 'port-dropped', d, ...bold });
  return el('path', {
    class: `f${colourOf(kindName(map, look))}`,
    'fill-opacity': opacityOf(shadeOfLook(look)),
    d,
  });
}

export function colourOf(kind: string): number {
  return ENTRY_COLOURS.find(([name]) => name === kind)?.[1] ?? 7;
}

/** Runs of cells as rectangles; whole rows below each other are one. */
class Path {
  readonly #columns: number;
  readonly #rectangles: { column: number; row: number; width: number; height: number }[] = [];

  constructor(columns: number) {
    this.#columns = columns;
  }

  add(from: number, width: number): void {
    const column = from % this.#columns;
    const row = (from - column) / this.#columns;
    const last = this.#rectangles.at(-1);
    const isBelow = last !== undefined && last.row + last.height === row && last.column === column;
    if (isBelow && last.width === width) last.height++;
    else this.#rectangles.push({ column, row, width, height: 1 });
  }

  /** Cells of a run. */
  get meanLength(): number {
    const cells = this.#rectangles.reduce((sum, { width, height }) => sum + width * height, 0);
    return cells / this.#rectangles.length;
  }

  get d(): string {
    return this.#rectangles
      .map(({ column, row, width, height }) => `M${column} ${row}h${width}v${height}h${-width}z`)
      .join('');
  }
}

/** What the colours of these panels mean. */
export function portLegend(panels: readonly Panel[], opener: Opener): LegendEntry[] {
  const kinds = new Set(panels.flatMap((panel) => [...panel.kinds]));
  const entries = ENTRY_COLOURS.filter(([kind]) => kinds.has(kind)).map(([kind, colour]) => ({
    name: kind,
    swatch: `f${colour}`,
  }));
  return [
    ...entries,
    { name: 'just opened: the walk', swatch: 'port-walk' },
    { name: `${opener} dropped`, swatch: 'port-dropped' },
  ];
}

/** Panels of these instants, side by side. */
export function portPanels(map: PortMap, cells: PortCells, moments_ns: readonly number[]): readonly Panel[] {
  const draw = (atLeast: number) =>
    moments_ns.map((at_ns) => {
      map.seek(at_ns);
      return portPanel(map, cells, atLeast);
    });
  const every = Math.max(...draw(1).map((panel) => panel.every));
  return draw(every);
}
