/** Rings: FIFOs in typed arrays whose capacity is a power of two. */
import { NO_NODE } from './hash_chains.ts';

/** A full ring that starts at `head`, in order, in an array twice as large. */
export function unroll<T extends Int32Array | Float64Array>(ring: T, head: number): T {
  const larger = new (ring.constructor as new (length: number) => T)(ring.length * 2);
  larger.set(ring.subarray(head), 0);
  larger.set(ring.subarray(0, head), ring.length - head);
  return larger;
}

/** A FIFO of small integers that grows. */
export class Ring {
  #items = new Int32Array(16);
  #head = 0;
  #count = 0;

  get length(): number {
    return this.#count;
  }

  push(item: number): void {
    this.#makeRoom();
    this.#items[(this.#head + this.#count++) & (this.#items.length - 1)] = item;
  }

  /** Puts the item ahead of all others. */
  unshift(item: number): void {
    this.#makeRoom();
    this.#head = (this.#head - 1) & (this.#items.length - 1);
    this.#items[this.#head] = item;
    this.#count++;
  }

  /** The oldest item, or NO_NODE. */
  shift(): number {
    if (this.#count === 0) return NO_NODE;
    const item = this.#items[this.#head]!;
    this.#head = (this.#head + 1) & (this.#items.length - 1);
    this.#count--;
    return item;
  }

  #makeRoom(): void {
    if (this.#count < this.#items.length) return;
    this.#items = unroll(this.#items, this.#head);
    this.#head = 0;
  }
}
