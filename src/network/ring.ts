/** A FIFO of small integers that grows. */
import { NO_NODE } from '../engine/hash_chains.ts';

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
    const larger = new Int32Array(this.#count * 2);
    larger.set(this.#items.subarray(this.#head), 0);
    larger.set(this.#items.subarray(0, this.#head), this.#count - this.#head);
    this.#items = larger;
    this.#head = 0;
  }
}
