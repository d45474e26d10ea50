/** A real server in the table of one director. */
import type { Director } from '../../kernel/director.ts';

export class Listing {
  readonly #director: Director;
  /** Numbers that it has had: one that was deleted and is forgotten gets another when it comes again. */
  readonly #dests: number[] = [];

  constructor(director: Director) {
    this.#director = director;
  }

  /** The director has listed it as the destination of that number. */
  add(dest: number): void {
    if (!this.#dests.includes(dest)) this.#dests.push(dest);
  }

  /** The director's number of it. */
  get dest(): number {
    return this.#dests.at(-1)!;
  }

  /** Whether this director has the service at all: the NodePort of another node it has not. */
  get isListed(): boolean {
    return this.#dests.length > 0;
  }

  get activeConn(): number {
    return this.isListed ? this.#director.activeConn(this.dest) : 0;
  }

  get inactConn(): number {
    return this.isListed ? this.#director.inactConn(this.dest) : 0;
  }

  /** Conns of ipvsadm --stats, whatever number it had. */
  get scheduled(): number {
    return this.#dests.reduce((sum, dest) => sum + this.#director.scheduledTo(dest), 0);
  }
}

/** Of a real server on all directors. */
export function activeConn(listings: readonly Listing[]): number {
  let sum = 0;
  for (const listing of listings) sum += listing.activeConn;
  return sum;
}

export function inactConn(listings: readonly Listing[]): number {
  let sum = 0;
  for (const listing of listings) sum += listing.inactConn;
  return sum;
}
