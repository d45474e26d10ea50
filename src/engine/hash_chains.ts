/**
 * Hash chains of numbered nodes, newest first, that grow without a pause: linear hashing. The
 * owner adds a bucket, and splits a chain, for every node (or every few) that it sees for the first time, so the
 * load is the same at any size. The kernel's tables have chains too; what it hashes with decides nothing but their
 * lengths.
 */
import { resize } from './columns.ts';

export const NO_NODE = -1;

export class HashChains {
  /** The node behind `node` in its chain, or NO_NODE. Free for the owner's use while a node is in no chain. */
  next: Int32Array;
  #heads: Int32Array;
  #buckets: number;
  /** Mask of the smallest power of two that is not below #buckets. */
  #mask: number;
  readonly #hashOf: (node: number) => number;

  /** `hashOf` gives the 32-bit hash of a node that is in a chain. */
  constructor(capacity: number, hashOf: (node: number) => number, buckets = capacity) {
    this.next = new Int32Array(capacity);
    this.#heads = new Int32Array(buckets).fill(NO_NODE);
    this.#buckets = 16;
    this.#mask = 15;
    this.#hashOf = hashOf;
  }

  growNodes(capacity: number): void {
    this.next = resize(this.next, capacity);
  }

  growBuckets(capacity: number): void {
    this.#heads = resize(this.#heads, capacity, NO_NODE);
  }

  /** The first node of the chain for `hash`. */
  first(hash: number): number {
    return this.#heads[this.#bucket(hash)]!;
  }

  /** Puts the node in front of its chain. */
  add(node: number, hash: number): void {
    const bucket = this.#bucket(hash);
    this.next[node] = this.#heads[bucket]!;
    this.#heads[bucket] = node;
  }

  remove(node: number, hash: number): void {
    const bucket = this.#bucket(hash);
    let at = this.#heads[bucket]!;
    if (at === node) {
      this.#heads[bucket] = this.next[node]!;
      return;
    }
    while (this.next[at] !== node) at = this.next[at]!;
    this.next[at] = this.next[node]!;
  }

  /** One more bucket; the chain it shares its entries with is split, in order. */
  addBucket(): void {
    const added = this.#buckets++;
    if (added > this.#mask) this.#mask = this.#mask * 2 + 1;
    const source = added & (this.#mask >> 1);
    let node = this.#heads[source]!;
    let lastStay = NO_NODE;
    let lastMove = NO_NODE;
    while (node !== NO_NODE) {
      const next = this.next[node]!;
      if ((this.#hashOf(node) & this.#mask) === added) {
        if (lastMove === NO_NODE) this.#heads[added] = node;
        else this.next[lastMove] = node;
        lastMove = node;
      } else {
        if (lastStay === NO_NODE) this.#heads[source] = node;
        else this.next[lastStay] = node;
        lastStay = node;
      }
      node = next;
    }
    if (lastStay === NO_NODE) this.#heads[source] = NO_NODE;
    else this.next[lastStay] = NO_NODE;
    if (lastMove === NO_NODE) this.#heads[added] = NO_NODE;
    else this.next[lastMove] = NO_NODE;
  }

  #bucket(hash: number): number {
    const index = hash & this.#mask;
    return index < this.#buckets ? index : index & (this.#mask >> 1);
  }
}

/** Mixes two 32-bit words and a 16-bit one so that neighbouring addresses and ports spread over all buckets. */
export function mix(a: number, b: number, c: number): number {
  let hash = Math.imul(a ^ Math.imul(b + 0x9e3779b1, 0x85ebca6b), 0xc2b2ae35) ^ Math.imul(c + 1, 0x27d4eb2f);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return hash ^ (hash >>> 15);
}
