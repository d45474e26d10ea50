/** Sends a client's requests when its pacer says that they are due. */
import { NEVER_NS } from '../engine/clock.ts';
import { DelayHeap } from '../engine/delay_heap.ts';
import { EventSource, Priority } from '../engine/event_queue.ts';
import type { Simulation } from '../engine/simulation.ts';
import type { Client } from './client.ts';
import type { Clients } from './clients.ts';
import type { Pacer } from './pacers.ts';

/**
 * Deviation: a request that takes no time at all (a port that is not to be had, or links without delay) would be
 * repeated for ever within one instant, so its worker pauses. A real client would burn CPU instead.
 */
const LEAST_PAUSE_NS = 1e6;

export class Arrivals {
  readonly pacer: Pacer;
  readonly #source = new EventSource(Priority.arrival, () => this.#fire());
  readonly #simulation: Simulation;
  readonly #clients: Clients;
  readonly #client: Client;
  /** Workers that wait before they go on. */
  readonly #pausing: DelayHeap;
  #count = 0;

  constructor(simulation: Simulation, clients: Clients, client: Client, pacer: Pacer) {
    this.pacer = pacer;
    this.#simulation = simulation;
    this.#clients = clients;
    this.#client = client;
    this.#pausing = new DelayHeap(simulation, (worker) => this.#next(worker), Priority.arrival);
  }

  /** Called once, before the run. */
  begin(): void {
    this.#source.at_ns = this.pacer.due_ns(0);
    this.#source.sequence = this.#simulation.nextSequence();
    this.#simulation.schedule(this.#source);
  }

  /** The request of this worker has ended one way or the other; `atOnce` if it took no time at all. */
  ended(worker: number, atOnce: boolean): void {
    if (!this.#client.mayBegin) return;
    const pause_ns = this.pacer.pause_ns(this.#simulation.now_ns, worker);
    if (pause_ns === NEVER_NS) return;
    if (atOnce) this.#pausing.push(worker, Math.max(pause_ns, LEAST_PAUSE_NS));
    else if (pause_ns > 0) this.#pausing.push(worker, pause_ns);
    else this.#next(worker);
  }

  /** The next request that is due by itself. */
  #fire(): void {
    // Set before the request begins: one that fails at once asks for the next one from within.
    const worker = this.#count++;
    this.#source.at_ns = NEVER_NS;
    this.#next(worker);
    if (!this.#client.mayBegin) return;
    this.#source.at_ns = this.pacer.due_ns(this.#count);
    this.#source.sequence = this.#simulation.nextSequence();
  }

  #next(worker: number): void {
    if (this.#client.mayBegin) this.#clients.begin(this.#client, worker);
  }
}
