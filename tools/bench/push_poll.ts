/** The yardstick: one push and one poll of a bare fast-priority-queue that holds `pending` events. */
import { createRequire } from 'node:module';
import type FastPriorityQueue from 'fast-priority-queue';
import { Bench } from 'tinybench';
import type { Spread } from './figures.ts';

interface Event {
  at: number;
  sequence: number;
}

const Queue = ownCopy();

/** A look at the clock costs as much as several pairs, so a sample is some milliseconds of them. */
const PAIRS_PER_SAMPLE = 5000;

/** Processor time of a pair, nanoseconds, by the clock that also measures the cases. */
export function pushPoll_ns(pending: number): Spread {
  const hold = holdModel(pending);
  const bench = new Bench({ time: 400, warmupTime: 100 });
  bench.add(
    'pair',
    () => {
      const start_ms = processor_ms();
      hold(PAIRS_PER_SAMPLE);
      const spent_ms = processor_ms() - start_ms;
      return { overriddenDuration: spent_ms / PAIRS_PER_SAMPLE, overriddenIterationCost: spent_ms };
    },
    { async: false },
  );
  const [task] = bench.runSync();
  if (task?.result.state !== 'completed') throw new Error(`push and poll: ${task?.result.state}`);
  const { min, p50, max } = task.result.latency;
  return { min: min * 1e6, median: p50 * 1e6, max: max * 1e6 };
}

/** The hold model: what comes out goes in again, later. */
function holdModel(pending: number): (pairs: number) => void {
  const queue = new Queue<Event>(precedes);
  // A plain congruential generator: the yardstick must not depend on the simulator's own parts.
  let random = 12345;
  const next = () => {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    return random / 4294967296;
  };
  let sequence = 0;
  for (let i = 0; i < pending; i++) queue.add({ at: next() * pending, sequence: sequence++ });
  return (pairs) => {
    for (let i = 0; i < pairs; i++) {
      const event = queue.poll()!;
      event.at += next() * pending;
      event.sequence = sequence++;
      queue.add(event);
    }
  };
}

function precedes(a: Event, b: Event): boolean {
  return a.at !== b.at ? a.at < b.at : a.sequence < b.sequence;
}

/**
 * The simulator runs on the same package, and V8's code for a function that has seen the events of two programs is
 * up to twice as slow for either. A bare queue has seen one.
 */
function ownCopy(): typeof FastPriorityQueue {
  const require = createRequire(import.meta.url);
  const file = require.resolve('fast-priority-queue');
  delete require.cache[file];
  const copy = require(file);
  delete require.cache[file];
  return copy;
}

function processor_ms(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}
