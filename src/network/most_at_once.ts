/**
 * How many events there may be within one instant before they are taken for a circle: more than any work that a
 * scenario can ask for at once, on wires without delay and with all workers in step.
 */
import { loadKindOf } from '../scenario/loads/loads.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { segmentsOf } from '../scenario/segments.ts';

/** Some ten seconds of computing. */
const PATIENCE_EVENTS = 20e6;
/** Requests that one worker may make within one instant. */
const REQUESTS_AT_ONCE = 20;
/** Of one request over a new connection, and of each further segment there or back. */
const EVENTS_PER_REQUEST = 30;
const EVENTS_PER_SEGMENT = 20;

export function mostAtOnce({ clients, services }: Scenario): number {
  const answers = services.flatMap(({ realServers }) =>
    realServers.map(({ responseBytes }) => responseBytes),
  );
  const longest = segmentsOf(Math.max(0, ...answers));
  return clients.reduce((sum, { load, requestBytes }) => {
    const segments = longest + segmentsOf(requestBytes);
    const workers = loadKindOf(load).concurrency(load) || 1;
    return sum + workers * REQUESTS_AT_ONCE * (EVENTS_PER_REQUEST + segments * EVENTS_PER_SEGMENT);
  }, PATIENCE_EVENTS);
}
