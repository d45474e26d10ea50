/** To the next instant worth a look, or back to the one before. */
import { PORT_SYN_DROPPED, type PortEvents } from '../measure/port_events.ts';

/** Steps of drops that follow each other more closely than that are one. */
const APART_NS = 1e6;

/** The nearest dropped SYN after (1) or before (-1) the instant; null where there is none. */
export function nextDrop(
  { what, at_ns, length }: PortEvents,
  from_ns: number,
  direction: 1 | -1,
): number | null {
  const first = direction === 1 ? 0 : length - 1;
  for (let row = first; row >= 0 && row < length; row += direction) {
    const isBeyond = direction === 1 ? at_ns[row]! > from_ns + APART_NS : at_ns[row]! < from_ns - APART_NS;
    if (what[row] === PORT_SYN_DROPPED && isBeyond) return at_ns[row]!;
  }
  return null;
}
