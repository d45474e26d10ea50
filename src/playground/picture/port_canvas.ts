/** Paints the port map: a pixel for each cell, which the style sheet enlarges. */
import type { PortCells, PortMap } from '../../measure/port_map.ts';
import {
  columnsOf,
  DROPPED,
  FIRST_SHADE,
  FREE,
  GLOW,
  lookAt,
  opacityOf,
  SHADES,
  WALK,
} from '../../report/ports/port_look.ts';
import { colourOf } from '../../report/ports/port_panel.ts';

type Rgb = readonly [red: number, green: number, blue: number];

/** A colour for each look, as canvas pixels have them. */
export type Palette = Uint32Array;

/** From the style sheet's variables, so that it changes with them. */
export function readPalette(kinds: readonly string[]): Palette {
  const style = getComputedStyle(document.documentElement);
  const variable = (name: string): Rgb => {
    const hex = style.getPropertyValue(name).trim();
    return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
  };
  const paper = variable('--panel');
  const palette = new Uint32Array(FIRST_SHADE + kinds.length * SHADES);
  palette[FREE] = pixel(paper);
  palette[WALK] = pixel(variable('--walk'));
  palette[DROPPED] = pixel(variable('--bad'));
  kinds.forEach((kind, index) => {
    const full = variable(`--c${colourOf(kind)}`);
    for (let shade = 0; shade < SHADES; shade++) {
      palette[FIRST_SHADE + index * SHADES + shade] = pixel(mixed(paper, full, opacityOf(shade)));
    }
  });
  return palette;
}

export function paintPorts(
  canvas: HTMLCanvasElement,
  map: PortMap,
  cells: PortCells,
  palette: Palette,
): void {
  const columns = columnsOf(cells);
  const rows = Math.max(1, Math.ceil(cells.count / columns));
  if (canvas.width !== columns || canvas.height !== rows) {
    canvas.width = columns;
    canvas.height = rows;
  }
  const context = canvas.getContext('2d');
  if (context === null) return;
  const image = context.createImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let cell = 0; cell < cells.count; cell++) {
    pixels[cell] = palette[lookAt(map, cells.first + cell * cells.step, GLOW)]!;
  }
  context.putImageData(image, 0, 0);
}

function mixed(from: Rgb, to: Rgb, share: number): Rgb {
  return from.map((channel, index) => Math.round(channel + (to[index]! - channel) * share)) as unknown as Rgb;
}

/** Little-endian RGBA. */
function pixel([red, green, blue]: Rgb): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
