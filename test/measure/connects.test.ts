/** Connects: how many were tried, made and refused, and how long those took that were made. */
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/parse.ts';
import { simulate } from '../../src/simulate.ts';

function run(text: string) {
  const { scenario, problems } = parseScenario(text);
  if (scenario === null) throw new Error(JSON.stringify(problems));
  return simulate(scenario);
}

const total = (histogram: Readonly<Record<string, number>>) =>
  Object.values(histogram).reduce((sum, count) => sum + count, 0);

test('where no real server takes connections, connects fail and no connection is made', () => {
  const { totals, connect_ms_histogram } = run(`duration: 10s
service: {address: "10.96.0.1:80", realServers: [{address: "10.1.1.1:80", weight: 0}]}
clients: [{rate: 10/s}]
`);
  // The others are still trying: the node does not answer each SYN with an ICMP error.
  expect(totals).toMatchObject({ connects: 101, connects_failed: totals.failed, connections: 0 });
  expect(totals.failed).toBeGreaterThan(10);
  expect(connect_ms_histogram).toEqual({});
});

test('connections count from when they are made, whether their requests are answered or not', () => {
  const { totals, connect_ms_histogram, request_connect_ms_histogram, series } = run(`duration: 10s
service: {address: "10.96.0.1:80", realServers: [{address: "10.1.1.1:80", serviceTime: 8s}]}
clients: [{rate: 10/s}]
`);
  expect(totals.complete).toBe(20);
  expect(totals.connections).toBe(100);
  expect(total(connect_ms_histogram)).toBe(100);
  expect(total(request_connect_ms_histogram)).toBe(20);
  expect(series.connect_p50_ms).toEqual(Array(10).fill(0.4));
});

describe('with keep-alive', () => {
  const result = run(`duration: 10s
links: {delay: 20ms}
service: {address: "10.96.0.1:80", realServers: [{address: "10.1.1.1:80", serviceTime: 8ms}]}
clients: [{concurrency: 2, keepAlive: true}]
expect: ["p50(request_connect) == 0ms", "min(connect) == 80ms", "count(connect) == 2"]
`);

  test('connect is of the connections, request_connect of the requests', () => {
    expect(result.totals).toMatchObject({ connects: 2, connects_failed: 0, connections: 2 });
    expect(result.times_ms.connect).toMatchObject({ min: 80, max: 80 });
    expect(result.times_ms.request_connect).toMatchObject({ min: 0, median: 0, max: 80 });
    expect(result.expectations.map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'pass']);
  });

  test('total latency has its percentiles in each interval', () => {
    expect(result.series.total_p95_ms!.slice(1)).toEqual(Array(9).fill(88));
    expect(result.series.total_max_ms![0]).toBe(168);
  });
});

test('a port that is not to be had is a connect that failed', () => {
  const { totals, errors } = run(`duration: 10s
service: {address: "10.96.0.1:80", realServers: [{address: "10.1.1.1:80", closesFirst: client}]}
clients: [{rate: 10/s, ports: 40000-40009}]
`);
  expect(errors.EADDRNOTAVAIL).toBe(totals.connects_failed);
  expect(totals.connects).toBe(totals.connections + totals.connects_failed);
});

test('datagrams need no connection', () => {
  const { totals } = run(`duration: 2s
service: {address: "10.96.0.1:53", protocol: udp, realServers: [{address: "10.1.1.1:53"}]}
clients: [{rate: 10/s}]
`);
  expect(totals).toMatchObject({ connects: 0, connects_failed: 0, connections: 0 });
});
