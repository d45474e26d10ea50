/** What a report says of a run that ended before its duration because all requests had been answered. */
import type { Result } from '../measure/result.ts';
import { seconds } from './numbers.ts';

/** Null for a run that lasted its duration, or that its user stopped. */
export function idleText({ scenario, interrupted, end_s }: Result): string | null {
  const end_ns = Math.round(end_s * 1e9);
  if (interrupted || scenario.until !== 'idle' || end_ns >= scenario.duration_ns) return null;
  const missed = scenario.events.filter(({ at_ns }) => at_ns > end_ns).length;
  const events =
    missed === 0 ? '' : `; ${missed} ${missed === 1 ? 'event' : 'events'} after that did not happen`;
  const of = seconds(scenario.duration_ns / 1e9);
  return `Ended at ${seconds(end_s)} of ${of}, with the last answer (until: idle)${events}.`;
}
