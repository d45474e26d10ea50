/** The scenario's events, in order of time and, within an instant, of the file. */
import { NEVER_NS } from '../engine/clock.ts';
import { EventSource, Priority } from '../engine/event_queue.ts';
import type { Simulation } from '../engine/simulation.ts';
import type { TimelineAction, TimelineEvent } from '../scenario/scenario.ts';

export class Timeline {
  readonly #source = new EventSource(Priority.action, () => this.fire());
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
    this.#source.at_ns = this.#events[0]?.at_ns ?? NEVER_NS;
    this.#source.sequence = simulation.nextSequence();
    if (this.#source.at_ns !== NEVER_NS) simulation.schedule(this.#source);
  }

  fire(): void {
    this.#apply(this.#events[this.#next++]!.action);
    this.#source.at_ns = this.#events[this.#next]?.at_ns ?? NEVER_NS;
    this.#source.sequence = this.#simulation.nextSequence();
  }
}
