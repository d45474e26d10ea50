/**
 * 32-bit words by number, zero until they are set. The first million of them double as they are needed; more come in
 * chunks of a million, so that growing copies little, leaves little garbage, and no packet waits for it. A column
 * of a table is a little faster to read, but it doubles at any size.
 */
import { resize } from './columns.ts';

const SHIFT = 20;
const MASK = (1 << SHIFT) - 1;
const FIRST = 64;

export class Words {
  // Private, not #: access to a # field makes a function too long for V8 to inline it wherever it is called.
  private readonly chunks = [new Int32Array(FIRST)];

  /** A word below one that has been set or reserved. */
  get(index: number): number {
    return this.chunks[index >> SHIFT]![index & MASK]!;
  }

  /** Sets a word below one that has been reserved. */
  set(index: number, word: number): void {
    this.chunks[index >> SHIFT]![index & MASK] = word;
  }

  /** Makes room for the word. */
  reserve(index: number): void {
    while (index >> SHIFT >= this.chunks.length) {
      this.growFirst(MASK);
      this.chunks.push(new Int32Array(1 << SHIFT));
    }
    this.growFirst(index);
  }

  private growFirst(index: number): void {
    while (index <= MASK && index >= this.chunks[0]!.length) {
      this.chunks[0] = resize(this.chunks[0]!, this.chunks[0]!.length * 2);
    }
  }
}
