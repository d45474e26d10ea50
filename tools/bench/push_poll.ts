/** The yardstick: one push and one poll of a bare fast-priority-queue that holds `pending` events. */
import FastPriorityQueue from 'fast-priority-queue';

interface Event {
  at: number;
  sequence: number;
}

const OPERATIONS = 400_000;

/** Processor time of a pair, nanoseconds, in the hold model: what comes out goes in again, later. */
export function pushPoll_ns(pending: number): number {
  const queue = new FastPriorityQueue<Event>((a, b) =>
    a.at !== b.at ? a.at < b.at : a.sequence < b.sequence,
  );
  // A plain congruential generator: the yardstick must not depend on the simulator's own parts.
  let random = 12345;
  const next = () => {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    return random / 4294967296;
  };
  let sequence = 0;
  for (let i = 0; i < pending; i++) queue.add({ at: next() * pending, sequence: sequence++ });
  const start = process.cpuUsage();
  for (let i = 0; i < OPERATIONS; i++) {
    const event = queue.poll()!;
    event.at += next() * pending;
    event.sequence = sequence++;
    queue.add(event);
  }
  const { user, system } = process.cpuUsage(start);
  return ((user + system) * 1e3) / OPERATIONS;
}
