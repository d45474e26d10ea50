/** Hosts that are gone: the recordings of draining second by second, and what clients are told. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Result } from '../../src/measure/result.ts';
import { abFailures } from '../../src/report/forms/ab.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { simulate } from '../../src/simulate.ts';
import { aScenario } from './a_scenario.ts';

interface Recording {
  readonly totals: { readonly complete: number; readonly failed: number };
  readonly table_by_second: readonly {
    readonly t: number;
    readonly rs: Readonly<Record<string, readonly [number, number, number]>>;
  }[];
}

const DYING = '0A000202:1F90';

function shipped(name: string): Result {
  const text = readFileSync(new URL(`../../scenarios/lab-${name}.yaml`, import.meta.url), 'utf8');
  return simulate(parseScenario(text, { file: name }).scenario!);
}

function recording(name: string): Recording {
  return JSON.parse(readFileSync(new URL(`../golden/loads/${name}.json`, import.meta.url), 'utf8'));
}

/** The largest differences between the dying server's counters and the recorded ones, in entries. */
function differences(result: Result, golden: Recording, from_s: number): readonly [number, number] {
  const column = (name: string) => result.series[`${name}[10.0.2.2:8080]`]!;
  let [active, inactive] = [0, 0];
  for (const { t, rs } of golden.table_by_second) {
    if (t < from_s) continue;
    active = Math.max(active, Math.abs(column('active_conn')[t - 1]! - rs[DYING]![1]));
    inactive = Math.max(inactive, Math.abs(column('inact_conn')[t - 1]! - rs[DYING]![2]));
    expect(column('weight')[t - 1], `weight at ${t} s`).toBe(rs[DYING]![0]);
  }
  return [active, inactive];
}

describe('recordings of a real server that is drained and unplugged', () => {
  test('5.4, mode 0: it keeps its share of the ports, and connections fail in steps of six seconds', () => {
    const result = shipped('5.4-drain-reuse0');
    const golden = recording('5.4-drain-reuse0');
    const [active, inactive] = differences(result, golden, 21);
    expect(active).toBeLessThanOrEqual(2);
    expect(inactive).toBeLessThanOrEqual(2);
    const { connect, polled } = abFailures(result);
    expect(connect).toBe(0);
    expect(Math.abs(3 * polled - golden.totals.failed)).toBeLessThanOrEqual(6);
    expect(Math.abs(result.totals.complete + polled - golden.totals.complete)).toBeLessThanOrEqual(24);
    expect(result.errors).toEqual({ EHOSTUNREACH: polled });
    expect(result.series['errors[EHOSTUNREACH]']!.slice(33, 40)).toEqual([6, 0, 0, 0, 0, 0, 3]);
  });

  test('5.4, mode 1: it drains at ten entries a second', () => {
    const result = shipped('5.4-drain-reuse1');
    const golden = recording('5.4-drain-reuse1');
    expect(differences(result, golden, 21)[1]).toBeLessThanOrEqual(10);
    expect(result.totals.failed).toBe(0);
    expect(Math.abs(result.totals.complete - golden.totals.complete)).toBeLessThanOrEqual(20);
  });

  test.each(['6.1-drain-reuse0-enc1', '6.1-drain-reuse1-enc1'])('%s: it is empty at once', (name) => {
    const result = shipped(name);
    const golden = recording(name);
    // Ports are drawn at random: the recordings of the two modes differ as much.
    expect(differences(result, golden, 21)[1]).toBeLessThanOrEqual(25);
    expect(result.totals.failed).toBe(0);
    expect(result.totals.complete / golden.totals.complete).toBeCloseTo(1, 2);
  });
});

/** One service of one real server, which is unplugged after a second. */
const gone = (client: string, rest = '', kernel = '5.4.0') =>
  aScenario({
    kernel,
    duration: '20s',
    service: 'scheduler: rr',
    client,
    rest: `hz: 1000\nlinks: { delay: 1ms }\nevents:\n  - { at: 1s, unplug: 10.244.1.5 }\n${rest}`,
  });

describe('a host that is gone', () => {
  test('makes connect() fail after three probes, again and again', () => {
    const result = simulate(gone('concurrency: 1, start: 2s'));
    expect(result.totals.complete).toBe(0);
    expect(Object.keys(result.errors)).toEqual(['EHOSTUNREACH']);
    // Probes at 2, 3 and 4 s; the packet is answered at 5 s, give or take late timers.
    const failed = result.series.failed!;
    expect(failed.slice(0, 6)).toEqual([0, 0, 0, 0, 0, 1]);
    expect(result.totals.failed).toBeGreaterThanOrEqual(4);
  });

  test('tells a client at most six times at once and then once a second, whatever number of connections fails', () => {
    const { series } = simulate(gone('concurrency: 50, start: 2s'));
    const errors = series['errors[EHOSTUNREACH]']!;
    expect(errors[5]).toBe(6);
    expect(errors.slice(0, 9).reduce((sum, count) => sum! + count!, 0)).toBeLessThanOrEqual(6 + 4);
  });

  test('tells everybody when ICMP has no limit', () => {
    const { series } = simulate(gone('concurrency: 50, start: 2s', 'sysctl: { net.ipv4.icmp_ratelimit: 0 }'));
    expect(series['errors[EHOSTUNREACH]']![5]).toBe(50);
  });

  test.each([
    ['path: iptables', ''],
    ['path: ipvs-bpf', ''],
    ['path: ipvs', 'sysctl: { net.ipv4.vs.conntrack: 0 }'],
    ['path: ipvs, forward: route', ''],
  ])('is noticed behind %s too', (service, rest) => {
    const result = simulate(
      aScenario({
        service,
        client: 'concurrency: 3, start: 2s',
        rest: `events: [{ at: 1s, unplug: 10.244.1.5 }]\n${rest}`,
      }),
    );
    expect(result.errors).toEqual({ EHOSTUNREACH: result.totals.failed });
    expect(result.totals.failed).toBeGreaterThanOrEqual(3);
  });

  test('behind a tunnel nobody hears of it, nor without a director', () => {
    for (const service of ['forward: tunnel', 'path: direct']) {
      const scenario = aScenario({
        service,
        duration: '200s',
        client: 'concurrency: 1, start: 2s',
        rest: 'events: [{ at: 1s, unplug: 10.244.1.5 }]',
      });
      expect(simulate(scenario).errors).toEqual({ ETIMEDOUT: 1 });
    }
  });

  test('is reached by what waits when it comes back', () => {
    const result = simulate(gone('rate: 10/s, start: 2s, requests: 10', '  - { at: 4s, plug: 10.244.1.5 }'));
    expect(result.totals).toMatchObject({ complete: 10, failed: 0 });
    expect(result.drops).toEqual({});
  });

  test('a connection under way does not end, but remembers the error until it gives up', () => {
    // The handshake's last packet and the request are on their way to the server when its cable comes out.
    const scenario = gone('concurrency: 1, requests: 1');
    const result = simulate({
      ...scenario,
      duration_ns: 3600e9,
      events: [{ at_ns: 4.5e6, action: { kind: 'unplug', address: '10.244.1.5' } }],
    });
    expect(result.errors).toEqual({ EHOSTUNREACH: 1 });
    // tcp_retries2: fifteen retransmissions, from 0.2 s on twice as long each time up to 120 s.
    expect(result.totals.seconds).toBeGreaterThan(900);
    expect(result.totals.seconds).toBeLessThan(1100);
  });

  test('has room for 166 waiting packets, before v4.14 for 51; then the oldest goes', () => {
    const answered = (kernel: string) => {
      const functions: string[] = [];
      const drop = (_reason: string, kernelFunction: string) => functions.push(kernelFunction);
      const tap = () => ({
        packet: () => {},
        decision: () => {},
        entry: () => {},
        entryOver: () => {},
        drop,
      });
      const scenario = gone('rate: 300/s, start: 2s, requests: 300', '', kernel);
      simulate({ ...scenario, duration_ns: 6e9 }, { tap });
      expect(functions).toContain('__neigh_event_send');
      return functions.filter((name) => name === 'arp_error_report').length;
    };
    expect([answered('4.13'), answered('4.14')]).toEqual([51, 166]);
  });
});
