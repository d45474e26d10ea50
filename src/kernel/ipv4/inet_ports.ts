/**
 * Which local ports connect() may not use (the bind buckets of net/ipv4/inet_hashtables.c): one bit per port
 * for each pair of local address and service, in pages that are made when first written to. A bit stays set
 * while a socket or a TIME_WAIT has the connection.
 */
import { resize } from '../../engine/columns.ts';
import { NO_NODE } from '../../engine/hash_chains.ts';
import type { RandomStream } from '../../engine/random.ts';
import { IPPROTO_TCP } from '../sk_buff.ts';
import { InetEndpoints } from './inet_endpoints.ts';

const PORTS_PER_PAGE = 1024;
const WORDS_PER_PAGE = PORTS_PER_PAGE / 32;
const PAGES_PER_PAIR = 65536 / PORTS_PER_PAGE;

/** Ports of even offset from `low`, of odd offset, or all: which bits of a word of 32 ports are looked at. */
export const EVERY_PORT = 0xffffffff | 0;
export function sameParity(port: number): number {
  return (port & 1) === 0 ? 0x55555555 : 0xaaaaaaaa | 0;
}

/**
 * Whose ports a socket takes one of: of TCP those of its service, by its number; of UDP and SCTP those of all, whatever
 * it is connected to (udp_lib_get_port(), sctp_get_port_local(), v6.1). No service has so high a number.
 */
export function portsOf(protocol: number, service: number): number {
  return protocol === IPPROTO_TCP ? service : protocol << 16;
}

/** Ports that connect() leaves out (net.ipv4.ip_local_reserved_ports), one bit each; here none. */
export const NO_RESERVED_PORTS = new Int32Array(65536 / 32);

export class InetPorts {
  readonly #pairs = new InetEndpoints();
  /** Page of each pair's ports; page 0 is empty and belongs to all. */
  #pages = new Int32Array(PAGES_PER_PAIR);
  #words = new Int32Array(WORDS_PER_PAGE);
  #pageCount = 1;

  /** The number of the pair of a local address and a service. */
  pair(addr: number, service: number): number {
    const pair = this.#pairs.add(addr, service);
    const pages = this.#pairs.count * PAGES_PER_PAIR;
    if (pages > this.#pages.length) this.#pages = resize(this.#pages, pages * 2);
    return pair;
  }

  has(pair: number, port: number): boolean {
    return ((this.#words[this.#word(pair, port)]! >>> (port & 31)) & 1) !== 0;
  }

  take(pair: number, port: number): void {
    const page = pair * PAGES_PER_PAIR + ((port / PORTS_PER_PAGE) | 0);
    if (this.#pages[page] === 0) this.#pages[page] = this.#newPage();
    this.#words[this.#word(pair, port)]! |= 1 << (port & 31);
  }

  /** Frees the port of a connection that is over. */
  release(addr: number, service: number, port: number): void {
    const pair = this.#pairs.find(addr, service);
    if (pair !== NO_NODE) this.#words[this.#word(pair, port)]! &= ~(1 << (port & 31));
  }

  /** The first free port from `from` to below `end` among the bits of `mask` that is not reserved, or -1. */
  firstFree(pair: number, from: number, end: number, mask: number, reserved: Int32Array): number {
    let lookedAt = -1 << (from & 31);
    for (let base = from & ~31; base < end; base += 32) {
      const free = ~(this.#words[this.#word(pair, base)]! | reserved[base >>> 5]!) & mask & lookedAt;
      if (free !== 0) {
        const port = base + 31 - Math.clz32(free & -free);
        return port < end ? port : -1;
      }
      lookedAt = -1;
    }
    return -1;
  }

  /** udp_lib_get_port() and sctp_get_port_local(): a free one from a random place on, or -1. The caller marks it as taken. */
  fromRandomPlace(
    random: RandomStream,
    {
      pair,
      low,
      high,
      reserved,
    }: {
      readonly pair: number;
      readonly low: number;
      readonly high: number;
      readonly reserved: Int32Array;
    },
  ): number {
    const start = low + random.below(high - low + 1);
    const port = this.firstFree(pair, start, high + 1, EVERY_PORT, reserved);
    return port >= 0 ? port : this.firstFree(pair, low, start, EVERY_PORT, reserved);
  }

  #word(pair: number, port: number): number {
    const page = this.#pages[pair * PAGES_PER_PAIR + ((port / PORTS_PER_PAGE) | 0)]!;
    return page * WORDS_PER_PAGE + ((port & (PORTS_PER_PAGE - 1)) >>> 5);
  }

  #newPage(): number {
    const page = this.#pageCount++;
    if (this.#pageCount * WORDS_PER_PAGE > this.#words.length) {
      this.#words = resize(this.#words, this.#words.length * 2);
    }
    return page;
  }
}
