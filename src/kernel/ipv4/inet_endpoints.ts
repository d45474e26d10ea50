/** Addresses with ports, numbered 0, 1, 2, ...: virtual services, listeners of real servers, clients. */
import { mix, NO_NODE } from '../../engine/hash_chains.ts';
import { IPPROTO_TCP } from '../sk_buff.ts';

const EMPTY = -1;

/** A port as it is numbered here: each protocol has its own, and TCP's is the port itself. */
export function portKey(protocol: number, port: number): number {
  return protocol === IPPROTO_TCP ? port : (protocol << 16) | port;
}

/** The protocol of such a port. */
export function portProtocol(key: number): number {
  return key >>> 16 || IPPROTO_TCP;
}

export class InetEndpoints {
  readonly addr: number[] = [];
  readonly port: number[] = [];
  /** Open addressing, at most half full. */
  #slots = new Int32Array(16).fill(EMPTY);
  #known: number[] = [];
  /** What find() found last: packets come in runs from one endpoint. */
  #latest = NO_NODE;

  get count(): number {
    return this.addr.length;
  }

  /** The number of the pair, a new one if it is not known yet. */
  add(addr: number, port: number): number {
    const known = this.find(addr, port);
    if (known !== NO_NODE) return known;
    const index = this.addr.length;
    this.addr.push(addr | 0);
    this.port.push(port);
    this.#known.push(index);
    if (this.#known.length * 2 > this.#slots.length) this.#rehash(this.#slots.length * 2);
    else this.#place(index);
    return index;
  }

  /** A new number that find() does not know: an address that several hosts have. */
  addHidden(addr: number, port: number): number {
    this.port.push(port);
    return this.addr.push(addr | 0) - 1;
  }

  /** The number of the pair, or NO_NODE. */
  find(addr: number, port: number): number {
    const latest = this.#latest;
    if (latest >= 0 && this.addr[latest] === (addr | 0) && this.port[latest] === port) return latest;
    const mask = this.#slots.length - 1;
    for (let slot = mix(addr | 0, 0, port) & mask; ; slot = (slot + 1) & mask) {
      const index = this.#slots[slot]!;
      if (index === EMPTY) return NO_NODE;
      if (this.addr[index] === (addr | 0) && this.port[index] === port) {
        this.#latest = index;
        return index;
      }
    }
  }

  #place(index: number): void {
    const mask = this.#slots.length - 1;
    let slot = mix(this.addr[index]! | 0, 0, this.port[index]!) & mask;
    while (this.#slots[slot] !== EMPTY) slot = (slot + 1) & mask;
    this.#slots[slot] = index;
  }

  #rehash(size: number): void {
    this.#slots = new Int32Array(size).fill(EMPTY);
    for (const index of this.#known) this.#place(index);
  }
}
