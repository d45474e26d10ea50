/**
 * Hash chains of numbered nodes, newest first, that grow without a pause: linear hashing. The
 * owner adds a bucket, and splits a chain, for every node (or every few) that it sees for the first time, so the
 * load is the same at any size. The kernel's tables have chains too; what it hashes with decides nothing but their
 * lengths.
 */
import { Words } from './words.ts';

export const NO_NODE = -1;

export const FIRST_BUCKETS = 16;

export class HashChains {
  readonly #next = new Words();
  /** One more than the first node of each bucket, 0 for an empty one. */
  readonly #heads = new Words();
  #buckets = FIRST_BUCKETS;
  /** Mask of the smallest power of two that is not below #buckets. */
  #mask = FIRST_BUCKETS - 1;
  readonly #hashOf: (node: number) => number;

  /** `hashOf` gives the 32-bit hash of a node that is in a chain. */
  constructor(hashOf: (node: number) => number) {
    this.#hashOf = hashOf;
  }

  /** The node behind `node` in its chain, or NO_NODE. */
  next(node: number): number {
    return this.#next.get(node);
  }

  /** While a node is in no chain, its `next` is free for the owner's use. */
  setNext(node: number, next: number): void {
    this.#next.set(node, next);
  }

  /** Makes room for a node. */
  reserve(node: number): void {
    this.#next.reserve(node);
  }

  /** The first node of the chain for `hash`. */
  first(hash: number): number {
    return this.#heads.get(this.#bucket(hash)) - 1;
  }

  /** Puts the node in front of its chain. */
  add(node: number, hash: number): void {
    const bucket = this.#bucket(hash);
    this.#next.set(node, this.#heads.get(bucket) - 1);
    this.#heads.set(bucket, node + 1);
  }

  remove(node: number, hash: number): void {
    const bucket = this.#bucket(hash);
    let at = this.#heads.get(bucket) - 1;
    if (at === node) {
      this.#heads.set(bucket, this.#next.get(node) + 1);
      return;
    }
    while (this.#next.get(at) !== node) at = this.#next.get(at);
    this.#next.set(at, this.#next.get(node));
  }

  /** One more bucket; the chain it shares its entries with is split, in order. */
  addBucket(): void {
    const added = this.#buckets++;
    if (added > this.#mask) this.#mask = this.#mask * 2 + 1;
    this.#heads.reserve(added);
    const source = added & (this.#mask >> 1);
    let node = this.#heads.get(source) - 1;
    let lastStay = NO_NODE;
    let lastMove = NO_NODE;
    while (node !== NO_NODE) {
      const next = this.#next.get(node);
      if ((this.#hashOf(node) & this.#mask) === added) {
        if (lastMove === NO_NODE) this.#heads.set(added, node + 1);
        else this.#next.set(lastMove, node);
        lastMove = node;
      } else {
        if (lastStay === NO_NODE) this.#heads.set(source, node + 1);
        else this.#next.set(lastStay, node);
        lastStay = node;
      }
      node = next;
    }
    if (lastStay === NO_NODE) this.#heads.set(source, 0);
    else this.#next.set(lastStay, NO_NODE);
    if (lastMove !== NO_NODE) this.#next.set(lastMove, NO_NODE);
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

/**
 * As mix(), with the ports of a flow, `near`, so hashed that sixteen neighbouring ports of one parity fall into
 * sixteen neighbouring buckets, which lie in one line of the cache: clients take their ports in turn, so flows that
 * are busy at the same time have such ports. Which line it is, all other bits decide.
 */
export function mixNear(a: number, ports: number, c: number, near: number): number {
  return (mix(a, ports, c) & ~NEAR_MASK) | ((near >> 1) & NEAR_MASK);
}

const NEAR_MASK = 15;
/** The bits of a port that tell neighbours apart. */
export const NEAR_BITS = NEAR_MASK << 1;
