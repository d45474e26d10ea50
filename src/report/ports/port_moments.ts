/** The instants of a run at which its port map tells most: on the way to the cliff, in it, and at its end. */
import type { PortEvents, PortOwner } from '../../measure/port_events.ts';
import { PORT_SYN_DROPPED } from '../../measure/port_events.ts';
import { NO_ENTRY, type PortCells, type PortMap } from '../../measure/port_map.ts';
import type { Result } from '../../measure/result.ts';

/** What a picture of the ports is drawn from: whose they are, what happened to them, and when to look. */
export interface PortsTold {
  readonly owner: PortOwner;
  readonly events: PortEvents;
  readonly moments_ns: readonly number[];
}

/** After the first drop, so that the walk has moved on. */
const INTO_THE_FALL_S = 4;
/** Drops that are over sooner are no cliff but scattered; then the time in which entries fade is looked at. */
const SHORT_S = 30;
const FADED_S = 120;

export function portMoments({ cliff, end_s }: Result): number[] {
  if (cliff === null) return [];
  const { first_drop_s: fall, recovery_s } = cliff;
  const over = recovery_s ?? end_s;
  const end = Math.min(end_s, over - fall < SHORT_S ? fall + FADED_S : over);
  const wanted = [fall / 2, fall * 0.97, fall + INTO_THE_FALL_S, (fall + end) / 2, end];
  const kept = wanted.map((at_s) => Math.round(at_s * 10) / 10).filter((at_s) => at_s > 0 && at_s <= end);
  return [...new Set(kept)].sort((a, b) => a - b).map((at_s) => Math.round(at_s * 1e9));
}

/** What a picture of an instant shows, in figures. */
export interface PortFigures {
  readonly at_ns: number;
  readonly free: number;
  /** Ports by the state of their entry. */
  readonly byKind: ReadonlyMap<string, number>;
  /** SYNs dropped in the second before. */
  readonly dropped: number;
}

export function portFigures(map: PortMap, { first, step, count }: PortCells): PortFigures {
  const byKind = new Map<string, number>();
  let free = 0;
  for (let cell = 0; cell < count; cell++) {
    const kind = map.kind[first + cell * step]!;
    if (kind === NO_ENTRY) free++;
    else {
      const name = map.events.kinds[kind]!;
      byKind.set(name, (byKind.get(name) ?? 0) + 1);
    }
  }
  const { what, at_ns, length } = map.events;
  let dropped = 0;
  for (let row = 0; row < length && at_ns[row]! <= map.at_ns; row++) {
    if (what[row] === PORT_SYN_DROPPED && at_ns[row]! > map.at_ns - 1e9) dropped++;
  }
  return { at_ns: map.at_ns, free, byKind, dropped };
}
