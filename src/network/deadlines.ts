/** How long clients wait: for the answer to one request (`timeout`), and for any news at all (`pollTimeout`). */
import { type Nanoseconds, NEVER_NS } from '../engine/clock.ts';
import { DelayLine } from '../engine/delay_line.ts';
import { EventSource, Priority } from '../engine/event_queue.ts';
import type { Simulation } from '../engine/simulation.ts';
import type { InetSocks } from '../kernel/ipv4/inet_sock.ts';
import type { Client } from './client.ts';
import type { RequestColumns } from './request_columns.ts';

/** The deadline of every request of a client. They all wait equally long, so nothing is taken back when one ends. */
export class Deadlines {
  readonly #line: DelayLine;

  constructor(
    simulation: Simulation,
    client: Client,
    timeout_ns: Nanoseconds,
    columns: RequestColumns,
    socks: InetSocks,
    onTimeout: (sock: number) => void,
  ) {
    const fire = (sock: number): void => {
      // The socket may have another request by now, or another owner.
      const isSame = columns.start_ns[sock]! + timeout_ns === simulation.now_ns;
      if (isSame && socks.owner[sock] === client.index) onTimeout(sock);
    };
    this.#line = new DelayLine(simulation, timeout_ns, fire, Priority.arrival);
  }

  /** The request on this socket begins now. */
  begin(sock: number): void {
    this.#line.push(sock);
  }
}

/** poll() of ab: it returns when any socket has news, and its time runs anew each time. */
export class PollTimeout {
  readonly #source = new EventSource(Priority.arrival, () => this.#fire());
  readonly #simulation: Simulation;
  readonly #limit_ns: Nanoseconds;
  readonly #onSilence: () => void;
  #heard_ns: Nanoseconds;

  constructor(simulation: Simulation, start_ns: Nanoseconds, limit_ns: Nanoseconds, onSilence: () => void) {
    this.#simulation = simulation;
    this.#limit_ns = limit_ns;
    this.#onSilence = onSilence;
    this.#heard_ns = start_ns;
    this.#source.at_ns = start_ns + limit_ns;
    this.#source.sequence = simulation.nextSequence();
    simulation.schedule(this.#source);
  }

  heard(): void {
    this.#heard_ns = this.#simulation.now_ns;
  }

  #fire(): void {
    const end_ns = this.#heard_ns + this.#limit_ns;
    if (end_ns <= this.#simulation.now_ns) {
      this.#source.at_ns = NEVER_NS;
      this.#onSilence();
      return;
    }
    this.#source.at_ns = end_ns;
    this.#source.sequence = this.#simulation.nextSequence();
  }
}
