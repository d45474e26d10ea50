/** Whole runs: the recordings of real ab against real kernels, determinism, and what a result says. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Result } from '../src/measure/result.ts';
import { createRun, simulate } from '../src/simulate.ts';
import { aScenario, scenarioOf } from './network/a_scenario.ts';
import { PacketLog } from './network/packet_log.ts';

interface Recording {
  readonly totals: { readonly complete: number; readonly seconds: number };
  readonly connect_ms_histogram: Readonly<Record<string, number>>;
  readonly table_by_second: readonly { readonly rs: Readonly<Record<string, readonly number[]>> }[];
}

function recording(name: string): Recording {
  const path = new URL(`golden/loads/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as Recording;
}

interface Lab {
  readonly kernel: string;
  readonly hz?: number;
  readonly mode?: number;
  readonly serviceTime: string;
  /** When ab was started, after boot. */
  readonly start_s?: number;
  readonly client: string;
}

/** The set-up of the recordings: links without delay, one real server. */
function lab(name: string, { kernel, hz = 100, mode = 1, serviceTime, start_s = 0, client }: Lab) {
  const golden = recording(name);
  const result = simulate(
    scenarioOf(`
kernel: ${kernel}
hz: ${hz}
duration: ${(start_s + golden.totals.seconds).toFixed(3)}s
sysctl: { net.ipv4.vs.conn_reuse_mode: ${mode} }
service: { address: "10.0.0.1:80", realServers: [{ address: "10.0.2.2:8080", serviceTime: ${serviceTime} }] }
clients: [{ name: ab, addresses: [10.0.1.2], start: ${start_s}s, ${client} }]
links: { delay: 0s }
`),
  );
  expect(result.totals.failed).toBe(0);
  expect(result.totals.complete / golden.totals.complete).toBeGreaterThan(0.99);
  expect(result.totals.complete / golden.totals.complete).toBeLessThan(1.01);
  return { golden, result };
}

/** Connections whose connect took from `least` ms to below `most` ms. */
function between(histogram: Readonly<Record<string, number>>, least: number, most: number): number {
  return Object.entries(histogram).reduce(
    (sum, [ms, count]) => (Number(ms) >= least && Number(ms) < most ? sum + count : sum),
    0,
  );
}

describe('recordings of real ab, in which whole groups of `concurrency` requests move together', () => {
  test('5.4, mode 1, 300 s: the cliff, the limit cycle and the tail of 3 s and 7 s', () => {
    const { golden, result } = lab('5.4-reuse1-c100-d50-300s', {
      kernel: '5.4.0',
      // A round of 100 requests took 51.02 ms in steady state (mode 0, 39 s): 50 ms and the one CPU's work.
      serviceTime: '51ms',
      // The second sweep met late timers first after 11 400 connections. What the 115 rounds before had closed
      // by 16.16 s waited in the wheel for 136.16 s, so the first round began 10.30 to 10.35 s after boot.
      start_s: 10.32,
      client: 'concurrency: 100',
    });
    expect(result.cliff!.connections_before).toBe(14116);
    expect(result.cliff!.entries).toBe(14116);
    for (const [least, most] of [
      [0, 900],
      [900, 1900],
      [1900, 3900],
      [3900, 8000],
    ] as const) {
      const ours = between(result.request_connect_ms_histogram, least, most);
      const theirs = between(golden.connect_ms_histogram, least, most);
      expect([least, ours]).toEqual([least, theirs]);
    }
    expect(result.totals.complete).toBe(golden.totals.complete);
  });

  test('5.4, mode 0: fast for ever', () => {
    const { result } = lab('5.4-reuse0-c100-d50-40s', {
      kernel: '5.4.0',
      mode: 0,
      serviceTime: '51.02ms',
      client: 'concurrency: 100',
    });
    expect(result.totals.syn_dropped).toBe(0);
    expect(between(result.request_connect_ms_histogram, 1, 1e9)).toBe(0);
    expect(result.series.inact_conn!.at(-1)).toBe(14016);
  });

  test('5.4, keep-alive: 100 connections are enough', () => {
    const { result } = lab('5.4-reuse1-keepalive-c100-d50-20s', {
      kernel: '5.4.0',
      serviceTime: '50.5ms',
      client: 'concurrency: 100, keepAlive: true',
    });
    expect(result.totals.connections).toBe(100);
    expect(result.totals.syn_dropped).toBe(0);
  });

  test('6.1: no cliff, and random steps fill the table slowly', () => {
    const { golden, result } = lab('6.1-reuse1-c100-d50-40s', {
      kernel: '6.1.192',
      serviceTime: '50.8ms',
      client: 'concurrency: 100',
    });
    expect(result.totals.syn_dropped).toBe(0);
    for (const second of [2, 4, 8, 20, 38]) {
      const theirs = golden.table_by_second[second - 1]!.rs.all!;
      const ours = result.series.inact_conn![second - 1]!;
      expect(ours / theirs[2]!).toBeGreaterThan(0.95);
      expect(ours / theirs[2]!).toBeLessThan(1.05);
    }
  });

  test('CentOS 7.8: the cliff, and not one connect of 3 s', () => {
    const { golden, result } = lab('3.10-reuse1-c50-d25-150s', {
      kernel: '3.10.0-1127.el7',
      hz: 1000,
      serviceTime: '25ms',
      client: 'concurrency: 50, ports: 40000-43999',
    });
    expect(result.cliff!.connections_before).toBe(2000);
    expect(between(result.request_connect_ms_histogram, 0, 900)).toBe(2000);
    expect(between(golden.connect_ms_histogram, 0, 900)).toBe(2000);
    expect(between(result.request_connect_ms_histogram, 1006, 1e9)).toBe(0);
  });
});

describe('a run', () => {
  const scenario = aScenario({
    duration: '20s',
    service: 'path: ipvs',
    client: 'concurrency: 20, ports: 40000-41999',
    rest: 'links: { delay: 1ms, loss: 0.01 }',
  });

  test('gives the same bytes each time, however it is cut into slices', () => {
    const whole = JSON.stringify(simulate(scenario));
    const run = createRun(scenario);
    let slices = 0;
    while (!run.advance(97)) slices++;
    expect(slices).toBeGreaterThan(200);
    expect(JSON.stringify(run.result())).toBe(whole);
  });

  test('is the same when somebody watches', () => {
    const watched = simulate(scenario, { tap: (skbs, clock) => new PacketLog(skbs, clock) });
    expect(JSON.stringify(watched)).toBe(JSON.stringify(simulate(scenario)));
  });

  test('has a result at any time, which covers what has happened', () => {
    const run = createRun(scenario);
    run.advanceTo(4.5e9);
    const partial = run.result(true);
    expect(partial.interrupted).toBe(true);
    expect(partial.totals.seconds).toBe(4.5);
    expect(partial.series.time_s).toEqual([1, 2, 3, 4, 4.5]);
    run.advanceTo(60e9);
    expect(run.now_ns).toBe(20e9);
    expect(JSON.stringify(run.result())).toBe(JSON.stringify(simulate(scenario)));
  });

  test('shows the director at any time', () => {
    const run = createRun(aScenario({ service: 'path: ipvs', client: 'concurrency: 5, keepAlive: true' }));
    run.advanceTo(3e9);
    const snapshot = run.snapshot();
    expect(snapshot.connections).toHaveLength(5);
    expect(snapshot.connections[0]).toMatchObject({
      client: '10.0.0.2',
      state: 'ESTABLISHED',
      expires_s: 899,
    });
    expect(snapshot.conntracks).toHaveLength(5);
    expect(snapshot.services[0]!.destinations[0]).toMatchObject({ address: '10.244.1.5', activeConn: 5 });
    expect(snapshot.services[0]!.stats.inpps).toBeGreaterThan(200);
    const direct = createRun(aScenario());
    direct.advanceTo(3e9);
    expect(direct.snapshot().connections).toEqual([]);
  });

  test('has one row per interval, whose sums are the totals', () => {
    const result = simulate(scenario);
    const sum = (name: string) => result.series[name]!.reduce<number>((total, value) => total + value!, 0);
    expect(result.series.time_s).toHaveLength(20);
    for (const values of Object.values(result.series)) expect(values).toHaveLength(20);
    expect(sum('completed')).toBe(result.totals.complete);
    expect(sum('packets')).toBe(result.totals.packets);
    expect(sum('syn_retransmitted')).toBe(result.totals.syn_retransmitted);
    expect(sum('syn_dropped')).toBe(result.totals.syn_dropped);
    expect(sum('drops[link_loss]')).toBe(result.drops.link_loss);
    expect(sum('requests[10.244.1.5:80]')).toBe(result.realServers[0]!.requests);
    const counts = Object.values(result.request_connect_ms_histogram).reduce(
      (total, count) => total + count,
      0,
    );
    expect(counts).toBe(result.totals.complete);
    expect(result.series.in_flight!.every((count) => count === 20)).toBe(true);
    expect(Object.keys(result.series).slice(0, 13)).toEqual([
      'time_s',
      'completed',
      'failed',
      'qps',
      'connect_p50_ms',
      'connect_p95_ms',
      'connect_p99_ms',
      'connect_max_ms',
      'active_conn',
      'inact_conn',
      'syn_dropped',
      'syn_retransmitted',
      'conntrack_entries',
    ]);
  });
});

describe('the cliff', () => {
  test('is found, with what was before and after, and its end', () => {
    const { cliff } = simulate(
      aScenario({
        duration: '140s',
        kernel: '3.10.0-1127.el7',
        service: 'path: ipvs',
        client: 'concurrency: 20, ports: 40000-49999',
        rest: 'links: { delay: 10us }',
      }),
    ) as Result & { cliff: object };
    expect(cliff).toMatchObject({ connections_before: 5000, entries: 5000, kernelFunction: 'ip_vs_in' });
    // Twenty workers, 10.08 ms each.
    expect(cliff.first_drop_s).toBeCloseTo(250 * 0.01008, 3);
    expect(cliff.rps_before).toBeCloseTo(1984, 0);
    expect(cliff.connect_p50_before_ms).toBeLessThan(1);
    expect(cliff.connect_p50_after_ms).toBeGreaterThan(999);
    expect(cliff.rps_after).toBeGreaterThan(19);
    expect(cliff.rps_after).toBeLessThan(21);
    expect(cliff.recovery_s).toBeGreaterThanOrEqual(120);
    expect(cliff.recovery_s).toBeLessThan(125);
  });

  test('is null where there is none', () => {
    expect(simulate(aScenario({ service: 'path: ipvs' })).cliff).toBeNull();
  });
});
