/**
 * The edges between jiffies. The recorder's clock and the kernel's tick are not read at the same instant: what
 * happened within microseconds of an edge, a packet met or a table read, may have been on either side of it.
 */

/** The tick takes some microseconds: of the recordings one needs the other side of an edge 3 us away. */
const UNSURE_NS = 10_000;
/** In the recordings of 3.10 (HZ=1000) the processor takes time, and the delay to the director varies by this. */
const UNSURE_3_10_NS = 50_000;

/** The instant on the other side of the edge that `at_ns` is beside; null where it is beside none. */
export function otherSideOfJiffy(at_ns: number, hz: number): number | null {
  const tick_ns = 1e9 / hz;
  const edge_ns = Math.round(at_ns / tick_ns) * tick_ns;
  if (Math.abs(at_ns - edge_ns) > (hz === 1000 ? UNSURE_3_10_NS : UNSURE_NS)) return null;
  return at_ns >= edge_ns ? edge_ns - 1 : edge_ns;
}
