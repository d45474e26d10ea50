/**
 * Named streams of random numbers: the only file that knows seedrandom. Every component draws from its
 * own stream, named after it, so that adding a component never shifts what another one draws, and two
 * scenarios with one seed see the same numbers.
 */
import seedrandom from 'seedrandom';
import type { Nanoseconds } from './clock.ts';

export class RandomStream {
  readonly #next: seedrandom.PRNG;

  constructor(seed: string, name: string) {
    this.#next = seedrandom.alea(`${seed}/${name}`);
  }

  /** Uniform in [0, 1), 32 bits. */
  uniform(): number {
    return this.#next();
  }

  /** A whole number in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.#next() * bound);
  }

  /** A 32-bit whole number, as the kernel's get_random_u32(). */
  u32(): number {
    return this.#next() * 4294967296;
  }

  /** Exponential with the given mean, in whole nanoseconds, so that no later sum depends on a last digit. */
  exponential_ns(mean_ns: Nanoseconds): Nanoseconds {
    return Math.round(-mean_ns * Math.log(1 - this.#next.double()));
  }
}
