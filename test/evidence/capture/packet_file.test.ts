/** Captures in every form that is read give the same packets, however their bytes come; what is damaged is told. */
import { describe, expect, test } from 'vitest';
import { CaptureReader, isCapture } from '../../../src/evidence/capture/packet_file.ts';
import { AddressBook } from '../../../src/text/address_book.ts';
import { type Frame, framed, ipv6, LINKS, pcap, pcapng, tcp } from './files.ts';

const START_NS = 1_700_000_000_123_456_000n;
const SYN = tcp({ from: ['10.0.0.1', 40000], to: ['10.96.0.10', 80], flags: 2, seq: 7 });
const DATA = tcp({
  from: ['10.0.0.1', 40000],
  to: ['10.96.0.10', 80],
  flags: 24,
  seq: 8,
  ack: 9,
  length: 100,
});

function frames(link: string): Frame[] {
  return [
    { at_ns: START_NS, bytes: framed(link, SYN) },
    // Of the payload nothing is captured.
    { at_ns: START_NS + 1_500_000n, bytes: framed(link, DATA), captured: framed(link, DATA).length - 90 },
  ];
}

function read(bytes: Uint8Array, step = bytes.length) {
  const packets: object[] = [];
  const book = new AddressBook();
  const reader = new CaptureReader(book, ({ ...packet }) => packets.push(packet));
  for (let at = 0; at < bytes.length; at += step) reader.push(bytes.slice(at, at + step));
  return { packets, summary: reader.end(), book };
}

const COMMON = { interface: 0, protocol: 6, source: 0x0a000001, destination: 0x0a60000a, icmp: 0 };
const PORTS = { sourcePort: 40000, destinationPort: 80 };
const PACKETS = [
  { ...COMMON, ...PORTS, number: 1, at_ns: 0, flags: 2, seq: 7, ack: 0, length: 0 },
  { ...COMMON, ...PORTS, number: 2, at_ns: 1_500_000, flags: 24, seq: 8, ack: 9, length: 100 },
];

describe.each(Object.keys(LINKS))('%s', (link) => {
  const { number } = LINKS[link]!;
  test.each([
    ['pcap', pcap(number, frames(link))],
    ['pcap, big endian', pcap(number, frames(link), false)],
    ['pcap, microseconds', pcap(number, frames(link), true, false)],
    ['pcapng', pcapng([number], frames(link))],
    ['pcapng, big endian', pcapng([number], frames(link), false)],
  ])('%s', (_name, bytes) => {
    expect(isCapture(bytes)).toBe(true);
    for (const step of [bytes.length, 1, 7]) {
      const { packets, summary } = read(bytes, step);
      expect(packets).toEqual(PACKETS);
      expect(summary).toMatchObject({ packets: 2, start_ns: START_NS, end_ns: 1_500_000, trouble: null });
    }
  });
});

test('interfaces of their own link layers, and a second section', () => {
  const bytes = pcapng(
    [101, 1],
    [
      { at_ns: 5n, bytes: SYN },
      { at_ns: 6n, bytes: framed('ethernet', SYN), from: 1 },
    ],
  );
  const { packets } = read(Uint8Array.from([...bytes, ...bytes]));
  expect(packets).toMatchObject([
    { interface: 0, number: 1 },
    { interface: 1, number: 2 },
    { interface: 2, number: 3 },
    { interface: 3, number: 4 },
  ]);
});

describe('is counted and said', () => {
  const one = (bytes: Uint8Array, captured?: number) =>
    read(pcap(1, [{ at_ns: 0n, bytes, ...(captured === undefined ? {} : { captured }) }])).summary;

  test.each([
    [
      'to a multicast group',
      framed('ethernet', tcp({ from: ['10.0.0.1', 1], to: ['224.0.0.251', 2], flags: 2 })),
    ],
    ['without IP', Uint8Array.from([...Array(12).fill(0), 0x08, 0x06, ...Array(28).fill(0)])],
    [
      'of another protocol',
      framed(
        'ethernet',
        Uint8Array.from(SYN, (byte, at) => (at === 9 ? 47 : byte)),
      ),
    ],
    [
      'that are later fragments',
      framed(
        'ethernet',
        Uint8Array.from(SYN, (byte, at) => (at === 7 ? 9 : byte)),
      ),
    ],
    [
      'with a damaged IP header',
      framed(
        'ethernet',
        Uint8Array.from(SYN, (byte, at) => (at === 0 ? 0x42 : byte)),
      ),
    ],
  ])('packets %s', (why, bytes) => {
    expect([...one(bytes).skipped]).toEqual([[why, 1]]);
  });

  test.each([
    [5, 'cut off before the IP header'],
    [14, 'cut off before the IP header'],
    [30, 'cut off within the IP header'],
    [40, 'cut off within the TCP header'],
  ])('a packet of which %i bytes were captured', (captured, why) => {
    expect([...one(framed('ethernet', SYN), captured).skipped]).toEqual([[why, 1]]);
  });
});

describe('IPv6', () => {
  const C6 = ['2001:db8::1', 40000] as const;
  const V6 = ['fd00:96::10', 80] as const;
  const SYN6 = tcp({ from: C6, to: V6, flags: 2, seq: 7 });
  const frame = (before: readonly number[], packet: Uint8Array): Frame => ({
    at_ns: 0n,
    bytes: Uint8Array.from([...before, ...packet]),
  });
  const one = (link: number, before: readonly number[], packet: Uint8Array) => {
    const { packets, summary, book } = read(pcap(link, [frame(before, packet)]));
    const seen = packets as { source: number; destination: number; [key: string]: number }[];
    return {
      packets: seen.map((each) => ({
        ...each,
        source: book.format(each.source),
        destination: book.format(each.destination),
      })),
      skipped: [...summary.skipped],
    };
  };
  const ENDS = { source: C6[0], destination: V6[0], sourcePort: 40000, destinationPort: 80 };

  test.each([
    ['raw', 101, []],
    ['raw IPv6', 229, []],
    ['Ethernet', 1, [...Array(12).fill(2), 0x86, 0xdd]],
    ['a VLAN', 1, [...Array(12).fill(2), 0x81, 0, 0, 5, 0x86, 0xdd]],
    ['cooked', 113, [...Array(14).fill(0), 0x86, 0xdd]],
    ['cooked, the second version', 276, [0x86, 0xdd, ...Array(18).fill(0)]],
    ['the loopback of macOS', 0, [30, 0, 0, 0]],
    ['the loopback of OpenBSD', 108, [0, 0, 0, 24]],
  ])('of %s', (_name, link, before) => {
    expect(one(link, before, SYN6)).toMatchObject({
      packets: [{ ...ENDS, protocol: 6, flags: 2, seq: 7, length: 0, icmp: 0 }],
      skipped: [],
    });
  });

  test('behind extension headers; the length is that of the payload', () => {
    const data = tcp({ from: C6, to: V6, flags: 24, length: 100 }).subarray(40);
    const options = [60, 0, ...Array(6).fill(0)];
    const first = [6, 0, 0, 1, 0, 0, 0, 9];
    const body = Uint8Array.from([...options, 44, 1, ...Array(14).fill(0), ...first, ...data]);
    expect(one(101, [], ipv6(C6[0], V6[0], 0, body))).toMatchObject({
      packets: [{ ...ENDS, protocol: 6, length: 100 }],
    });
  });

  test.each([
    ['that are later fragments', 44, [6, 0, 0, 8, 0, 0, 0, 9, ...Array(20).fill(0)]],
    ['with a damaged IP header', 0, Array(80).fill(0)],
    ['of another protocol', 59, []],
    // Of IPv4, which IPv6 does not carry.
    ['of another protocol', 1, Array(40).fill(3)],
    ['of ICMP', 58, [135, 0, ...Array(22).fill(0)]],
  ])('packets %s are counted', (why, protocol, body) => {
    expect(one(101, [], ipv6(C6[0], V6[0], protocol, Uint8Array.from(body))).skipped).toEqual([[why, 1]]);
  });

  test.each([
    [1, 4, 3 * 256 + 3],
    [1, 3, 3 * 256 + 1],
    [1, 0, 3 * 256],
    [1, 1, 3 * 256 + 13],
    [1, 5, 3 * 256 + 13],
    // Not 3/1 of ICMP, which is "host unreachable".
    [3, 1, 11 * 256 + 1],
  ])('ICMPv6 %i/%i is about the packet within', (type, code, icmp) => {
    const body = Uint8Array.from([type, code, 0, 0, 0, 0, 0, 0, ...SYN6]);
    expect(one(101, [], ipv6(V6[0], C6[0], 58, body)).packets).toMatchObject([{ ...ENDS, icmp, length: 0 }]);
  });

  test.each([20, 39, 45, 53])('a packet of which %i bytes were captured', (captured) => {
    const why = captured < 40 ? 'cut off within the IP header' : 'cut off within the TCP header';
    const { summary } = read(pcap(101, [{ at_ns: 0n, bytes: SYN6, captured }]));
    expect([...summary.skipped]).toEqual([[why, 1]]);
  });

  test('noise is no crash', () => {
    let state = 7;
    const random = () => (state = (Math.imul(state, 48271) + 11) >>> 0) / 2 ** 32;
    for (let round = 0; round < 2000; round++) {
      const bytes = pcap(101, [
        frame([], SYN6),
        frame([], ipv6(V6[0], C6[0], 58, Uint8Array.from([1, 4, 0, 0, 0, 0, 0, 0, ...SYN6]))),
      ]);
      for (let many = 0; many < 8; many++)
        bytes[24 + Math.floor(random() * (bytes.length - 24))] = random() * 256;
      expect(read(bytes).summary.packets).toBeLessThan(100);
    }
  });
});

describe('a damaged file', () => {
  const whole = pcapng([101], frames('raw'));

  test('that is cut off gives what stands before', () => {
    const { packets, summary } = read(whole.slice(0, -5));
    expect(packets).toEqual(PACKETS.slice(0, 1));
    expect(summary.trouble).toBe('the file ends within packet 2');
  });

  test.each([
    ['pcapng', whole, 4],
    ['pcap', pcap(101, frames('raw')), 32],
  ])('%s: an impossible length ends the reading', (_name, bytes, place) => {
    const damaged = bytes.slice();
    damaged.fill(0xff, place, place + 4);
    expect(read(damaged).summary.trouble).toContain('impossible length');
  });

  test('noise of any kind is no crash', () => {
    let state = 1;
    const random = () => (state = (Math.imul(state, 48271) + 11) >>> 0) / 2 ** 32;
    for (let round = 0; round < 2000; round++) {
      const bytes = (round % 2 === 0 ? whole : pcap(1, frames('ethernet'))).slice();
      for (let many = 0; many < 8; many++) bytes[Math.floor(random() * bytes.length)] = random() * 256;
      const { summary } = read(bytes, 1 + Math.floor(random() * 40));
      expect(summary.packets).toBeLessThan(100);
    }
  });

  test('other files are no captures', () => {
    for (const text of ['', 'TCP  10.96.0.10:80 rr', '\x0a\x0d\x0d\x0a and more text'])
      expect(isCapture(new TextEncoder().encode(text))).toBe(false);
  });
});
