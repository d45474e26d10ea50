/**
 * The source ports of a client address at an instant: of each the state of its entry in the connection table and the
 * time that the entry's timer has left, when it was last opened, and when a SYN from it was last dropped. A pure
 * view of what a run has noted (port_events.ts), of any instant of it.
 */
import { PORT_ENTRY_OVER, PORT_OPENED, PORT_SYN_DROPPED, type PortEvents } from './port_events.ts';

const PORTS = 65536;
/** The kind of a port without an entry. */
export const NO_ENTRY = 255;

export class PortMap {
  /** The instant that it shows. */
  at_ns = 0;
  /** By port: place of the entry's kind in the events' `kinds`, or NO_ENTRY. */
  readonly kind = new Uint8Array(PORTS);
  /** When the entry's timer is due, and what it was started with. An entry that is overdue waits for its bucket. */
  readonly due_ns = new Float64Array(PORTS);
  readonly timeout_ns = new Float64Array(PORTS);
  /** -Infinity for never. */
  readonly opened_ns = new Float64Array(PORTS);
  readonly dropped_ns = new Float64Array(PORTS);
  readonly events: PortEvents;
  #next = 0;

  constructor(events: PortEvents) {
    this.events = events;
    this.#clear();
  }

  /** Shows the ports as they are after all that happened up to this instant, later or earlier than the one shown. */
  seek(at_ns: number): void {
    if (at_ns < this.at_ns) this.#clear();
    const { events } = this;
    while (this.#next < events.length && events.at_ns[this.#next]! <= at_ns) this.#apply(this.#next++);
    this.at_ns = at_ns;
  }

  /** Share of its time that the port's entry has left: 1 just after a packet, 0 when it is due. */
  left(port: number): number {
    const left_ns = this.due_ns[port]! - this.at_ns;
    return left_ns <= 0 ? 0 : left_ns / this.timeout_ns[port]!;
  }

  #apply(row: number): void {
    const { events } = this;
    const port = events.port[row]!;
    const what = events.what[row]!;
    const at_ns = events.at_ns[row]!;
    if (what === PORT_OPENED) {
      this.opened_ns[port] = at_ns;
    } else if (what === PORT_SYN_DROPPED) {
      this.dropped_ns[port] = at_ns;
    } else if (what === PORT_ENTRY_OVER) {
      this.kind[port] = NO_ENTRY;
    } else {
      this.kind[port] = what;
      this.timeout_ns[port] = events.timeout_ns[row]!;
      this.due_ns[port] = at_ns + events.timeout_ns[row]!;
    }
  }

  #clear(): void {
    this.#next = 0;
    this.kind.fill(NO_ENTRY);
    this.opened_ns.fill(Number.NEGATIVE_INFINITY);
    this.dropped_ns.fill(Number.NEGATIVE_INFINITY);
  }
}

/** The ports that have a place in the picture: every one, or every second one from the first on. */
export interface PortCells {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

/**
 * Kernels from 4.2 on use one parity of the range as long as they can. Half of the picture would then be empty: as
 * long as no port of the other parity has been opened it has no place.
 */
export function portCells(
  { port, what, length }: PortEvents,
  [low, high]: readonly [number, number],
): PortCells {
  const isUsed = [false, false];
  for (let row = 0; row < length; row++) if (what[row] === PORT_OPENED) isUsed[port[row]! & 1] = true;
  const all = high - low + 1;
  if (isUsed[0] === isUsed[1] || all < 2) return { first: low, step: 1, count: all };
  const first = isUsed[low & 1] ? low : low + 1;
  return { first, step: 2, count: Math.floor((high - first) / 2) + 1 };
}
