/** Connections of a replay while they run: what is left of each, and what each asks of its real server. */
import type { Load } from '../scenario/loads/loads.ts';
import { NOT_SAID, type ReplayRows, readReplayRows } from '../scenario/loads/replay_rows.ts';
import { expectReading } from '../scenario/reading.ts';

/** The rows of a load, and their place among those of all clients; null for what is no replay. */
export function replayedOf(load: Load, notes: ReplayNotes): Replayed | null {
  if (load.kind !== 'replay') return null;
  const rows = expectReading(readReplayRows(load.rows), 'a replay');
  return new Replayed(rows, notes.add(rows));
}

/** The note of a connection that is no replay. */
export const NO_NOTE = 0;

/** What the rows of all clients say to real servers, by the note that travels with a request. */
export class ReplayNotes {
  service_ns: Float64Array = Float64Array.of(NOT_SAID);
  responseBytes: Int32Array = Int32Array.of(NOT_SAID);
  /** Places in CLOSERS. */
  closes: Uint8Array = new Uint8Array(1);

  /** Returns the note of the first row; those of the others follow. */
  add(rows: ReplayRows): number {
    const first = this.closes.length;
    this.service_ns = joined(this.service_ns, rows.service_ns);
    this.responseBytes = joined(this.responseBytes, rows.responseBytes);
    this.closes = joined(this.closes, rows.closes);
    return first;
  }
}

function joined<T extends Float64Array | Int32Array | Uint8Array>(before: T, more: T): T {
  const all = new (before.constructor as new (length: number) => T)(before.length + more.length);
  all.set(before);
  all.set(more, before.length);
  return all;
}

/** One client's rows; a worker is a row. */
export class Replayed {
  readonly rows: ReplayRows;
  /** Requests that the row has still to end. */
  readonly left: Uint32Array;
  readonly #first: number;

  constructor(rows: ReplayRows, first: number) {
    this.rows = rows;
    this.left = rows.requests.slice();
    this.#first = first;
  }

  note(worker: number): number {
    return this.#first + worker;
  }
}
