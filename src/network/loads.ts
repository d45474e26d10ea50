/** When a client sends its requests: in a closed loop, at times of their own, or as a probe of one port. */
import { type Nanoseconds, NEVER_NS, SECOND_NS } from '../engine/clock.ts';
import { DelayLine } from '../engine/delay_line.ts';
import { EventSource, Priority } from '../engine/event_queue.ts';
import type { RandomStream } from '../engine/random.ts';
import type { Simulation } from '../engine/simulation.ts';
import type { Load as LoadConfig } from '../scenario/scenario.ts';
import type { Client, Clients, Load } from './client.ts';
import { Delays } from './delays.ts';

/**
 * Deviation: a request that takes no time at all (a port that is not to be had, or links without delay) would be
 * repeated for ever within one instant, so its worker pauses. A real client would burn CPU instead.
 */
const PAUSE_NS = 1e6;

/** The load that the client's configuration asks for. `random` is the client's own stream of arrivals. */
export function makeLoad(
  simulation: Simulation,
  clients: Clients,
  client: Client,
  random: RandomStream,
): Load {
  const { load, start_ns } = client.config;
  switch (load.kind) {
    case 'closed':
      return new ClosedLoop(simulation, clients, client, load, random);
    case 'open':
      return new OpenLoop(simulation, clients, client, load, random);
    case 'probe':
      return new Probe(simulation, clients, client, load.port, load.every_ns, start_ns);
  }
}

/** `ab -c N`: all workers start at once, and each sends its next request when the last one has ended. */
class ClosedLoop implements Load {
  readonly #source = new EventSource(Priority.arrival, () => this.fire());
  readonly boundPort = 0;
  readonly #simulation: Simulation;
  readonly #clients: Clients;
  readonly #client: Client;
  readonly #concurrency: number;
  /** Null when there is no think time. */
  readonly #think: Delays | null;
  readonly #pause: DelayLine;
  #started = 0;

  constructor(
    simulation: Simulation,
    clients: Clients,
    client: Client,
    load: LoadConfig & { kind: 'closed' },
    random: RandomStream,
  ) {
    const { concurrency, think } = load;
    const next = (worker: number): void => this.#next(worker);
    const noThinking = think.kind === 'constant' && think.value_ns === 0;
    this.#source.at_ns = client.config.start_ns;
    this.#simulation = simulation;
    this.#clients = clients;
    this.#client = client;
    this.#concurrency = concurrency;
    this.#think = noThinking ? null : new Delays(simulation, think, random, next, Priority.arrival);
    this.#pause = new DelayLine(simulation, PAUSE_NS, next, Priority.arrival);
  }

  begin(): void {
    this.#source.sequence = this.#simulation.nextSequence();
    this.#simulation.schedule(this.#source);
  }

  fire(): void {
    this.#next(this.#started++);
    if (this.#started >= this.#concurrency || !this.#client.mayBegin) this.#source.at_ns = NEVER_NS;
    else this.#source.sequence = this.#simulation.nextSequence();
  }

  ended(worker: number, atOnce: boolean): void {
    if (this.#think !== null) this.#think.push(worker);
    else if (atOnce) this.#pause.push(worker);
    else this.#next(worker);
  }

  #next(worker: number): void {
    if (this.#client.mayBegin) this.#clients.begin(this.#client, worker);
  }
}

/** Requests are due at their own times, whatever becomes of those before. */
class OpenLoop implements Load {
  readonly #source = new EventSource(Priority.arrival, () => this.fire());
  readonly boundPort = 0;
  readonly #simulation: Simulation;
  readonly #clients: Clients;
  readonly #client: Client;
  readonly #rate_per_s: number;
  /** Null for constant intervals. */
  readonly #random: RandomStream | null;
  #arrivals = 0;

  constructor(
    simulation: Simulation,
    clients: Clients,
    client: Client,
    load: LoadConfig & { kind: 'open' },
    random: RandomStream,
  ) {
    this.#simulation = simulation;
    this.#clients = clients;
    this.#client = client;
    this.#rate_per_s = load.rate_per_s;
    this.#random = load.arrivals === 'poisson' ? random : null;
    this.#source.at_ns = client.config.start_ns;
    if (this.#random !== null) this.#source.at_ns += this.#random.exponential_ns(SECOND_NS / load.rate_per_s);
  }

  begin(): void {
    this.#source.sequence = this.#simulation.nextSequence();
    this.#simulation.schedule(this.#source);
  }

  fire(): void {
    this.#clients.begin(this.#client, -1);
    this.#arrivals++;
    if (!this.#client.mayBegin) {
      this.#source.at_ns = NEVER_NS;
      return;
    }
    this.#source.sequence = this.#simulation.nextSequence();
    if (this.#random !== null) {
      this.#source.at_ns += this.#random.exponential_ns(SECOND_NS / this.#rate_per_s);
    } else {
      // Counted from the start, so that no error adds up.
      this.#source.at_ns =
        this.#client.config.start_ns + Math.round((this.#arrivals * SECOND_NS) / this.#rate_per_s);
    }
  }

  ended(): void {}
}

/** `curl --local-port`: one request at a time from one port, due every so often. */
class Probe implements Load {
  readonly #source = new EventSource(Priority.arrival, () => this.fire());
  readonly boundPort: number;
  readonly #simulation: Simulation;
  readonly #clients: Clients;
  readonly #client: Client;
  readonly #every_ns: Nanoseconds;
  #due_ns: Nanoseconds;

  constructor(
    simulation: Simulation,
    clients: Clients,
    client: Client,
    port: number,
    every_ns: Nanoseconds,
    start_ns: Nanoseconds,
  ) {
    this.#simulation = simulation;
    this.#clients = clients;
    this.#client = client;
    this.boundPort = port;
    this.#every_ns = every_ns;
    this.#due_ns = start_ns;
    this.#source.at_ns = start_ns;
  }

  begin(): void {
    this.#source.sequence = this.#simulation.nextSequence();
    this.#simulation.schedule(this.#source);
  }

  fire(): void {
    // Set before the request begins: one that fails at once asks for the next one from within.
    this.#source.at_ns = NEVER_NS;
    this.#clients.begin(this.#client, 0);
  }

  ended(_worker: number, atOnce: boolean): void {
    if (!this.#client.mayBegin) return;
    const earliest_ns = this.#simulation.now_ns + (atOnce ? PAUSE_NS : 0);
    this.#due_ns = Math.max(this.#due_ns + this.#every_ns, earliest_ns);
    this.#source.at_ns = this.#due_ns;
    this.#source.sequence = this.#simulation.nextSequence();
    this.#simulation.schedule(this.#source);
  }
}
