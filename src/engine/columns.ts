/** Growing the typed-array columns that hold packets, connections, conntracks and sockets. */

type Column = Int32Array | Uint32Array | Int16Array | Uint16Array | Int8Array | Uint8Array | Float64Array;

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
export const GROWTH = 4;

/** Replaces the column with one that is GROWTH times as long, the new part zero. */
export function growColumn<Name extends string>(table: Record<Name, Column>, name: Name): void {
  table[name] = resize(table[name], table[name].length * GROWTH);
}
