/** Datagrams: with a socket each or all from one, with an answer or without. */
import { describe, expect, test } from 'vitest';
import { simulate } from '../../src/simulate.ts';
import { scenarioOf } from './a_scenario.ts';

function run(
  client: string,
  { realServers = '{address: "10.244.1.5:53", serviceTime: 1ms}', rest = '' } = {},
) {
  return simulate(
    scenarioOf(`
kernel: 5.4.0
duration: 20s
interval: 1s
service: {address: "10.96.0.10:53", protocol: udp, realServers: [${realServers}]}
clients: [{name: c, ${client}}]
${rest}
`),
  );
}

function most(result: ReturnType<typeof run>, column: string): number {
  return Math.max(...(result.series[column] as number[]));
}

const UNPLUG = 'events: [{at: 10s, unplug: 10.244.1.5}]';
const SILENT = '{address: "10.244.1.5:53", serviceTime: 1h}';

describe('a rate from one port', () => {
  const oneWay = run('rate: 10/s, ports: 5000-5000');

  test('waits for nothing, and is answered nothing', () => {
    expect(oneWay.totals.complete).toBe(201);
    expect(oneWay.totals.response_bytes).toBe(0);
    expect(oneWay.realServers[0]!.requests).toBe(200);
    expect(oneWay.errors).toEqual({});
  });

  test('makes one entry', () => {
    expect(most(oneWay, 'inact_conn')).toBe(1);
  });

  test('waits for answers if it is told how long, and tells them apart', () => {
    const both = '{address: "10.244.1.5:53", serviceTime: {empirical: [1ms, 500ms]}}';
    const result = run('rate: 10/s, ports: 5000-5000, timeout: 2s, requests: 100', { realServers: both });
    expect(result.totals.complete).toBe(100);
    expect(most(result, 'inact_conn')).toBe(1);
    // Some take long, others not, though later ones overtake them.
    expect(result.times_ms.total.min).toBeLessThan(2);
    expect(result.times_ms.total.max).toBeGreaterThan(499);
    expect(result.times_ms.total.max).toBeLessThan(502);
  });

  test('a late answer is no answer to a later request', () => {
    const late = '{address: "10.244.1.5:53", serviceTime: 3s}';
    const result = run('rate: 1/s, ports: 5000-5000, timeout: 2s', { realServers: late });
    expect(result.totals.complete).toBe(0);
    expect(result.errors).toEqual({ ETIMEDOUT: 19 });
  });

  test('an ICMP error is told to the next send(), which sends nothing', () => {
    const result = run('rate: 1/s, ports: 5000-5000', { realServers: '' });
    // Sent, refused; failed, because of that; and so on.
    expect(result.totals.complete).toBe(11);
    expect(result.errors).toEqual({ ECONNREFUSED: 10 });
  });
});

describe('keepAlive', () => {
  test('one socket with a port that the kernel has chosen', () => {
    const result = run('rate: 10/s, keepAlive: true');
    expect([most(result, 'inact_conn'), result.realServers[0]!.requests]).toEqual([1, 200]);
  });

  test('one for each address', () => {
    const result = run('rate: 10/s, keepAlive: true, addresses: 10.0.0.1-10.0.0.3');
    expect(most(result, 'inact_conn')).toBe(3);
  });

  test('in a closed loop all workers share it, and wait', () => {
    const result = run('concurrency: 3, keepAlive: true');
    expect(most(result, 'inact_conn')).toBe(1);
    expect(result.totals.complete).toBeGreaterThan(10_000);
  });
});

describe('a socket for each request', () => {
  test('waits for 5 s, as a resolver does', () => {
    const result = run('rate: 2/s', { realServers: SILENT });
    expect(result.series.failed!.findIndex((failed) => failed! > 0)).toBe(4);
  });

  test('or for as long as it is told', () => {
    const result = run('rate: 2/s, timeout: 1500ms', { realServers: SILENT });
    expect(result.series.failed!.findIndex((failed) => failed! > 0)).toBe(1);
  });

  test('or for nothing: a new port for each datagram', () => {
    const result = run('rate: 10/s, timeout: 0s', { rest: UNPLUG });
    expect(result.errors).toEqual({});
    expect(most(result, 'inact_conn')).toBeGreaterThan(190);
  });

  test('is refused where there is no real server', () => {
    const result = run('rate: 1/s', { realServers: '' });
    expect(result.errors).toEqual({ ECONNREFUSED: 20 });
  });
});

test('a port is taken for every destination', () => {
  const result = simulate(
    scenarioOf(`
kernel: 5.4.0
duration: 2s
service:
  address: 10.96.0.10:53
  protocol: udp
  path: ebpf
  realServers: [{address: "10.244.1.5:53", serviceTime: 1h}, {address: "10.244.1.6:53", serviceTime: 1h}]
clients: [{rate: 10/s, ports: 4000-4003, timeout: 1h}]
`),
  );
  expect(most(result, 'in_flight')).toBe(4);
  expect(result.errors).toEqual({ EADDRNOTAVAIL: 17 });
});
