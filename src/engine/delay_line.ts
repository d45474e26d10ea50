/**
 * A FIFO of small integers (packet or socket numbers) that come out a constant delay after they went in:
 * a wire, or a server that always takes 60 ms. Only its head is in the event queue.
 */
import { type Nanoseconds, NEVER_NS } from './clock.ts';
import { EventSource, Priority } from './event_queue.ts';
import { unroll } from './ring.ts';
import type { Simulation } from './simulation.ts';

export class DelayLine {
  readonly #source: EventSource;
  readonly #simulation: Simulation;
  readonly #deliver: (item: number) => void;
  #delay_ns: Nanoseconds;
  #lastDue_ns: Nanoseconds = 0;
  // A ring whose capacity is a power of two.
  #due_ns = new Float64Array(16);
  #sequences = new Float64Array(16);
  #items = new Int32Array(16);
  #head = 0;
  #count = 0;

  constructor(
    simulation: Simulation,
    delay_ns: Nanoseconds,
    deliver: (item: number) => void,
    priority: number = Priority.packet,
  ) {
    this.#simulation = simulation;
    this.#delay_ns = delay_ns;
    this.#deliver = deliver;
    this.#source = new EventSource(priority, () => this.fire());
  }

  get length(): number {
    return this.#count;
  }

  /** A new delay for what is pushed from now on; nothing overtakes what is already on its way. */
  setDelay(delay_ns: Nanoseconds): void {
    this.#delay_ns = delay_ns;
  }

  push(item: number): void {
    if (this.#count === this.#items.length) this.#grow();
    let due_ns = this.#simulation.now_ns + this.#delay_ns;
    if (due_ns < this.#lastDue_ns) due_ns = this.#lastDue_ns;
    const slot = (this.#head + this.#count) & (this.#items.length - 1);
    this.#lastDue_ns = due_ns;
    this.#due_ns[slot] = due_ns;
    this.#sequences[slot] = this.#simulation.nextSequence();
    this.#items[slot] = item | 0;
    if (this.#count++ === 0 && !this.#source.scheduled) {
      this.#showHead();
      this.#simulation.schedule(this.#source);
    }
  }

  fire(): void {
    const item = this.#items[this.#head]!;
    this.#head = (this.#head + 1) & (this.#items.length - 1);
    this.#count--;
    this.#deliver(item);
    this.#showHead();
  }

  #showHead(): void {
    if (this.#count === 0) {
      this.#source.at_ns = NEVER_NS;
    } else {
      this.#source.at_ns = this.#due_ns[this.#head]!;
      this.#source.sequence = this.#sequences[this.#head]!;
    }
  }

  #grow(): void {
    this.#due_ns = unroll(this.#due_ns, this.#head);
    this.#sequences = unroll(this.#sequences, this.#head);
    this.#items = unroll(this.#items, this.#head);
    this.#head = 0;
  }
}
