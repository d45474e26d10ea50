/**
 * 32-bit words by number, zero until they are set, in chunks that are made when they are first written to: growing
 * copies nothing, leaves no garbage, and no packet waits for it. A column of a table is faster to read, by the look
 * at which chunk it is, but it doubles.
 */
const SHIFT = 14;
const MASK = (1 << SHIFT) - 1;

export class Words {
  // Private, not #: access to a # field makes a function too long for V8 to inline it wherever it is called.
  private readonly chunks: Int32Array[] = [];

  /** A word that has been set, or one not far from it. */
  get(index: number): number {
    return this.chunks[index >> SHIFT]![index & MASK]!;
  }

  set(index: number, word: number): void {
    if (index >> SHIFT >= this.chunks.length) this.grow(index);
    this.chunks[index >> SHIFT]![index & MASK] = word;
  }

  private grow(index: number): void {
    while (index >> SHIFT >= this.chunks.length) this.chunks.push(new Int32Array(1 << SHIFT));
  }
}
