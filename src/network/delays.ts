/** How long a server works on a request: the sockets that wait for it, and when they come out. */
import { DelayHeap } from '../engine/delay_heap.ts';
import { DelayLine } from '../engine/delay_line.ts';
import type { RandomStream } from '../engine/random.ts';
import type { Simulation } from '../engine/simulation.ts';
import type { Distribution } from '../scenario/distribution.ts';

/** A random duration, or the same one always. */
export function draw_ns(distribution: Distribution, random: RandomStream): number {
  switch (distribution.kind) {
    case 'constant':
      return distribution.value_ns;
    case 'exponential':
      return random.exponential_ns(distribution.mean_ns);
    case 'empirical':
      return distribution.values_ns[random.below(distribution.values_ns.length)]!;
  }
}

/** Delays items by durations of one distribution. Constant ones need no heap. */
export class Delays {
  readonly #line: DelayLine | null;
  readonly #heap: DelayHeap | null;
  readonly #distribution: Distribution;
  readonly #random: RandomStream;

  constructor(
    simulation: Simulation,
    distribution: Distribution,
    random: RandomStream,
    deliver: (item: number) => void,
    priority?: number,
  ) {
    this.#distribution = distribution;
    this.#random = random;
    const isConstant = distribution.kind === 'constant';
    this.#line = isConstant ? new DelayLine(simulation, distribution.value_ns, deliver, priority) : null;
    this.#heap = isConstant ? null : new DelayHeap(simulation, deliver, priority);
  }

  push(item: number): void {
    if (this.#line !== null) this.#line.push(item);
    else this.#heap!.push(item, draw_ns(this.#distribution, this.#random));
  }
}
