/**
 * The name of a run inside its sweep: what was varied, and the seed. It does not depend on the other points,
 * the order of the options, the process or the machine, so that a journal finds its runs again and a shard
 * keeps its runs when points are added.
 */

/** Assignments sorted by key, the seed last, as compact JSON: `[["kernel","5.4"],["seed","ipvsim"]]`. */
export function runKey(assignments: Iterable<readonly [key: string, value: string]>, seed: string): string {
  const sorted = [...assignments].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return JSON.stringify([...sorted, ['seed', seed]]);
}

/**
 * FNV-1a over the UTF-8 bytes, then the 32-bit finaliser of MurmurHash3, which spreads keys that differ in
 * their last digit over all bits. Part of the sharding format: it may not change between versions.
 */
export function hashKey(key: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
