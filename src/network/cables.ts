/**
 * Which real servers are connected: one that is unplugged neither gets nor sends anything, and the director's
 * neighbour table finds out. Deviation: where clients reach real servers without the director, no neighbour
 * table is modelled, and they wait in vain.
 */
import type { Director } from '../kernel/director.ts';
import { Neighbours } from '../kernel/ipv4/neighbour.ts';
import type { Route, TcpStack } from '../kernel/ipv4/tcp.ts';

export class Cables {
  readonly #stack: TcpStack;
  /** Of each director. */
  readonly #neighbours: readonly Neighbours[];
  /** By listening socket, the way out of hosts that are unplugged. */
  readonly #routes = new Map<number, Route>();
  readonly #nowhere: Route;
  readonly #gone = new Set<number>();

  /** `lose` takes what real servers send into the void. */
  constructor(stack: TcpStack, directors: readonly Director[], lose: (skb: number) => void) {
    this.#stack = stack;
    this.#neighbours = directors.map(({ net }) => new Neighbours(net));
    this.#nowhere = { send: lose };
  }

  /** The host with that address and those listening sockets is gone. */
  unplug(address: number, listeners: Iterable<number>): void {
    if (this.#gone.has(address)) return;
    this.#gone.add(address);
    for (const neighbours of this.#neighbours) neighbours.lose(address);
    for (const listener of listeners) {
      this.#routes.set(listener, this.#stack.routes[listener]!);
      this.#stack.routes[listener] = this.#nowhere;
    }
  }

  plug(address: number, listeners: Iterable<number>): void {
    if (!this.#gone.delete(address)) return;
    for (const listener of listeners) {
      this.#stack.routes[listener] = this.#routes.get(listener)!;
      this.#routes.delete(listener);
    }
    for (const neighbours of this.#neighbours) neighbours.find(address);
  }

  /** A listening socket that comes to a host which is gone is gone with it. */
  attach(address: number, listener: number): void {
    if (!this.#gone.has(address) || this.#routes.has(listener)) return;
    this.#routes.set(listener, this.#stack.routes[listener]!);
    this.#stack.routes[listener] = this.#nowhere;
  }

  /** Whether the host with that address is gone: a client may run on one. */
  isGone(address: number): boolean {
    return this.#gone.size > 0 && this.#gone.has(address >>> 0);
  }

  isUnplugged(listener: number): boolean {
    return this.#gone.size > 0 && this.#routes.has(listener);
  }

  /** The director of that number sends a packet; false when it waits for its neighbour. */
  resolves(skb: number, director: number): boolean {
    return this.#gone.size === 0 || this.#neighbours[director]!.output(skb);
  }
}
