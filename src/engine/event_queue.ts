/**
 * The event queue.
 *
 * What waits in the heap is not an event but a *source* of events (a delay line, a timer wheel, an
 * arrival process), sorted by its earliest event. A million packets on a wire of constant delay thus
 * cost one heap entry. The order is total: (time, priority, sequence).
 */
import FastPriorityQueue from 'fast-priority-queue';
import { type Nanoseconds, NEVER_NS } from './clock.ts';

/** Events of one instant run in this order: time passes on hosts before packets move, users act last. */
export const Priority = { timer: 0, packet: 1, arrival: 2, action: 3, observation: 4 } as const;

/**
 * A source of events, as the queue sees it. One class for all, so that the loop meets objects of one shape:
 * a time read from objects of many shapes would be boxed at every event.
 */
export class EventSource {
  /** When the earliest event is due; NEVER_NS if there is none. Must not change while queued. */
  at_ns: Nanoseconds = NEVER_NS;
  /** The number the earliest event drew when it was scheduled; equal times run in this order. */
  sequence = 0;
  readonly priority: number;
  /** True from `add` until the loop has seen the source without work; a queued source is not added twice. */
  scheduled = false;
  /** Runs the earliest event, then sets `at_ns` and `sequence` to the next one. */
  readonly fire: () => void;

  constructor(priority: number, fire: () => void) {
    this.priority = priority;
    this.fire = fire;
  }
}

export function precedes(a: EventSource, b: EventSource): boolean {
  if (a.at_ns !== b.at_ns) return a.at_ns < b.at_ns;
  if (a.priority !== b.priority) return a.priority < b.priority;
  return a.sequence < b.sequence;
}

export class EventQueue {
  readonly #heap = new FastPriorityQueue<EventSource>(precedes);
  /** Heap insertions so far; with `polls`, the cost figure of the benchmark guard. */
  pushes = 0;
  polls = 0;

  get size(): number {
    return this.#heap.size;
  }

  add(source: EventSource): void {
    this.pushes++;
    source.scheduled = true;
    this.#heap.add(source);
  }

  /** Undoes a poll: a run that pauses here costs no more than one that does not. */
  putBack(source: EventSource): void {
    this.polls--;
    this.#heap.add(source);
  }

  peek(): EventSource | undefined {
    return this.#heap.peek();
  }

  poll(): EventSource | undefined {
    this.polls++;
    return this.#heap.poll();
  }
}
