/**
 * include/linux/workqueue.h: delayed work of a namespace. Each piece belongs to the part of the kernel that does it,
 * and waits on a wheel apart from that of the connections.
 */
import type { Simulation } from '../engine/simulation.ts';
import { TimerWheel, type TimerWheelConfig } from '../engine/timer_wheel.ts';

/** struct delayed_work */
export interface DelayedWork {
  /** mod_delayed_work(): it is due so many jiffies from now, whenever it was due before. */
  mod(delay: number): void;
  readonly isPending: boolean;
}

export class Workqueue {
  readonly #wheel: TimerWheel;
  readonly #works: (() => void)[] = [];

  constructor(simulation: Simulation, wheel: TimerWheelConfig) {
    this.#wheel = new TimerWheel(simulation, wheel, (number) => this.#works[number]!());
  }

  /** INIT_DELAYED_WORK() */
  delayed(work: () => void): DelayedWork {
    const wheel = this.#wheel;
    const number = this.#works.push(work) - 1;
    return {
      mod: (delay) => wheel.mod(number, wheel.jiffies + delay),
      get isPending() {
        return wheel.isPending(number);
      },
    };
  }
}
