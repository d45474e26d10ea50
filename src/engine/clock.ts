/**
 * Simulated time: an integer number of nanoseconds since the hosts booted, held in a double
 * (exact up to 104 days). Names say so: `expires_ns`. The next file to read is event_queue.ts.
 */
export type Nanoseconds = number;

export const SECOND_NS = 1e9;

/** Later than every instant: the time of a source that has nothing to do. */
export const NEVER_NS: Nanoseconds = Number.POSITIVE_INFINITY;
