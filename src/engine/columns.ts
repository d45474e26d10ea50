/** Growing the typed-array columns that hold packets, connections, conntracks and sockets. */

type Column = Int32Array | Uint32Array | Int16Array | Uint16Array | Int8Array | Uint8Array | Float64Array;

/** A copy of `column` with `capacity` elements; the new ones hold `fill`. */
export function resize<T extends Column>(column: T, capacity: number, fill = 0): T {
  const larger = new (column.constructor as new (length: number) => T)(capacity);
  larger.set(column);
  if (fill !== 0) larger.fill(fill, column.length);
  return larger;
}

/** Replaces the column with one of twice its length, the new half zero. */
export function doubleColumn<Name extends string>(table: Record<Name, Column>, name: Name): void {
  table[name] = resize(table[name], table[name].length * 2);
}
