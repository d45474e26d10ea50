/** Captures made by hand: a frame is a list of bytes, and a file is written as each format has it. */
import { parseIpv6 } from '../../../src/text/ipv6.ts';

export interface Frame {
  readonly at_ns: bigint;
  readonly bytes: Uint8Array;
  /** Place of its interface, in pcapng. */
  readonly from?: number;
  /** Bytes that were captured; all of them when left out. */
  readonly captured?: number;
}

export interface Segment {
  readonly from: readonly [address: string, port: number];
  readonly to: readonly [address: string, port: number];
  readonly flags: number;
  readonly seq?: number;
  readonly ack?: number;
  readonly length?: number;
}

const address = (text: string) =>
  parseIpv6(text)?.flatMap((word) => [24, 16, 8, 0].map((shift) => (word >>> shift) & 0xff)) ??
  text.split('.').map(Number);

export function tcp(segment: Segment): Uint8Array {
  const { from, to, flags, seq = 0, ack = 0, length = 0 } = segment;
  const bytes = new Uint8Array(20 + length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, from[1]);
  view.setUint16(2, to[1]);
  view.setUint32(4, seq);
  view.setUint32(8, ack);
  bytes.set([0x50, flags], 12);
  return from[0].includes(':') ? ipv6(from[0], to[0], 6, bytes) : ipv4(from[0], to[0], 6, bytes);
}

export function ipv4(from: string, to: string, protocol: number, body: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from([...Array<number>(20).fill(0), ...body]);
  bytes.set([0x45, 0], 0);
  new DataView(bytes.buffer).setUint16(2, bytes.length);
  bytes.set([64, protocol], 8);
  bytes.set(address(from), 12);
  bytes.set(address(to), 16);
  return bytes;
}

export function ipv6(from: string, to: string, nextHeader: number, body: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from([...Array<number>(40).fill(0), ...body]);
  bytes.set([0x60], 0);
  new DataView(bytes.buffer).setUint16(4, body.length);
  bytes.set([nextHeader, 64], 6);
  bytes.set(address(from), 8);
  bytes.set(address(to), 24);
  return bytes;
}

/** What stands in front of an IPv4 packet, by link type. */
export const LINKS: Readonly<
  Record<string, { readonly number: number; readonly before: readonly number[] }>
> = {
  raw: { number: 101, before: [] },
  ethernet: { number: 1, before: [...Array(12).fill(2), 0x08, 0x00] },
  vlan: { number: 1, before: [...Array(12).fill(2), 0x81, 0x00, 0x00, 0x05, 0x08, 0x00] },
  cooked: { number: 113, before: [...Array(14).fill(0), 0x08, 0x00] },
  cooked2: { number: 276, before: [0x08, 0x00, ...Array(18).fill(0)] },
  loopback: { number: 0, before: [2, 0, 0, 0] },
};

export function framed(link: keyof typeof LINKS, packet: Uint8Array): Uint8Array {
  return Uint8Array.from([...LINKS[link]!.before, ...packet]);
}

class Writer {
  readonly bytes: number[] = [];
  readonly #little: boolean;

  constructor(little: boolean) {
    this.#little = little;
  }

  number(value: number | bigint, size: number): this {
    const bytes = Array.from({ length: size }, (_none, place) =>
      Number((BigInt(value) >> BigInt(8 * place)) & 0xffn),
    );
    this.bytes.push(...(this.#little ? bytes : bytes.reverse()));
    return this;
  }

  raw(bytes: Iterable<number>): this {
    this.bytes.push(...bytes);
    return this;
  }
}

export function pcap(link: number, frames: readonly Frame[], little = true, nanoseconds = true): Uint8Array {
  const out = new Writer(little)
    .number(nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, 4)
    .number(2, 2)
    .number(4, 2);
  out.number(0, 8).number(262144, 4).number(link, 4);
  for (const { at_ns, bytes, captured = bytes.length } of frames) {
    out.number(at_ns / 1_000_000_000n, 4).number((at_ns % 1_000_000_000n) / (nanoseconds ? 1n : 1000n), 4);
    out.number(captured, 4).number(bytes.length, 4).raw(bytes.subarray(0, captured));
  }
  return Uint8Array.from(out.bytes);
}

export function pcapng(links: readonly number[], frames: readonly Frame[], little = true): Uint8Array {
  const out = new Writer(little);
  const block = (type: number, body: Writer) => {
    while (body.bytes.length % 4 !== 0) body.bytes.push(0);
    const length = body.bytes.length + 12;
    out.number(type, 4).number(length, 4).raw(body.bytes).number(length, 4);
  };
  block(
    0x0a0d0d0a,
    new Writer(little)
      .number(0x1a2b3c4d, 4)
      .number(1, 2)
      .number(0, 2)
      .number(2n ** 64n - 1n, 8),
  );
  for (const link of links) {
    // if_tsresol 9: nanoseconds.
    const options = new Writer(little).number(9, 2).number(1, 2).raw([9, 0, 0, 0]).number(0, 4);
    block(1, new Writer(little).number(link, 2).number(0, 2).number(0, 4).raw(options.bytes));
  }
  for (const { at_ns, bytes, from = 0, captured = bytes.length } of frames) {
    const body = new Writer(little)
      .number(from, 4)
      .number(at_ns >> 32n, 4)
      .number(at_ns & 0xffffffffn, 4);
    block(6, body.number(captured, 4).number(bytes.length, 4).raw(bytes.subarray(0, captured)));
  }
  return Uint8Array.from(out.bytes);
}
