/** The loop: take the earliest event, move the clock, run it. */
import { type Nanoseconds, NEVER_NS } from './clock.ts';
import { EventQueue, type EventSource, precedes } from './event_queue.ts';

export class Simulation {
  now_ns: Nanoseconds = 0;
  /** Events run so far. */
  events = 0;
  readonly queue = new EventQueue();
  #sequence = 0;
  #stopped = false;

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
   * run has been stopped.
   */
  advance(until_ns: Nanoseconds, eventBudget = Number.POSITIVE_INFINITY): boolean {
    const { queue } = this;
    let left = eventBudget;
    while (!this.#stopped) {
      const source = queue.peek();
      if (source === undefined || source.at_ns > until_ns) break;
      if (left <= 0) return false;
      queue.poll();
      let head: EventSource | undefined;
      let run = 0;
      // A source goes on without touching the heap for as long as nobody else is due before it; its own
      // events may have scheduled somebody, so the head is read anew each time.
      do {
        this.now_ns = source.at_ns;
        run++;
        source.fire();
        head = queue.peek();
      } while (
        !this.#stopped &&
        source.at_ns <= until_ns &&
        run < left &&
        (head === undefined || precedes(source, head))
      );
      this.events += run;
      left -= run;
      if (source.at_ns === NEVER_NS) source.scheduled = false;
      else if (head !== undefined && precedes(head, source)) queue.add(source);
      else queue.putBack(source);
    }
    if (until_ns !== NEVER_NS && !this.#stopped) this.now_ns = Math.max(this.now_ns, until_ns);
    return true;
  }
}
