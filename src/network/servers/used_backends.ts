/**
 * The backends that have had anything yet: an entry in some director's table, or a connection or request at the real
 * server. A node may have tens of thousands of which most never have, and what is read in each interval is read of the
 * others only.
 */
import type { IpVsDest } from '../../kernel/ipvs/ip_vs_dest.ts';

/** Where it is seen that one is used; both lists only grow. */
export interface Uses {
  /** Of each director, the destinations that have ever had an entry. */
  readonly countedDests: readonly (readonly IpVsDest[])[];
  /** Backends that have answered a connection or request; some more than once. */
  readonly atServers: readonly number[];
  /** The backends that a director's destination stands for. */
  backendsOf(director: number, dest: number): readonly number[];
}

export class UsedBackends {
  readonly #uses: Uses;
  readonly #places: number[] = [];
  readonly #isUsed: boolean[] = [];
  /** How many of each list have been seen. */
  readonly #seenDests: number[];
  #seenAtServers = 0;

  constructor(uses: Uses) {
    this.#uses = uses;
    this.#seenDests = uses.countedDests.map(() => 0);
  }

  /** Their places among all, in the order in which they were found used: the list only grows. */
  get places(): readonly number[] {
    const { countedDests, atServers } = this.#uses;
    for (const [director, dests] of countedDests.entries()) {
      for (; this.#seenDests[director]! < dests.length; this.#seenDests[director]!++) {
        const { index } = dests[this.#seenDests[director]!]!;
        for (const place of this.#uses.backendsOf(director, index)) this.#use(place);
      }
    }
    for (; this.#seenAtServers < atServers.length; this.#seenAtServers++) {
      this.#use(atServers[this.#seenAtServers]!);
    }
    return this.#places;
  }

  /** Whether the one at that place was among them when they were last asked for. */
  has(place: number): boolean {
    return this.#isUsed[place] === true;
  }

  #use(place: number): void {
    if (this.has(place)) return;
    this.#isUsed[place] = true;
    this.#places.push(place);
  }
}
