/**
 * What each cell of the port map shows, for the report's still picture and for the page's moving one: the state of the
 * port's entry, in one of a few shades that fade with the time its timer has left; over it the walk, where the client
 * has just opened ports, and the ports whose SYN was dropped.
 */
import { NO_ENTRY, type PortCells, type PortMap } from '../../measure/port_map.ts';

/** Looks of a cell without an entry of its own; from FIRST_SHADE on, SHADES of each kind of entry. */
export const FREE = 0;
export const WALK = 1;
export const DROPPED = 2;
export const FIRST_SHADE = 3;
export const SHADES = 12;
/** An entry that is overdue still holds its port: it can be told from a free one. */
const FAINTEST = 0.22;

/** From 0 to 1. */
export function opacityOf(shade: number): number {
  return FAINTEST + ((1 - FAINTEST) * shade) / (SHADES - 1);
}

/** How long a cell stays lit after its port was opened or its SYN dropped. */
export interface Glow {
  readonly opened_ns: number;
  readonly dropped_ns: number;
}
export const GLOW: Glow = { opened_ns: 0.35e9, dropped_ns: 6e9 };

export function lookAt(map: PortMap, port: number, glow: Glow): number {
  if (map.at_ns - map.dropped_ns[port]! < glow.dropped_ns) return DROPPED;
  if (map.at_ns - map.opened_ns[port]! < glow.opened_ns) return WALK;
  const kind = map.kind[port]!;
  if (kind === NO_ENTRY) return FREE;
  const shade = Math.min(SHADES - 1, Math.floor(map.left(port) * SHADES));
  return FIRST_SHADE + kind * SHADES + shade;
}

export function kindOfLook(look: number): number {
  return Math.floor((look - FIRST_SHADE) / SHADES);
}

export function shadeOfLook(look: number): number {
  return (look - FIRST_SHADE) % SHADES;
}

/** Cells are read like text, row by row; rows are twice as long as there are of them. */
export function columnsOf({ count }: PortCells): number {
  const wanted = Math.max(1, Math.round(Math.sqrt(2 * count)));
  return Math.min(Math.max(1, count), Math.max(8, Math.ceil(wanted / 8) * 8));
}

/** Every n-th cell only, where all of them would be more than a picture can hold. */
export function thinned({ first, step, count }: PortCells, factor: number): PortCells {
  return { first, step: step * factor, count: Math.ceil(count / factor) };
}
