/** Building binary formats: numbers and text appended to a growing run of bytes. */

export class ByteWriter {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A copy of what was written. */
  get bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Little-endian, as pcapng on most machines. */
  u16(value: number): this {
    const offset = this.#room(2);
    this.#view.setUint16(offset, value, true);
    return this;
  }

  u32(value: number): this {
    const offset = this.#room(4);
    this.#view.setUint32(offset, value, true);
    return this;
  }

  raw(bytes: Uint8Array): this {
    const offset = this.#room(bytes.length);
    this.#bytes.set(bytes, offset);
    return this;
  }

  /** Zeros up to the next multiple of four. */
  pad(): this {
    this.#room((4 - (this.#length % 4)) % 4);
    return this;
  }

  /** Overwrites a number written before. */
  patchU32(offset: number, value: number): void {
    this.#view.setUint32(offset, value, true);
  }

  /** Where the next `size` bytes go. It may move everything, so it is asked before the bytes are touched. */
  #room(size: number): number {
    const offset = this.#length;
    this.#length += size;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return offset;
  }
}
