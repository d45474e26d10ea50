/**
 * Packets of a capture file, as its bytes come: pcap and pcapng in either byte order, with Ethernet, Linux cooked, raw IP
 * or loopback below IPv4 and IPv6. Of each packet the headers are read and the rest is skipped, so that a file of any size
 * takes the memory of one packet.
 */
import type { AddressBook } from '../../text/address_book.ts';
import { type LinkType, packetIn } from './link_layer.ts';
import type { CapturedPacket } from './packet.ts';

export interface CaptureSummary {
  readonly packets: number;
  /** When the first packet was captured, in nanoseconds of Unix time. */
  readonly start_ns: bigint | null;
  readonly end_ns: number;
  readonly interfaces: readonly string[];
  /** Packets that say nothing here, by reason. */
  readonly skipped: ReadonlyMap<string, number>;
  /** What ended the file before its end; null where nothing did. */
  readonly trouble: string | null;
}

/** No packet is larger (LINKTYPE's own limit is 256 KiB); a block that says so is damaged. */
const LARGEST_BLOCK = 16 * 1024 * 1024;
const PCAP_HEADER = 24;
const PCAP_RECORD = 16;
const SECTION = 0x0a0d0d0a;
const MAGIC_NS = 0xa1b23c4d;
const MAGIC_US = 0xa1b2c3d4;
const BYTE_ORDER = 0x1a2b3c4d;

/** Whether a file that begins with these bytes is a capture. */
export function isCapture(bytes: Uint8Array): boolean {
  if (bytes.length < 12) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 12);
  if (view.getUint32(0) === SECTION)
    return view.getUint32(8) === BYTE_ORDER || view.getUint32(8, true) === BYTE_ORDER;
  return [view.getUint32(0), view.getUint32(0, true)].some(
    (magic) => magic === MAGIC_NS || magic === MAGIC_US,
  );
}

interface Interface {
  readonly name: string;
  readonly link: LinkType | null;
  readonly unitsPerSecond: bigint;
}

export class CaptureReader {
  readonly packet: CapturedPacket = {
    number: 0,
    at_ns: 0,
    interface: 0,
    protocol: 0,
    source: 0,
    destination: 0,
    sourcePort: 0,
    destinationPort: 0,
    flags: 0,
    seq: 0,
    ack: 0,
    length: 0,
    icmp: 0,
  };
  readonly #book: AddressBook;
  readonly #onPacket: (packet: CapturedPacket) => void;
  readonly #interfaces: Interface[] = [];
  /** Place of the section's first interface among those of all sections. */
  #first = 0;
  readonly #skipped = new Map<string, number>();
  #buffer = new Uint8Array(0);
  #kind: 'unknown' | 'pcap' | 'pcapng' = 'unknown';
  #isLittle = true;
  #count = 0;
  #start_ns: bigint | null = null;
  #end_ns = 0;
  #trouble: string | null = null;

  /** Addresses of IPv6 get their numbers from the book. The packet is only there until the function returns. */
  constructor(book: AddressBook, onPacket: (packet: CapturedPacket) => void) {
    this.#book = book;
    this.#onPacket = onPacket;
  }

  /** The next bytes of the file. */
  push(chunk: Uint8Array): void {
    if (this.#trouble !== null) return;
    const bytes = this.#buffer.length === 0 ? chunk : joined(this.#buffer, chunk);
    let at = 0;
    for (;;) {
      const length = this.#take(bytes, at);
      if (length === 0) break;
      at += length;
    }
    this.#buffer = bytes.slice(at);
  }

  /** After the last bytes. */
  end(): CaptureSummary {
    if (this.#trouble === null && this.#buffer.length > 0)
      this.#trouble = `the file ends within packet ${this.#count + 1}`;
    return {
      packets: this.#count,
      start_ns: this.#start_ns,
      end_ns: this.#end_ns,
      interfaces: this.#interfaces.map(({ name }) => name),
      skipped: this.#skipped,
      trouble: this.#trouble,
    };
  }

  /** Reads the block at that place, if it is there as a whole. Returns its length, or 0 where more bytes are needed. */
  #take(bytes: Uint8Array, at: number): number {
    const left = bytes.length - at;
    if (this.#trouble !== null || left < 12) return 0;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, left);
    if (this.#kind === 'unknown') {
      if (view.getUint32(0) === SECTION) this.#kind = 'pcapng';
      else return this.#header(view, left);
    }
    return this.#kind === 'pcap' ? this.#record(view, left) : this.#block(view, left);
  }

  #header(view: DataView, left: number): number {
    if (left < PCAP_HEADER) return 0;
    const big = view.getUint32(0);
    this.#isLittle = big !== MAGIC_NS && big !== MAGIC_US;
    const magic = view.getUint32(0, this.#isLittle);
    if (magic !== MAGIC_NS && magic !== MAGIC_US) return this.#damaged('it does not begin as a capture does');
    const link = linkType(view.getUint32(20, this.#isLittle) & 0xffff);
    this.#kind = 'pcap';
    const unitsPerSecond = magic === MAGIC_NS ? 1_000_000_000n : 1_000_000n;
    this.#interfaces.push({ name: '', link, unitsPerSecond });
    return PCAP_HEADER;
  }

  #record(view: DataView, left: number): number {
    if (left < PCAP_RECORD) return 0;
    const little = this.#isLittle;
    const captured = view.getUint32(8, little);
    if (captured > LARGEST_BLOCK) return this.#damaged(`packet ${this.#count + 1} has an impossible length`);
    if (left < PCAP_RECORD + captured) return 0;
    const { unitsPerSecond } = this.#interfaces[0]!;
    const units = BigInt(view.getUint32(0, little)) * unitsPerSecond + BigInt(view.getUint32(4, little));
    this.#deliver(0, units, new DataView(view.buffer, view.byteOffset + PCAP_RECORD, captured));
    return PCAP_RECORD + captured;
  }

  #block(view: DataView, left: number): number {
    if (view.getUint32(0) === SECTION) {
      this.#isLittle = view.getUint32(8, true) === BYTE_ORDER;
      this.#first = this.#interfaces.length;
    }
    const little = this.#isLittle;
    const length = view.getUint32(4, little);
    if (length < 12 || length % 4 !== 0 || length > LARGEST_BLOCK)
      return this.#damaged(`the block after packet ${this.#count} has an impossible length`);
    if (left < length) return 0;
    const body = new DataView(view.buffer, view.byteOffset + 8, length - 12);
    switch (view.getUint32(0, little)) {
      case 1:
        if (body.byteLength >= 8) this.#interfaces.push(this.#description(body));
        break;
      case 6:
        if (body.byteLength >= 20) this.#enhanced(body);
        break;
      case 3:
        // A simple packet block has no time: nothing can be said of when it came.
        this.#count++;
        this.#skip('without a time');
        break;
    }
    return length;
  }

  #description(body: DataView): Interface {
    const little = this.#isLittle;
    let name = '';
    let unitsPerSecond = 1_000_000n;
    for (let at = 8; at + 4 <= body.byteLength; ) {
      const code = body.getUint16(at, little);
      const length = body.getUint16(at + 2, little);
      if (code === 0 || at + 4 + length > body.byteLength) break;
      if (code === 2)
        name = new TextDecoder().decode(
          new Uint8Array(body.buffer, body.byteOffset + at + 4, Math.min(length, 80)),
        );
      if (code === 9 && length >= 1) {
        const resolution = body.getUint8(at + 4);
        const exponent = BigInt(resolution & 0x7f);
        if (exponent <= 60n) unitsPerSecond = (resolution & 0x80) === 0 ? 10n ** exponent : 2n ** exponent;
      }
      at += 4 + ((length + 3) & ~3);
    }
    return { name, link: linkType(body.getUint16(0, little)), unitsPerSecond };
  }

  #enhanced(body: DataView): void {
    const little = this.#isLittle;
    const place = this.#first + body.getUint32(0, little);
    const units = (BigInt(body.getUint32(4, little)) << 32n) | BigInt(body.getUint32(8, little));
    const captured = Math.min(body.getUint32(12, little), body.byteLength - 20);
    this.#deliver(place, units, new DataView(body.buffer, body.byteOffset + 20, captured));
  }

  #deliver(place: number, units: bigint, bytes: DataView): void {
    this.#count++;
    const from = this.#interfaces[place];
    if (from === undefined) {
      this.#skip('of an interface that is not described');
      return;
    }
    const since_ns = (units * 1_000_000_000n) / from.unitsPerSecond;
    this.#start_ns ??= since_ns;
    const { packet } = this;
    packet.number = this.#count;
    packet.interface = place;
    packet.at_ns = Number(since_ns - this.#start_ns);
    if (packet.at_ns > this.#end_ns) this.#end_ns = packet.at_ns;
    const trouble =
      from.link === null
        ? 'of a link layer that is not read'
        : packetIn(bytes, from.link, this.#book, packet);
    if (trouble === null) this.#onPacket(packet);
    else this.#skip(trouble);
  }

  #skip(why: string): void {
    this.#skipped.set(why, (this.#skipped.get(why) ?? 0) + 1);
  }

  #damaged(why: string): number {
    this.#trouble = why;
    return 0;
  }
}

const LINKS: Readonly<Record<number, LinkType>> = {
  0: 'null',
  1: 'ethernet',
  12: 'raw',
  14: 'raw',
  101: 'raw',
  108: 'loop',
  113: 'cooked',
  228: 'raw',
  229: 'raw',
  276: 'cooked2',
};

function linkType(number: number): LinkType | null {
  return LINKS[number] ?? null;
}

function joined(before: Uint8Array, after: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(before.length + after.length);
  all.set(before);
  all.set(after, before.length);
  return all;
}
