/**
 * Addresses of both families as 32-bit numbers. Packets, tables and hash keys hold numbers and nothing else, so that
 * an IPv6 packet costs what an IPv4 packet costs; the book knows what a number stands for. An IPv4 address is its own
 * number. An IPv6 address gets the next free number of 224.0.0.0/4 when it is first seen: those are multicast groups
 * in IPv4, which no host has and the readers of addresses refuse.
 *
 * A book belongs to one run (one recording, one scenario): the same addresses in the same order get the same numbers.
 */
import { formatAddress, parseIpv4 } from './ipv4.ts';
import { formatIpv6, type Ipv6Words, ipv6Prefix, parseIpv6 } from './ipv6.ts';

/** The first number of an IPv6 address, and how many there are. */
const FIRST_IPV6 = 0xe0000000;
const MOST_IPV6 = 2 ** 28;

/** Whether a number, signed or not, stands for an IPv6 address. */
export function isIpv6Number(address: number): boolean {
  return address >>> 28 === 0xe;
}

/** An address with a port; the address is an unsigned number. */
export interface BookedEndpoint {
  readonly address: number;
  readonly port: number;
}

/** Addresses with the same first bits. */
export interface Prefix {
  /** The first of them, a signed number. */
  readonly addr: number;
  readonly length: number;
}

export class AddressBook {
  /** By the words of an address. */
  readonly #numbers = new Map<string, number>();
  readonly #words: Ipv6Words[] = [];
  readonly #texts: string[] = [];
  /** XOR of an address's four words. */
  readonly #folds: number[] = [];

  /** The unsigned number of an address that is written as people do, without brackets; null where it is none. */
  parse(text: string): number | null {
    if (!text.includes(':')) return parseIpv4(text);
    const words = parseIpv6(text);
    return words === null ? null : this.numberOf(words);
  }

  /** As parse(), but null also for an IPv6 address that has not been seen before: it gets no number. */
  find(text: string): number | null {
    const words = parseIpv6(text);
    return words === null ? parseIpv4(text) : this.known(words);
  }

  /** As numberOf(), but null for an address that has not been seen before. */
  known(words: Ipv6Words): number | null {
    return this.#numbers.get(keyOf(words)) ?? null;
  }

  /** How many IPv6 addresses have been seen. */
  get size(): number {
    return this.#words.length;
  }

  /** The unsigned number of an IPv6 address, a new one where it has not been seen before. */
  numberOf(words: Ipv6Words): number {
    const known = this.known(words);
    if (known !== null) return known;
    const index = this.#texts.length;
    if (index === MOST_IPV6) throw new RangeError('the address book is full');
    const number = FIRST_IPV6 + index;
    this.#numbers.set(keyOf(words), number);
    this.#texts.push(formatIpv6(words));
    this.#words.push(words);
    this.#folds.push(words[0] ^ words[1] ^ words[2] ^ words[3]);
    return number;
  }

  /** `10.96.0.1:80` or `[fd00::1]:80`; null for anything else. */
  parseEndpoint(text: string): BookedEndpoint | null {
    const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/u.exec(text);
    if (match === null || Number(match[3]) > 65535) return null;
    const host = match[1] ?? match[2]!;
    // Brackets are for IPv6 only.
    const address = (match[1] !== undefined) === host.includes(':') ? this.parse(host) : null;
    return address === null ? null : { address, port: Number(match[3]) };
  }

  /** As parse(), of a text that has been checked; throws RangeError for anything else. */
  address(text: string): number {
    return this.parse(text) ?? refuse(text);
  }

  /** As parseEndpoint(), of a text that has been checked; throws RangeError for anything else. */
  endpoint(text: string): BookedEndpoint {
    return this.parseEndpoint(text) ?? refuse(text);
  }

  /** `10.244.0.0/16`, `fd00:8::/64`, of a text that has been checked. */
  prefix(text: string): Prefix {
    const [address = '', length = ''] = text.split('/');
    return { addr: this.address(address) | 0, length: Number(length) };
  }

  /** An address as people write it, from its signed or unsigned number. */
  format(address: number): string {
    return isIpv6Number(address) ? this.#texts[this.#index(address)]! : formatAddress(address);
  }

  formatEndpoint(address: number, port: number): string {
    return isIpv6Number(address) ? `[${this.format(address)}]:${port}` : `${formatAddress(address)}:${port}`;
  }

  /** The words of an IPv6 address. */
  words(address: number): Ipv6Words {
    return this.#words[this.#index(address)]!;
  }

  /**
   * What the kernel's schedulers hash: an IPv4 address itself, the XOR of an IPv6 address's words (ip_vs_sh_hashkey(),
   * ip_vs_mh_hashkey(), ip_vs_dh_hashkey(), v6.1).
   */
  fold(address: number): number {
    return isIpv6Number(address) ? this.#folds[this.#index(address)]! : address;
  }

  /** Whether the address, a signed number, begins with the same bits; never for one of the other family. */
  contains({ addr, length }: Prefix, address: number): boolean {
    if (isIpv6Number(address) !== isIpv6Number(addr)) return false;
    if (!isIpv6Number(address)) return length === 0 || (address ^ addr) >>> (32 - length) === 0;
    const theirs = this.words(addr);
    return ipv6Prefix(this.words(address), length).every((word, i) => word === theirs[i]);
  }

  /** The signed number of the address whose bits beyond the first `length` are cleared; the family stays. */
  prefixOf(address: number, length: number): number {
    if (isIpv6Number(address)) return this.numberOf(ipv6Prefix(this.words(address), length)) | 0;
    return length === 0 ? 0 : address & (-1 << (32 - length));
  }

  #index(address: number): number {
    const index = (address >>> 0) - FIRST_IPV6;
    if (index >= this.#texts.length) throw new RangeError(`the address book has no number ${address >>> 0}`);
    return index;
  }
}

function keyOf([a, b, c, d]: Ipv6Words): string {
  return `${a} ${b} ${c} ${d}`;
}

function refuse(text: string): never {
  throw new RangeError(`${JSON.stringify(text)} is no address`);
}
