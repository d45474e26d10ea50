/** The scenario's events, in order of time and, within an instant, of the file. */
import { type Nanoseconds, NEVER_NS } from '../engine/clock.ts';
import { type EventSource, Priority } from '../engine/event_queue.ts';
import type { Simulation } from '../engine/simulation.ts';
import type { TimelineAction, TimelineEvent } from '../scenario/scenario.ts';

export class Timeline implements EventSource {
  at_ns: Nanoseconds;
  readonly priority = Priority.action;
  sequence = 0;
  scheduled = false;
  readonly #simulation: Simulation;
  readonly #events: readonly TimelineEvent[];
  readonly #apply: (action: TimelineAction) => void;
  #next = 0;

  constructor(
    simulation: Simulation,
    events: readonly TimelineEvent[],
    apply: (action: TimelineAction) => void,
  ) {
    this.#simulation = simulation;
    this.#events = [...events].sort((a, b) => a.at_ns - b.at_ns);
    this.#apply = apply;
    this.at_ns = this.#events[0]?.at_ns ?? NEVER_NS;
    this.sequence = simulation.nextSequence();
    if (this.at_ns !== NEVER_NS) simulation.schedule(this);
  }

  fire(): void {
    this.#apply(this.#events[this.#next++]!.action);
    this.at_ns = this.#events[this.#next]?.at_ns ?? NEVER_NS;
    this.sequence = this.#simulation.nextSequence();
  }
}
