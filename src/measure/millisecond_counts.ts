/** How many durations fell into each whole millisecond, rounded down. */
import { resize } from '../engine/columns.ts';

export class MillisecondCounts {
  #counts = new Uint32Array(256);

  record(us: number): void {
    const ms = (us / 1000) | 0;
    if (ms >= this.#counts.length) this.#grow(ms);
    this.#counts[ms]!++;
  }

  /** Milliseconds, as text, to counts; in ascending order, without empty ones. */
  toRecord(): Record<string, number> {
    const record: Record<string, number> = {};
    this.#counts.forEach((count, ms) => {
      if (count > 0) record[ms] = count;
    });
    return record;
  }

  #grow(ms: number): void {
    let capacity = this.#counts.length;
    while (capacity <= ms) capacity *= 2;
    this.#counts = resize(this.#counts, capacity);
  }
}
