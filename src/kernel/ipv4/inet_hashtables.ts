/**
 * net/ipv4/inet_hashtables.c: __inet_hash_connect(), the choice of a source port for connect(), as each generation
 * of kernels makes it (tcp_features.ts). It decides how soon a port comes round, and so whether the
 * director still remembers it.
 */
import { mix } from '../../engine/hash_chains.ts';
import type { RandomStream } from '../../engine/random.ts';
import type { TimerWheel } from '../../engine/timer_wheel.ts';
import { EVERY_PORT, type InetPorts, sameParity } from './inet_ports.ts';
import { secure_ipv4_port_ephemeral } from './secure_seq.ts';
import type { PortChoice } from './tcp_features.ts';

/** Where connect() goes and what it may use. */
export interface Connect {
  /** The pair of local address and service in the table of ports. */
  readonly pair: number;
  readonly saddr: number;
  readonly daddr: number;
  readonly dport: number;
  /** net.ipv4.ip_local_port_range, both ends included. */
  readonly low: number;
  readonly high: number;
  /** net.ipv4.ip_local_reserved_ports, one bit for each port. */
  readonly reserved: Int32Array;
}

/** EPHEMERAL_PORT_SHUFFLE_PERIOD: the place to start changes this often. */
const RESALT_S = 10;
const JIFFIES_WRAP = 2 ** 32;
const NO_PORT = -1;

export class PortChooser {
  readonly #choice: PortChoice;
  readonly #ports: InetPorts;
  readonly #timers: TimerWheel;
  readonly #random: RandomStream;
  readonly #secret: number;
  /** The hint that all destinations share, before v5.12. */
  #hint = 0;
  /** table_perturb, from v5.12 on. */
  readonly #perturb: Uint32Array;
  /** Steps of the last search beyond its first candidate, in ports. */
  #steps = 0;

  constructor(choice: PortChoice, ports: InetPorts, timers: TimerWheel, random: RandomStream) {
    this.#choice = choice;
    this.#ports = ports;
    this.#timers = timers;
    this.#random = random;
    this.#secret = random.u32() | 0;
    const slots = choice === 'perturb' ? 256 : choice === 'perturbRandom' ? 65536 : 0;
    // Filled with random bytes at the first connect(); a mixing function will do and costs no draws.
    this.#perturb = new Uint32Array(slots);
    for (let slot = 0; slot < slots; slot++) this.#perturb[slot] = mix(slot, this.#secret, 1);
  }

  /** A free local port, or -1: EADDRNOTAVAIL. The caller marks it as taken. */
  choose(to: Connect): number {
    switch (this.#choice) {
      case 'sequential':
        return this.#sequential(to);
      case 'evenHint':
        return this.#evenHint(to);
      case 'evenFirst':
        return this.#evenFirst(to);
      case 'perturb':
        return this.#perturbed(to);
      case 'perturbRandom':
        return this.#perturbedAtRandom(to);
    }
  }

  /** v3.10: the search begins one port after the hint. */
  #sequential(to: Connect): number {
    const remaining = to.high - to.low + 1;
    const start = (this.#hint + 1 + this.#hash(to)) % remaining;
    const port = this.#everyPortFrom(to, start, remaining);
    if (port !== NO_PORT) this.#hint = (this.#hint + this.#steps + 1) >>> 0;
    return port;
  }

  /** 07f4c90062f8: from an even offset; while that one is free, only even ones are used. */
  #evenHint(to: Connect): number {
    const remaining = to.high - to.low + 1;
    const start = (((this.#hint + this.#hash(to)) & ~1) >>> 0) % remaining;
    const port = this.#everyPortFrom(to, start, remaining);
    if (port !== NO_PORT) this.#hint = (this.#hint + ((this.#steps + 2) & ~1)) >>> 0;
    return port;
  }

  /** 1580ab63fc9a. */
  #evenFirst(to: Connect): number {
    const port = this.#evenThenOdd(to, (this.#hint + this.#hash(to)) >>> 0);
    if (port !== NO_PORT) this.#hint = (this.#hint + this.#steps + 2) >>> 0;
    return port;
  }

  /** 190cc82489f4 and c579bd1b4021. */
  #perturbed(to: Connect): number {
    const hash = this.#hash(to);
    const slot = Math.imul(hash, 0x61c88647) >>> 24;
    const port = this.#evenThenOdd(to, (this.#perturb[slot]! + hash) >>> 0);
    if (port === NO_PORT) return NO_PORT;
    const skip = this.#steps === 0 && this.#random.below(16) === 0 ? 2 : this.#steps;
    this.#perturb[slot]! += skip + 2;
    return port;
  }

  /** ca7af0402550 and 4dfa9b438ee3: a random step, and another place to start every 10 s. */
  #perturbedAtRandom(to: Connect): number {
    const timeseed = Math.floor((JIFFIES_WRAP + this.#timers.jiffies) / (RESALT_S * this.#timers.hz));
    const hash = mix(this.#hash(to) | 0, timeseed, 0);
    const slot = mix(hash, this.#secret, 0) & 0xffff;
    const port = this.#evenThenOdd(to, (this.#perturb[slot]! + (hash >>> 0)) >>> 0);
    if (port !== NO_PORT) this.#perturb[slot]! += Math.max(this.#steps, this.#random.below(8) * 2) + 2;
    return port;
  }

  #hash(to: Connect): number {
    return secure_ipv4_port_ephemeral(this.#secret, to.saddr | 0, to.daddr | 0, to.dport);
  }

  #everyPortFrom(to: Connect, start: number, remaining: number): number {
    const first = to.low + start;
    let port = this.#ports.firstFree(to.pair, first, to.low + remaining, EVERY_PORT, to.reserved);
    if (port !== NO_PORT) {
      this.#steps = port - first;
      return port;
    }
    port = this.#ports.firstFree(to.pair, to.low, first, EVERY_PORT, to.reserved);
    this.#steps = port - first + remaining;
    return port;
  }

  #evenThenOdd(to: Connect, offset: number): number {
    const ports = to.high + 1 - to.low;
    const remaining = ports > 1 ? ports & ~1 : ports;
    const even = (offset % remaining) & ~1;
    const port = this.#oneParity(to, to.low + even, remaining);
    if (port !== NO_PORT || remaining === 1) return port;
    return this.#oneParity(to, to.low + even + 1, remaining);
  }

  /** Every second port, `remaining` / 2 of them, from `first` to the end of the range and then around. */
  #oneParity(to: Connect, first: number, remaining: number): number {
    const end = to.high + 1;
    const mask = sameParity(first);
    let port = this.#ports.firstFree(to.pair, first, Math.min(end, first + remaining), mask, to.reserved);
    if (port !== NO_PORT) {
      this.#steps = port - first;
      return port;
    }
    const wrapped = first + ((end - first + 1) & ~1) - remaining;
    port = this.#ports.firstFree(to.pair, wrapped, first, mask, to.reserved);
    this.#steps = port - first + remaining;
    return port;
  }
}
