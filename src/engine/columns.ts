/**
 * Typed-array columns, which hold packets, connections, conntracks and sockets. A table lists its columns once, in a
 * shape, and gets them made and grown.
 */

type Column = Int32Array | Uint32Array | Int16Array | Uint16Array | Int8Array | Uint8Array | Float64Array;

/** Name and kind of each column. */
export type Shape = Readonly<
  Record<
    string,
    | Int32ArrayConstructor
    | Uint32ArrayConstructor
    | Int16ArrayConstructor
    | Uint16ArrayConstructor
    | Int8ArrayConstructor
    | Uint8ArrayConstructor
    | Float64ArrayConstructor
  >
>;
export type ColumnsOf<S extends Shape> = { -readonly [Name in keyof S]: InstanceType<S[Name]> };

/** A copy of `column` with `capacity` elements; the new ones hold `fill`. */
export function resize<T extends Column>(column: T, capacity: number, fill = 0): T {
  const larger = new (column.constructor as new (length: number) => T)(capacity);
  larger.set(column);
  if (fill !== 0) larger.fill(fill, column.length);
  return larger;
}

/**
 * Large tables grow to four times their size. The pages of an array that nobody has written to cost no memory, while
 * arrays that have been outgrown do, until they are collected and often after: with doubling there is three times
 * as much of them.
 */
const GROWTH = 4;

/** What a table with columns is built on; see makeColumns(). */
export class Columns {
  capacity: number;
  /** The first row that makes the columns grow. */
  room: number;
  private readonly names: readonly string[];
  private grown = 0;

  constructor(shape: Shape, capacity: number) {
    for (const name in shape) this.column(name, new shape[name]!(0));
    this.capacity = 0;
    this.names = Object.keys(shape);
    this.room = 0;
    // V8 takes a field that was assigned once for a constant, and would throw away at the first growth, in the middle
    // of the run, whatever it has compiled with that.
    this.growAll(capacity);
  }

  /** Before a row is first used: grows one column at each call, so that no packet waits for all to be copied. */
  makeRoom(row: number): void {
    do {
      const name = this.names[this.grown++]!;
      this.column(name, resize(this.column(name), this.capacity * GROWTH));
      if (this.grown < this.names.length) continue;
      this.grown = 0;
      this.capacity *= GROWTH;
      this.room = this.capacity - this.names.length;
    } while (row >= this.capacity);
  }

  growAll(capacity: number): void {
    for (const name of this.names) this.column(name, resize(this.column(name), capacity));
    this.capacity = capacity;
    this.room = capacity - this.names.length;
  }

  private column(name: string, replaced?: Column): Column {
    const columns = this as unknown as Record<string, Column>;
    if (replaced !== undefined) columns[name] = replaced;
    return columns[name]!;
  }
}

/** A class to extend, whose instances have the columns of this shape. */
export function makeColumns<S extends Shape>(shape: S): new (capacity: number) => Columns & ColumnsOf<S> {
  class Shaped extends Columns {
    constructor(capacity: number) {
      super(shape, capacity);
    }
  }
  return Shaped as unknown as new (
    capacity: number,
  ) => Columns & ColumnsOf<S>;
}
