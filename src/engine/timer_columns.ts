/** What a timer wheel keeps of each timer, in columns that grow by themselves as timers are set. */
import { GROWTH, growColumn } from './columns.ts';

/** Buckets are numbered from 1 in `bucket`, so that a new timer is not pending. */
export const NOT_PENDING = 0;

const FIRST = 64;

export class TimerColumns {
  /** Its neighbours in the list of its bucket, or -1. */
  next = new Int32Array(FIRST);
  previous = new Int32Array(FIRST);
  bucket = new Int16Array(FIRST);
  /** The jiffy it was set for. */
  expires = new Int32Array(FIRST);
  capacity = FIRST;
  /** The first timer that makes the columns grow: one of them at each call, so that no packet waits for all. */
  room = FIRST - COLUMNS.length;
  #grown = 0;

  grow(timer: number): void {
    do {
      growColumn(this, COLUMNS[this.#grown++]!);
      if (this.#grown < COLUMNS.length) continue;
      this.#grown = 0;
      this.capacity *= GROWTH;
      this.room = this.capacity - COLUMNS.length;
    } while (timer >= this.capacity);
  }
}

const COLUMNS = ['next', 'previous', 'bucket', 'expires'] as const;
