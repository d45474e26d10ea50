/**
 * An alarm clock for a source whose earliest event may move forward while it waits (a timer wheel, a
 * delay heap). fast-priority-queue cannot decrease a key, so setting an earlier time queues one more
 * token, and a token that is no longer the alarm's time wakes nobody.
 */
import { type Nanoseconds, NEVER_NS } from './clock.ts';
import type { EventSource } from './event_queue.ts';
import type { Simulation } from './simulation.ts';

class Token implements EventSource {
  at_ns: Nanoseconds = NEVER_NS;
  sequence = 0;
  scheduled = false;
  readonly priority: number;
  readonly #alarm: Alarm;

  constructor(alarm: Alarm, priority: number) {
    this.#alarm = alarm;
    this.priority = priority;
  }

  fire(): void {
    this.#alarm.ring(this);
  }
}

export class Alarm {
  /** The instant it will ring, NEVER_NS when it is not set. */
  at_ns: Nanoseconds = NEVER_NS;
  #current: Token | null = null;
  readonly #idle: Token[] = [];
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
    const token = this.#idle.pop() ?? new Token(this, this.#priority);
    this.at_ns = token.at_ns = at_ns;
    token.sequence = this.#simulation.nextSequence();
    this.#current = token;
    this.#simulation.schedule(token);
  }

  ring(token: Token): void {
    token.at_ns = NEVER_NS;
    token.scheduled = false;
    if (token === this.#current) {
      this.#current = null;
      this.at_ns = NEVER_NS;
      this.#onRing();
    }
    this.#idle.push(token);
  }
}
