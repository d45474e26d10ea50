/** A direction of a wire: packets come out after the same delay, in order, except for those that are lost. */
import type { Nanoseconds } from '../engine/clock.ts';
import { DelayLine } from '../engine/delay_line.ts';
import type { RandomStream } from '../engine/random.ts';
import type { Simulation } from '../engine/simulation.ts';
import type { Route } from '../kernel/ipv4/tcp.ts';
import type { SkBuffs } from '../kernel/sk_buff.ts';
import type { Tap } from '../kernel/tap.ts';

export class Link implements Route {
  /** Packets lost so far. */
  lost = 0;
  /** How many of them were SYNs. */
  lostSyns = 0;
  readonly #line: DelayLine;
  readonly #loss: number;
  readonly #skbs: SkBuffs;
  readonly #random: RandomStream;
  readonly #tap: Tap | null;

  constructor(
    simulation: Simulation,
    skbs: SkBuffs,
    options: { delay_ns: Nanoseconds; loss: number; random: RandomStream; tap: Tap | null },
    deliver: (skb: number) => void,
  ) {
    this.#skbs = skbs;
    this.#loss = options.loss;
    this.#random = options.random;
    this.#tap = options.tap;
    this.#line = new DelayLine(simulation, options.delay_ns, deliver);
  }

  /** The link owns the packet until it delivers it. */
  send(skb: number): void {
    if (this.#loss > 0 && this.#random.uniform() < this.#loss) {
      this.lost++;
      if (this.#skbs.isSyn(skb)) this.lostSyns++;
      if (this.#tap !== null) this.#tap.drop('link_loss', 'link', skb);
      this.#skbs.free(skb);
    } else {
      this.#line.push(skb);
    }
  }
}
