/** What a packet from a director has as its next hop: which director sent it, and the number of the destination there. */

/** Bits of the number: more destinations than fit into memory. */
const BITS = 23;

export function firstNexthop(director: number): number {
  return director << BITS;
}

export function directorOf(nexthop: number): number {
  return nexthop >>> BITS;
}

export function destOf(nexthop: number): number {
  return nexthop & ((1 << BITS) - 1);
}
