/**
 * Small integers that come out after a delay of their own: exponential service times, jitter, Poisson
 * arrivals of many clients. Where the delay is constant a DelayLine does the same without a heap.
 */
import FastPriorityQueue from 'fast-priority-queue';
import { Alarm } from './alarm.ts';
import type { Nanoseconds } from './clock.ts';
import { resize } from './columns.ts';
import { Priority } from './event_queue.ts';
import type { Simulation } from './simulation.ts';

export class DelayHeap {
  readonly #simulation: Simulation;
  readonly #deliver: (item: number) => void;
  readonly #alarm: Alarm;
  #due_ns = new Float64Array(16);
  #sequences = new Float64Array(16);
  #items = new Int32Array(16);
  readonly #free: number[] = [];
  #slots = 0;
  readonly #heap = new FastPriorityQueue<number>((a, b) => {
    const difference = this.#due_ns[a]! - this.#due_ns[b]!;
    return difference < 0 || (difference === 0 && this.#sequences[a]! < this.#sequences[b]!);
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
    this.#due_ns[slot] = due_ns;
    this.#sequences[slot] = this.#simulation.nextSequence();
    this.#items[slot] = item;
    this.#heap.add(slot);
    this.#alarm.setNoLaterThan(due_ns);
  }

  #ring(): void {
    const slot = this.#heap.poll();
    if (slot === undefined) return;
    const item = this.#items[slot]!;
    this.#free.push(slot);
    this.#deliver(item);
    const head = this.#heap.peek();
    if (head !== undefined) this.#alarm.setNoLaterThan(this.#due_ns[head]!);
  }

  #newSlot(): number {
    if (this.#slots === this.#items.length) {
      const larger = this.#slots * 2;
      this.#due_ns = resize(this.#due_ns, larger);
      this.#sequences = resize(this.#sequences, larger);
      this.#items = resize(this.#items, larger);
    }
    return this.#slots++;
  }
}
