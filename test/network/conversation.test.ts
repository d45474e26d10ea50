/** Packet by packet: what a client and a real server say to each other, and when they say it again. */
import { describe, expect, test } from 'vitest';
import { createRun } from '../../src/simulate.ts';
import { aScenario, type Parts } from './a_scenario.ts';
import { PacketLog } from './packet_log.ts';

/** Runs the scenario to its end; returns its packets and its result. */
function converse(parts: Parts) {
  let log: PacketLog | undefined;
  const run = createRun(aScenario(parts), { tap: (skbs, clock) => (log = new PacketLog(skbs, clock)) });
  run.advance(Number.POSITIVE_INFINITY);
  return { log: log!, result: run.result() };
}

/** Seconds between the first packet and each of those whose text is `text`. */
function offsets_s(log: PacketLog, text: string): number[] {
  const first_ns = log.sent[0]!.at_ns;
  return log.sent.filter((packet) => packet.text === text).map(({ at_ns }) => (at_ns - first_ns) / 1e9);
}

describe('one request', () => {
  // The second request would come after the end.
  const spaced = 'concurrency: 1, thinkTime: 2s';

  test('over a connection that the server closes takes ten packets', () => {
    const { log } = converse({ client: spaced, duration: '1s' });
    expect(log.texts).toEqual([
      'C SYN',
      'S SYN ACK',
      'C ACK',
      'C PSH ACK',
      'S ACK',
      'S PSH ACK',
      'S FIN ACK',
      'C ACK',
      'C FIN ACK',
      'S ACK',
    ]);
  });

  test('over a connection that the client closes takes ten packets', () => {
    const { log } = converse({
      client: spaced,
      realServer: 'serviceTime: 10ms, closesFirst: client',
      duration: '1s',
    });
    expect(log.texts).toEqual([
      'C SYN',
      'S SYN ACK',
      'C ACK',
      'C PSH ACK',
      'S ACK',
      'S PSH ACK',
      'C ACK',
      'C FIN ACK',
      'S FIN ACK',
      'C ACK',
    ]);
  });

  test('over a kept connection takes four', () => {
    const { log } = converse({
      client: 'concurrency: 1, thinkTime: 1s, keepAlive: true',
      duration: '1500ms',
    });
    const perRequest = ['C PSH ACK', 'S ACK', 'S PSH ACK', 'C ACK'];
    expect(log.texts).toEqual(['C SYN', 'S SYN ACK', 'C ACK', ...perRequest, ...perRequest]);
  });

  test('the server closes a kept connection after its last request', () => {
    const { log, result } = converse({
      client: 'concurrency: 1, thinkTime: 1s, keepAlive: true, requests: 4',
      realServer: 'serviceTime: 10ms, keepAliveRequests: 2',
      duration: '6s',
    });
    expect(log.texts.filter((text) => text === 'C SYN')).toHaveLength(2);
    expect(log.texts.filter((text) => text === 'S FIN ACK')).toHaveLength(2);
    expect(result.totals).toMatchObject({ complete: 4, failed: 0, connections: 2 });
  });

  test('a response of several segments is acknowledged segment by segment', () => {
    const { log, result } = converse({
      client: spaced,
      realServer: 'serviceTime: 10ms, responseBytes: 4000',
      duration: '1s',
    });
    const data = log.sent.filter(({ text, length }) => text.startsWith('S') && length > 0);
    expect(data.map(({ length }) => length)).toEqual([1460, 1460, 1080]);
    expect(data.map(({ text }) => text)).toEqual(['S ACK', 'S ACK', 'S PSH ACK']);
    expect(result.totals).toMatchObject({ complete: 1, response_bytes: 4000 });
  });

  test('sequence numbers fit together', () => {
    const { log } = converse({ client: spaced, duration: '1s' });
    const [syn, synAck, ack, request, , response, fin, , lastFin, lastAck] = log.sent;
    const behind = (packet: { seq: number } | undefined, bytes: number) => (packet!.seq + bytes) >>> 0;
    expect(synAck!.ack).toBe(behind(syn, 1));
    expect(ack!.ack).toBe(behind(synAck, 1));
    expect(request!.seq).toBe(behind(syn, 1));
    expect(response!.ack).toBe(behind(request, request!.length));
    expect(fin!.seq).toBe(behind(response, response!.length));
    expect(lastFin!.ack).toBe(behind(fin, 1));
    expect(lastAck!.ack).toBe(behind(lastFin, 1));
  });
});

describe('a SYN that is never answered', () => {
  const lost = { rest: 'links: { delay: 100us, loss: 1 }', duration: '300s' };

  test.each([
    ['5.4.0', 100, 0.08],
    ['5.4.0', 250, 0.032],
    ['6.1.192', 1000, 0.064],
  ])(
    'kernel %s, HZ=%i: is repeated after 1, 2, 4 ... s, each late by an eighth at most',
    (kernel, hz, late) => {
      const { log, result } = converse({ ...lost, kernel, client: `concurrency: 1, hz: ${hz}, requests: 1` });
      const at_s = offsets_s(log, 'C SYN');
      expect(at_s).toHaveLength(7);
      for (const [index, second] of at_s.slice(1).entries()) {
        const wait = second - at_s[index]!;
        expect(wait).toBeGreaterThanOrEqual(2 ** index);
        expect(wait).toBeLessThanOrEqual(2 ** index * 1.125 + 0.01);
      }
      expect(at_s[1]! - 1).toBeLessThanOrEqual(late + 1e-9);
      expect(result.errors).toEqual({ ETIMEDOUT: 1 });
      expect(result.totals).toMatchObject({ complete: 0, failed: 1, syn_retransmitted: 6 });
      expect(result.totals.seconds).toBeGreaterThanOrEqual(127);
      expect(result.totals.seconds).toBeLessThan(127 * 1.125);
    },
  );

  test('before v4.8 it is repeated on the jiffy, but for the slack of a 256th', () => {
    const client = 'concurrency: 1, requests: 1';
    const { log } = converse({ ...lost, kernel: '3.10.0-1127.el7', client });
    const expected = [0, 1, 3, 7, 15, 31, 63];
    for (const [index, at_s] of offsets_s(log, 'C SYN').entries()) {
      expect(at_s).toBeGreaterThan(expected[index]! - 0.01);
      expect(at_s).toBeLessThanOrEqual(expected[index]! * (1 + 1 / 256) + 0.01);
    }
  });

  test('from v6.5 on, after one second four times more', () => {
    const { log } = converse({ ...lost, kernel: '6.6', client: 'concurrency: 1, requests: 1, hz: 1000' });
    const at_s = offsets_s(log, 'C SYN');
    expect(at_s).toHaveLength(11);
    const waits = at_s.slice(1).map((at, index) => Math.round(at - at_s[index]!));
    expect(waits.slice(0, 7)).toEqual([1, 1, 1, 1, 1, 2, 4]);
  });

  test('tcp_syn_retries says how often', () => {
    const client = 'concurrency: 1, requests: 1, synRetries: 2';
    const { log, result } = converse({ ...lost, client });
    expect(offsets_s(log, 'C SYN')).toHaveLength(3);
    expect(result.totals.seconds).toBeGreaterThanOrEqual(7);
    expect(result.totals.seconds).toBeLessThan(8);
  });
});

describe('a port that comes round', () => {
  test('is accepted by the server, which is in TIME_WAIT', () => {
    const { log, result } = converse({
      client: 'concurrency: 1, ports: 40000-40001, requests: 50',
      duration: '20s',
    });
    expect(result.totals).toMatchObject({ complete: 50, failed: 0, syn_retransmitted: 0 });
    expect(log.texts.filter((text) => text.includes('RST'))).toEqual([]);
    expect(
      new Set(log.sent.filter(({ text }) => text === 'C SYN').map((packet) => packet.sourcePort)).size,
    ).toBe(2);
  });

  test('is not to be had for 60 s when the client closed first', () => {
    const { result } = converse({
      client: 'concurrency: 1, ports: 40000-40099, kernel: 3.10.0-1127.el7',
      realServer: 'serviceTime: 10ms, closesFirst: client',
      duration: '70s',
    });
    expect(result.totals.complete).toBeGreaterThan(150);
    expect(result.totals.complete).toBeLessThanOrEqual(200);
    expect(result.errors.EADDRNOTAVAIL).toBeGreaterThan(1000);
    const completed = result.series.completed!;
    expect(completed.slice(0, 3).reduce((sum, count) => sum! + count!, 0)).toBe(100);
    expect(completed.slice(3, 60).every((count) => count === 0)).toBe(true);
  });
});
