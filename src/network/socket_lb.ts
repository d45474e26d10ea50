/**
 * Translation in connect(), as Cilium does it for clients on its nodes (cil_sock4_connect): a socket is
 * given one of the backends, at random, before a source port is chosen. Packets then leave with the backend's
 * address: no entry in IPVS's table, no translation of packets, no conntrack that must be redirected.
 *
 * Not modelled: clients outside the cluster, whose packets Cilium translates at tc or XDP.
 */
import type { RandomStream } from '../engine/random.ts';

export class SocketLb<Origin> {
  readonly #random: RandomStream;
  /** Backends that take new connections, each with what a client needs to connect to it. */
  readonly #backends: { readonly address: string; readonly origins: readonly Origin[] }[] = [];
  #next = 0;

  constructor(random: RandomStream) {
    this.#random = random;
  }

  add(address: string, origins: readonly Origin[]): void {
    if (!this.#backends.some((backend) => backend.address === address)) {
      this.#backends.push({ address, origins });
    }
  }

  /** Connections to it that exist go on. */
  delete(address: string): void {
    const index = this.#backends.findIndex((backend) => backend.address === address);
    if (index >= 0) this.#backends.splice(index, 1);
  }

  /** The origin of the next connection, null when there is no backend: connect() then fails with EHOSTUNREACH. */
  pick(): Origin | null {
    if (this.#backends.length === 0) return null;
    const { origins } = this.#backends[this.#random.below(this.#backends.length)]!;
    return origins[this.#next++ % origins.length]!;
  }
}
