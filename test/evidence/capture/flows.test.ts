/** What a capture tells of a connection: as its client saw it, once, whatever it was captured on. */
import { expect, test } from 'vitest';
import { FlowTable } from '../../../src/evidence/capture/flows.ts';
import { CaptureReader } from '../../../src/evidence/capture/packet_file.ts';
import { AddressBook } from '../../../src/text/address_book.ts';
import { type Frame, ipv6, pcapng, type Segment, tcp } from './files.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;
const C = ['10.0.0.1', 40000] as const;
const V = ['10.96.0.10', 80] as const;
const R = ['10.244.1.5', 8080] as const;

type Seen = readonly [at_ms: number, segment: Segment, from?: number];

function flows(...seen: readonly Seen[]) {
  const frames = seen.map(
    ([at_ms, segment, from = 0]): Frame => ({
      at_ns: BigInt(Math.round(at_ms * 1e6)),
      bytes: tcp(segment),
      from,
    }),
  );
  const book = new AddressBook();
  const table = new FlowTable(book);
  new CaptureReader(book, (packet) => table.add(packet)).push(pcapng([101, 101], frames));
  return table.flows;
}

const syn = (seq: number, from: Segment['from'] = C, to: Segment['to'] = V): Segment => ({
  from,
  to,
  flags: SYN,
  seq,
});
const synAck = (seq: number, to = C): Segment => ({ from: V, to, flags: SYN | ACK, seq, ack: 0 });
const asks = (seq: number, length: number): Segment => ({ from: C, to: V, flags: ACK, seq, length });
const says = (seq: number, length: number): Segment => ({ from: V, to: C, flags: ACK, seq, length });

test('two requests on a connection, each of several segments', () => {
  const [flow] = flows(
    [0, syn(100)],
    [1, synAck(500)],
    [2, asks(101, 200)],
    [2, asks(301, 50)],
    // Sent again: not said twice.
    [5, asks(301, 50)],
    [22, says(501, 1460)],
    [23, says(1961, 40)],
    [123, asks(351, 150)],
    [133, says(2001, 500)],
    [134, { from: V, to: C, flags: FIN | ACK, seq: 2501 }],
    [135, { from: C, to: V, flags: FIN | ACK, seq: 501 }],
  );
  expect(flow).toMatchObject({
    client: '10.0.0.1',
    clientPort: 40000,
    server: '10.96.0.10:80',
    syns: 1,
    synAck_ns: 1e6,
    requests: 2,
    answers: 2,
    requestBytes: 400,
    answerBytes: 2000,
    service_ns: 30e6,
    pause_ns: 100e6,
    fin: 'server',
    rst: null,
  });
});

test('SYNs sent again are one connection; another initial number is the next one from the port', () => {
  const found = flows([0, syn(100)], [1000, syn(100)], [3000, syn(100)], [60_000, syn(7)]);
  expect(found.map(({ syns, start_ns, lastSyn_ns }) => [syns, start_ns, lastSyn_ns])).toEqual([
    [3, 0, 3e9],
    [1, 60e9, 60e9],
  ]);
});

test('before and after NAT it is one connection, and the real server is known', () => {
  const found = flows(
    [0, syn(100)],
    [0.1, syn(100, C, R), 1],
    [0.2, syn(100)],
    [0.3, { from: R, to: C, flags: SYN | ACK, seq: 500, ack: 101 }, 1],
    [0.4, synAck(500)],
  );
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({
    server: '10.96.0.10:80',
    realServer: '10.244.1.5:8080',
    synAck_ns: 0.4e6,
  });
});

test('the same packets on two interfaces are counted once', () => {
  const [flow, ...others] = flows([0, syn(100)], [0, syn(100), 1], [2, asks(101, 10)], [2, asks(101, 10), 1]);
  expect(others).toEqual([]);
  expect(flow).toMatchObject({ syns: 1, requests: 1, requestBytes: 10 });
});

test('a reset after an idle time, and a connection that began before the capture', () => {
  const [flow] = flows(
    [0, asks(101, 10)],
    [1, says(501, 10)],
    [900_000, asks(111, 10)],
    [900_001, { from: V, to: C, flags: RST, seq: 511 }],
  );
  expect(flow).toMatchObject({
    isPartial: true,
    client: '10.0.0.1',
    requests: 2,
    rst: 'server',
    rstPacket: 4,
  });
  expect(flow!.idleBeforeRst_ns).toBe(899_999e6);
});

test('a port that is used again makes another connection', () => {
  const found = flows(
    [0, syn(100)],
    [1, synAck(500)],
    [2, { from: C, to: V, flags: FIN | ACK, seq: 101 }],
    [60_000, syn(7_000)],
    [61_000, syn(7_000)],
  );
  expect(found.map(({ syns, fin }) => [syns, fin])).toEqual([
    [1, 'client'],
    [2, null],
  ]);
});

test('packets that are there twice on one interface are no packets that were sent again', () => {
  const [flow, ...others] = flows(
    [0, syn(100)],
    [0.01, syn(100)],
    [1, synAck(500)],
    [1.01, synAck(500)],
    [2, asks(101, 10)],
    [2.01, asks(101, 10)],
    [1000, syn(7, ['10.0.0.1', 40001])],
  );
  expect(others).toHaveLength(1);
  expect(flow).toMatchObject({ syns: 1, synAcks: 1, resent: 0, requestBytes: 10, isCopied: true });
  expect(others[0]).toMatchObject({ isCopied: false });
});

test('what the node sends on, and what the real server says to it', () => {
  const other = ['10.0.0.1', 40001] as const;
  const [answered, refused] = flows(
    [0, syn(100)],
    // The node's own end, and twice behind it.
    [0.1, syn(100), 1],
    [1000, syn(100)],
    [1000.1, syn(100), 1],
    [1000.2, syn(100, C, R), 1],
    [1000.2, syn(100, C, R)],
    [1000.3, { from: R, to: C, flags: SYN | ACK, seq: 500 }, 1],
    [1000.4, synAck(500)],
    [2000, syn(7, other)],
    [2000.1, syn(7, other, R), 1],
    [2000.2, { from: R, to: other, flags: RST | ACK, seq: 0 }, 1],
  );
  expect(answered).toMatchObject({ syns: 2, furtherSyns: 2, forwardedSyns: 1, serverSaid: 'yes' });
  expect(refused).toMatchObject({ syns: 1, furtherSyns: 0, forwardedSyns: 1, serverSaid: 'no' });
});

test('a SYN that is sent again after its answer was lost is sent on as the same connection', () => {
  const found = flows(
    [0, syn(100)],
    [0.1, syn(100, C, R), 1],
    [0.2, { from: R, to: C, flags: SYN | ACK, seq: 500 }, 1],
    [0.3, synAck(500)],
    [1000, syn(100)],
    [1000.1, syn(100, C, R), 1],
    [1000.3, synAck(500)],
    [1001, asks(101, 10)],
  );
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ syns: 2, forwardedSyns: 2, requests: 1 });
});

test('a connection over IPv6, before and after NAT, and one that is refused', () => {
  const C6 = ['2001:db8::1', 40000] as const;
  const D6 = ['2001:db8::1', 40001] as const;
  const V6 = ['fd00:96::10', 80] as const;
  const R6 = ['fd00:244::5', 8080] as const;
  const refusal = Uint8Array.from([1, 4, 0, 0, 0, 0, 0, 0, ...tcp(syn(300, D6, V6))]);
  const book = new AddressBook();
  const table = new FlowTable(book);
  const frame = (at_ms: number, bytes: Uint8Array, from = 0): Frame => ({
    at_ns: BigInt(at_ms) * 1_000_000n,
    bytes,
    from,
  });
  new CaptureReader(book, (packet) => table.add(packet)).push(
    pcapng(
      [101, 101],
      [
        frame(0, tcp(syn(100, C6, V6))),
        frame(1, tcp(syn(100, C6, R6)), 1),
        frame(2, tcp({ from: R6, to: C6, flags: SYN | ACK, seq: 500 }), 1),
        frame(3, tcp({ from: V6, to: C6, flags: SYN | ACK, seq: 500 })),
        frame(10, tcp(syn(300, D6, V6))),
        frame(11, ipv6(V6[0], D6[0], 58, refusal)),
      ],
    ),
  );
  expect(table.flows).toMatchObject([
    {
      client: '2001:db8::1',
      clientPort: 40000,
      server: '[fd00:96::10]:80',
      realServer: '[fd00:244::5]:8080',
      serverSaid: 'yes',
      synAck_ns: 3e6,
    },
    {
      client: '2001:db8::1',
      clientPort: 40001,
      server: '[fd00:96::10]:80',
      synAck_ns: null,
      icmp: 3 * 256 + 3,
    },
  ]);
});
