/** The loop: take the earliest event, move the clock, run it. */
import { type Nanoseconds, NEVER_NS } from './clock.ts';
import { EventQueue, type EventSource, precedes } from './event_queue.ts';

/** Time does not move any more, whatever the events do. */
export class StandstillError extends Error {
  constructor(now_ns: Nanoseconds, events: number) {
    super(`${events} events, and simulated time still stands at ${now_ns} ns`);
    this.name = 'StandstillError';
  }
}

export class Simulation {
  now_ns: Nanoseconds = 0;
  /** Events run so far. */
  events = 0;
  readonly queue = new EventQueue();
  #sequence = 0;
  #stopped = false;
  /** More events than this within one instant are no work, but a circle. */
  mostAtOnce = 1e9;
  /** The instant that was last looked at, and the events before it. */
  #instant_ns: Nanoseconds = -1;
  #eventsBefore = 0;

  /** The running number that breaks ties between events of one instant. */
  nextSequence(): number {
    return this.#sequence++;
  }

  /** Puts a source into the queue unless it is there already. */
  schedule(source: EventSource): void {
    if (!source.scheduled) this.queue.add(source);
  }

  get isStopped(): boolean {
    return this.#stopped;
  }

  /** Ends the run with the event that is being run: the clock stays where it is. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * Runs every event up to and including `until_ns`, at most `eventBudget` of them.
   * Returns true when none is left before `until_ns`, and the clock then stands at `until_ns`; or when the
   * run has been stopped. Throws a StandstillError when time has stood still for too many of them; looked at now
   * and then only, so that it costs nothing.
   */
  advance(until_ns: Nanoseconds, eventBudget = Number.POSITIVE_INFINITY): boolean {
    let left = eventBudget;
    do {
      if (this.#run(until_ns, Math.min(left, this.mostAtOnce))) return true;
      this.#expectProgress();
      left -= this.mostAtOnce;
    } while (left > 0);
    return false;
  }

  #expectProgress(): void {
    if (this.now_ns !== this.#instant_ns) {
      this.#instant_ns = this.now_ns;
      this.#eventsBefore = this.events;
    } else if (this.events - this.#eventsBefore >= this.mostAtOnce) {
      throw new StandstillError(this.now_ns, this.events - this.#eventsBefore);
    }
  }

  #run(until_ns: Nanoseconds, eventBudget: number): boolean {
    const { queue } = this;
    let left = eventBudget;
    while (!this.#stopped) {
      const source = queue.peek();
      if (source === undefined || source.at_ns > until_ns) break;
      if (left <= 0) return false;
      queue.poll();
      const run = this.#runSource(source, until_ns, left);
      this.events += run;
      left -= run;
      const head = queue.peek();
      if (source.at_ns === NEVER_NS) source.scheduled = false;
      else if (head !== undefined && precedes(head, source)) queue.add(source);
      else queue.putBack(source);
    }
    if (until_ns !== NEVER_NS && !this.#stopped) this.now_ns = Math.max(this.now_ns, until_ns);
    return true;
  }

  /**
   * A source goes on without touching the heap for as long as nobody else is due before it; its own events may have
   * scheduled somebody, so the head is read anew each time. Returns how many events that were.
   */
  #runSource(source: EventSource, until_ns: Nanoseconds, most: number): number {
    const { queue } = this;
    let run = 0;
    let head: EventSource | undefined;
    do {
      this.now_ns = source.at_ns;
      run++;
      source.fire();
      head = queue.peek();
    } while (
      !this.#stopped &&
      source.at_ns <= until_ns &&
      run < most &&
      (head === undefined || precedes(source, head))
    );
    return run;
  }
}
