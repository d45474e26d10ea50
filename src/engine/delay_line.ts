/**
 * A FIFO of small integers (packet or socket numbers) that come out a constant delay after they went in:
 * a wire, or a server that always takes 60 ms. Only its head is in the event queue.
 */
import { type Nanoseconds, NEVER_NS } from './clock.ts';
import { EventSource, Priority } from './event_queue.ts';
import type { Simulation } from './simulation.ts';

const WORDS = 4;
const SEQUENCE = 1;
const ITEM = 2;

export class DelayLine {
  readonly #source: EventSource;
  readonly #simulation: Simulation;
  readonly #deliver: (item: number) => void;
  #delay_ns: Nanoseconds;
  #lastDue_ns: Nanoseconds = 0;
  /**
   * A ring of records of four numbers: when the item is due, the number it drew when it was pushed, the item, and
   * one unused. Its capacity is a power of two.
   */
  #ring = new Float64Array(16 * WORDS);
  /** Where the oldest record begins. */
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
    if (this.#count * WORDS === this.#ring.length) this.#grow();
    let due_ns = this.#simulation.now_ns + this.#delay_ns;
    if (due_ns < this.#lastDue_ns) due_ns = this.#lastDue_ns;
    this.#lastDue_ns = due_ns;
    const ring = this.#ring;
    const at = (this.#head + this.#count * WORDS) & (ring.length - 1);
    ring[at] = due_ns;
    ring[at | SEQUENCE] = this.#simulation.nextSequence();
    ring[at | ITEM] = item;
    if (this.#count++ === 0 && !this.#source.scheduled) {
      this.#showHead();
      this.#simulation.schedule(this.#source);
    }
  }

  fire(): void {
    const item = this.#ring[this.#head | ITEM]! | 0;
    this.#head = (this.#head + WORDS) & (this.#ring.length - 1);
    this.#count--;
    this.#deliver(item);
    this.#showHead();
  }

  #showHead(): void {
    if (this.#count === 0) {
      this.#source.at_ns = NEVER_NS;
    } else {
      this.#source.at_ns = this.#ring[this.#head]!;
      this.#source.sequence = this.#ring[this.#head | SEQUENCE]!;
    }
  }

  #grow(): void {
    const larger = new Float64Array(this.#ring.length * 2);
    larger.set(this.#ring.subarray(this.#head), 0);
    larger.set(this.#ring.subarray(0, this.#head), this.#ring.length - this.#head);
    this.#ring = larger;
    this.#head = 0;
  }
}
