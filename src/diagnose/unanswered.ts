/** What shows that nobody answers, or that answers do not come by: connects that stay under way, and packets without any back. */
import type { FactOf } from '../evidence/fact.ts';

const OPENING_STATES: readonly string[] = ['SYN_RECV', 'SYN_SENT'];

export function isOpening({ protocol, state, templates }: FactOf<'entries'>): boolean {
  return protocol === 'tcp' && templates === 0 && OPENING_STATES.includes(state);
}

/** Packets to a real server without one back: fewer are connects under way. */
export const MANY_PACKETS = 20;
