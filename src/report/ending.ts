/** What a report says of a run that went otherwise than its scenario thinks: it ended early, or an event came to nothing. */
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

/** More of them are counted. */
const MOST_REFUSALS = 5;

/** Which events came to nothing. */
export function refusalText({ refusals = [] }: Result): string | null {
  if (refusals.length === 0) return null;
  const shown = refusals
    .slice(0, MOST_REFUSALS)
    .map(
      ({ at_s, kind, address, service, node, reason }) =>
        `${kind} ${address} (${service}) at ${seconds(at_s)}${node === undefined ? '' : ` on ${node}`}: ${reason}`,
    );
  const more = refusals.length - shown.length;
  return `Not done, as ipvsadm would refuse it: ${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`;
}
