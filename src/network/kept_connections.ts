/**
 * Open connections without a request. In a closed loop each worker keeps its own, as ab's do; other loads take the
 * one used last, as a pool does.
 */

const NONE = -1;

export class KeptConnections {
  readonly #ofWorkers: boolean;
  /** By worker, or the one used last on top. */
  readonly #socks: number[] = [];
  #count = 0;

  constructor(ofWorkers: boolean) {
    this.#ofWorkers = ofWorkers;
  }

  get length(): number {
    return this.#count;
  }

  /** The connection that the worker's next request goes over, or -1. */
  take(worker: number): number {
    if (this.#count === 0) return NONE;
    if (!this.#ofWorkers) {
      this.#count--;
      return this.#socks.pop()!;
    }
    const sock = this.#socks[worker] ?? NONE;
    if (sock === NONE) return NONE;
    this.#count--;
    this.#socks[worker] = NONE;
    return sock;
  }

  put(sock: number, worker: number): void {
    this.#count++;
    if (!this.#ofWorkers) {
      this.#socks.push(sock);
      return;
    }
    while (this.#socks.length < worker) this.#socks.push(NONE);
    this.#socks[worker] = sock;
  }

  /** The connection is gone. */
  forget(sock: number): void {
    const index = this.#socks.indexOf(sock);
    if (index < 0) return;
    this.#count--;
    if (this.#ofWorkers) this.#socks[index] = NONE;
    else this.#socks.splice(index, 1);
  }

  /** All of them, which are kept no longer. */
  drain(): number[] {
    this.#count = 0;
    return this.#socks.splice(0).filter((sock) => sock !== NONE);
  }
}
