/**
 * An alarm clock for a source whose earliest event may move forward while it waits (a timer wheel, a
 * delay heap). fast-priority-queue cannot decrease a key, so setting an earlier time queues one more
 * token, and a token that is no longer the alarm's time wakes nobody.
 */
import { type Nanoseconds, NEVER_NS } from './clock.ts';
import { EventSource } from './event_queue.ts';
import type { Simulation } from './simulation.ts';

export class Alarm {
  /** The instant it will ring, NEVER_NS when it is not set. */
  at_ns: Nanoseconds = NEVER_NS;
  #current: EventSource | null = null;
  readonly #idle: EventSource[] = [];
  readonly #simulation: Simulation;
  readonly #priority: number;
  readonly #onRing: () => void;

  constructor(simulation: Simulation, priority: number, onRing: () => void) {
    this.#simulation = simulation;
    this.#priority = priority;
    this.#onRing = onRing;
  }

  /** Rings at `at_ns`; a time already set earlier than that stays. */
  setNoLaterThan(at_ns: Nanoseconds): void {
    if (at_ns >= this.at_ns) return;
    const token = this.#idle.pop() ?? this.#newToken();
    this.at_ns = token.at_ns = at_ns;
    token.sequence = this.#simulation.nextSequence();
    this.#current = token;
    this.#simulation.schedule(token);
  }

  #newToken(): EventSource {
    const token: EventSource = new EventSource(this.#priority, () => this.#ring(token));
    return token;
  }

  #ring(token: EventSource): void {
    token.at_ns = NEVER_NS;
    if (token === this.#current) {
      this.#current = null;
      this.at_ns = NEVER_NS;
      this.#onRing();
    }
    this.#idle.push(token);
  }
}
