/** A real server in the table of one director. */
import type { Director } from '../../kernel/director.ts';

export class Listing {
  readonly #director: Director;
  /** Whether this director has the service at all: the NodePort of another node it has not. */
  readonly hasService: boolean;
  /** Numbers that it has had: one that was deleted and is forgotten gets another when it comes again. */
  readonly #dests: number[] = [];

  constructor(director: Director, hasService: boolean) {
    this.#director = director;
    this.hasService = hasService;
  }

  /** The director has listed it as the destination of that number. */
  add(dest: number): void {
    if (!this.#dests.includes(dest)) this.#dests.push(dest);
  }

  /** The director's number of it; null where it has never listed it. */
  get dest(): number | null {
    return this.#dests.at(-1) ?? null;
  }

  get activeConn(): number {
    const { dest } = this;
    return dest === null ? 0 : this.#director.activeConn(dest);
  }

  get inactConn(): number {
    const { dest } = this;
    return dest === null ? 0 : this.#director.inactConn(dest);
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
