/**
 * 32-bit words by number, zero until they are set. The first million of them are one array, which doubles as they are
 * needed; more come in chunks of a million, so that growing copies little, leaves little garbage, and no packet waits
 * for it.
 */
import { resize } from './columns.ts';

const SHIFT = 20;
const MASK = (1 << SHIFT) - 1;
const FIRST = 64;

export class Words {
  // Private, not #: access to a # field makes a function too long for V8 to inline it wherever it is called.
  private first = new Int32Array(FIRST);
  /** Those after the first. */
  private readonly more: Int32Array[] = [];

  /** A word below one that has been set or reserved. */
  get(index: number): number {
    return index <= MASK ? this.first[index]! : this.more[(index >> SHIFT) - 1]![index & MASK]!;
  }

  /** Sets a word below one that has been reserved. */
  set(index: number, word: number): void {
    if (index <= MASK) this.first[index] = word;
    else this.more[(index >> SHIFT) - 1]![index & MASK] = word;
  }

  /** Makes room for the word. */
  reserve(index: number): void {
    while (index >= this.first.length && this.first.length <= MASK) {
      this.first = resize(this.first, this.first.length * 2);
    }
    while (index >> SHIFT > this.more.length) this.more.push(new Int32Array(1 << SHIFT));
  }
}
