/**
 * Small integers that come out after a delay of their own: exponential service times, jitter, Poisson
 * arrivals of many clients. Where the delay is constant a DelayLine does the same without a heap.
 */
import FastPriorityQueue from 'fast-priority-queue';
import { Alarm } from './alarm.ts';
import type { Nanoseconds } from './clock.ts';
import { makeColumns } from './columns.ts';
import { Priority } from './event_queue.ts';
import type { Simulation } from './simulation.ts';

const Waiting = makeColumns({ due_ns: Float64Array, sequences: Float64Array, items: Int32Array });

export class DelayHeap {
  readonly #simulation: Simulation;
  readonly #deliver: (item: number) => void;
  readonly #alarm: Alarm;
  readonly #waiting = new Waiting(16);
  readonly #free: number[] = [];
  #slots = 0;
  readonly #heap = new FastPriorityQueue<number>((a, b) => {
    const difference = this.#waiting.due_ns[a]! - this.#waiting.due_ns[b]!;
    return difference < 0 || (difference === 0 && this.#waiting.sequences[a]! < this.#waiting.sequences[b]!);
  });

  constructor(simulation: Simulation, deliver: (item: number) => void, priority: number = Priority.packet) {
    this.#simulation = simulation;
    this.#deliver = deliver;
    this.#alarm = new Alarm(simulation, priority, () => this.#ring());
  }

  get length(): number {
    return this.#heap.size;
  }

  /** `item` comes out `delay_ns` from now. */
  push(item: number, delay_ns: Nanoseconds): void {
    const slot = this.#free.pop() ?? this.#newSlot();
    const due_ns = this.#simulation.now_ns + delay_ns;
    this.#waiting.due_ns[slot] = due_ns;
    this.#waiting.sequences[slot] = this.#simulation.nextSequence();
    this.#waiting.items[slot] = item;
    this.#heap.add(slot);
    this.#alarm.setNoLaterThan(due_ns);
  }

  #ring(): void {
    const slot = this.#heap.poll();
    if (slot === undefined) return;
    const item = this.#waiting.items[slot]!;
    this.#free.push(slot);
    this.#deliver(item);
    const head = this.#heap.peek();
    if (head !== undefined) this.#alarm.setNoLaterThan(this.#waiting.due_ns[head]!);
  }

  #newSlot(): number {
    if (this.#slots === this.#waiting.capacity) this.#waiting.growAll(this.#slots * 2);
    return this.#slots++;
  }
}
