/** Captures in every form that is read give the same packets, however their bytes come; what is damaged is told. */
import { describe, expect, test } from 'vitest';
import { CaptureReader, isCapture } from '../../../src/evidence/capture/packet_file.ts';
import { type Frame, framed, LINKS, pcap, pcapng, tcp } from './files.ts';

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
  const reader = new CaptureReader(({ ...packet }) => packets.push(packet));
  for (let at = 0; at < bytes.length; at += step) reader.push(bytes.slice(at, at + step));
  return { packets, summary: reader.end() };
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
    ['of IPv6', Uint8Array.from([...Array(12).fill(0), 0x86, 0xdd, 0x60, ...Array(60).fill(0)])],
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
