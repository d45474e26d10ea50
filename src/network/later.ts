/** Things that somebody does later: a queue of closures for what happens rarely. */
import { DelayHeap } from '../engine/delay_heap.ts';
import { Priority } from '../engine/event_queue.ts';
import type { Simulation } from '../engine/simulation.ts';

export class Later {
  readonly #actions: (() => void)[] = [];
  readonly #free: number[] = [];
  readonly #heap: DelayHeap;

  constructor(simulation: Simulation) {
    this.#heap = new DelayHeap(simulation, (slot) => this.#run(slot), Priority.action);
  }

  after(delay_ns: number, action: () => void): void {
    const slot = this.#free.pop() ?? this.#actions.length;
    this.#actions[slot] = action;
    this.#heap.push(slot, delay_ns);
  }

  #run(slot: number): void {
    const action = this.#actions[slot]!;
    this.#free.push(slot);
    action();
  }
}
