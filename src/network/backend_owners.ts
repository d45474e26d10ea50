/**
 * Which service a connection to a real server belongs to, where several services share the real server. IPVS
 * says it of each packet that it sends on; elsewhere the client's address does, for a client has one service.
 */
import { expectReading } from '../scenario/reading.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { readAddress } from '../scenario/units.ts';

export class BackendOwners {
  /** Backends by number of the listening socket, each with its service's name. */
  readonly #at: { readonly backend: number; readonly service: string }[][] = [];
  /** Backend by number of the director's destination. */
  readonly #byDest: number[] = [];
  /** By address, the service that a client talks to. */
  readonly #serviceOf = new Map<number, string>();
  readonly #arrival: { readonly arrivedFor: number };

  /** `arrival` knows the director's destination of the packet that has just come. */
  constructor({ clients }: Scenario, arrival: { readonly arrivedFor: number }) {
    this.#arrival = arrival;
    for (const { addresses, to } of clients) {
      for (const text of addresses) this.#serviceOf.set(expectReading(readAddress(text), text) | 0, to);
    }
  }

  add(listener: number, backend: number, service: string): void {
    (this.#at[listener] ??= []).push({ backend, service });
  }

  setDest(dest: number, backend: number): void {
    this.#byDest[dest] = backend;
  }

  /** The backend that the packet at hand, from that client to that listening socket, is for. */
  of(listener: number, caddr: number): number {
    const there = this.#at[listener]!;
    if (there.length === 1) return there[0]!.backend;
    const { arrivedFor } = this.#arrival;
    if (arrivedFor >= 0) return this.#byDest[arrivedFor]!;
    const service = this.#serviceOf.get(caddr);
    return (there.find((each) => each.service === service) ?? there[0]!).backend;
  }
}
