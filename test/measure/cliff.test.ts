import { describe, expect, test } from 'vitest';
import { CliffDetector } from '../../src/measure/cliff.ts';
import { LatencyHistogram } from '../../src/measure/latency.ts';
import { simulate } from '../../src/simulate.ts';
import { scenarioOf } from '../network/a_scenario.ts';

/** Seconds of a load: how many connects were fast, slow (1 s), and how many SYNs were dropped. */
type Second = readonly [fast: number, slow: number, dropped: number];

const FAST: Second = [100, 0, 0];
const SLOW: Second = [0, 10, 10];
const MIXED: Second = [40, 30, 35];
const QUIET: Second = [0, 0, 0];

/** Ten fast seconds, then a first drop in the middle of the eleventh, and what follows. */
function cliffOf(...seconds: readonly Second[]) {
  const detector = new CliffDetector();
  detector.fall({
    at_ns: 10.5e9,
    before: { length_ns: 10.5e9, completed: 1050, connect: histogram(1050, 0) },
    opened: { length_ns: 0.5e9, completed: 50, connect: histogram(50, 0) },
    connections: 1050,
    entries: 1000,
  });
  [[60, 0, 10] as const, ...seconds].forEach(([fast, slow, dropped], index) => {
    detector.interval({
      length_ns: 1e9,
      end_ns: (11 + index) * 1e9,
      completed: fast + slow,
      connect: histogram(fast, slow),
      connects: fast + Math.max(slow, dropped),
      dropped,
    });
  });
  return detector.result()!;
}

function histogram(fast: number, slow: number): LatencyHistogram {
  const connect = new LatencyHistogram();
  for (let times = 0; times < fast; times++) connect.record(400);
  for (let times = 0; times < slow; times++) connect.record(1_000_400);
  return connect;
}

const times = (count: number, second: Second): Second[] => Array.from({ length: count }, () => second);

describe('a cliff', () => {
  test('that ends is over with the first of the fast intervals', () => {
    const cliff = cliffOf(...times(20, SLOW), ...times(9, FAST));
    expect(cliff).toMatchObject({ first_drop_s: 10.5, recovery_s: 31, phases: 1, over_s: 31 });
    expect(cliff).toMatchObject({ rps_before: 100, connect_p50_before_ms: 0.4 });
    expect(cliff.connect_p50_after_ms).toBeCloseTo(1000.3, 0);
    // Half a second with ten requests, and nineteen seconds: the last one may have been fast in its end.
    expect(cliff.rps_after).toBeCloseTo(200 / 19.5, 9);
    expect(cliff.slow_share).toBeCloseTo(190 / 200, 9);
  });

  test('that does not end has no recovery, though its last second be fast', () => {
    expect(cliffOf(...times(20, SLOW))).toMatchObject({ recovery_s: null, phases: 1, over_s: null });
    expect(cliffOf(...times(20, SLOW), FAST)).toMatchObject({ recovery_s: null, phases: 1, over_s: null });
  });

  test('whose intervals alternate has not recovered in between', () => {
    const cliff = cliffOf(...Array.from({ length: 10 }, () => [SLOW, FAST]).flat());
    expect(cliff).toMatchObject({ recovery_s: null, phases: 1, over_s: null });
    expect(cliff.connect_p50_after_ms).toBeCloseTo(1000.3, 0);
    expect(cliff.slow_share).toBeGreaterThan(0.9);
  });

  test('that comes slowly lasts from its first drop, and says how many are slow while the median is not', () => {
    const slope: Second[] = [
      [90, 2, 25],
      [80, 10, 25],
      [70, 20, 30],
    ];
    const cliff = cliffOf(...slope, ...times(10, MIXED));
    expect(cliff).toMatchObject({ first_drop_s: 10.5, recovery_s: null, connect_p50_after_ms: 0.4 });
    expect(cliff.slow_share).toBeCloseTo(332 / (10 + 92 + 90 + 90 + 700), 9);
  });

  test('that comes back is counted, and its phases are measured together', () => {
    const wave = [...times(30, SLOW), ...times(5, FAST)];
    const cliff = cliffOf(...wave, ...wave, ...wave);
    expect(cliff).toMatchObject({ recovery_s: 41, phases: 3, over_s: 111 });
    // First and last interval of a later phase may be fast in part.
    expect(cliff.rps_after).toBeCloseTo((10 + 290 + 280 + 280) / (0.5 + 29 + 28 + 28), 9);
    expect(cliffOf(...wave, ...times(9, SLOW))).toMatchObject({ recovery_s: 41, phases: 2, over_s: null });
  });

  test('does not come back with drops that nobody feels, nor with slowness that has another cause', () => {
    const few: Second = [100, 3, 3];
    const others: Second = [0, 10, 0];
    const cliff = cliffOf(...times(5, SLOW), ...times(5, FAST), ...times(5, few), ...times(5, others));
    expect(cliff).toMatchObject({ recovery_s: 16, phases: 1, over_s: 16 });
  });

  test('is over where less load than before goes well for ten seconds', () => {
    const little: Second = [20, 0, 0];
    expect(cliffOf(...times(5, SLOW), ...times(9, little))).toMatchObject({ recovery_s: null });
    expect(cliffOf(...times(5, SLOW), ...times(10, little))).toMatchObject({ recovery_s: 16, over_s: 16 });
  });

  test('is not over while nobody connects', () => {
    const waiting = cliffOf(...times(5, SLOW), ...times(60, QUIET));
    expect(waiting).toMatchObject({ recovery_s: null, over_s: null });
    const back = cliffOf(...times(5, SLOW), ...times(60, QUIET), FAST, QUIET);
    expect(back).toMatchObject({ recovery_s: 76, over_s: 76 });
  });
});

test('few drops in the second in which the load ends are no phase of their own', () => {
  const detector = new CliffDetector();
  const before = { length_ns: 5.5e9, completed: 50, connect: histogram(50, 0) };
  const opened = { length_ns: 0.5e9, completed: 5, connect: histogram(5, 0) };
  detector.fall({ at_ns: 5.5e9, before, opened, connections: 50, entries: 50 });
  detector.loadEnded({ length_ns: 0.75e9, completed: 6, connect: histogram(5, 1) });
  expect(detector.result()).toMatchObject({ rps_after: 4, slow_share: 1, recovery_s: null, over_s: null });
});

test('in an open loop over few ports the cliff is as slow as its connects, from its slope on', () => {
  const { cliff } = simulate(
    scenarioOf(`
duration: 40s
kernel: 6.1
sysctl: { net.ipv4.vs.conntrack: 1, net.ipv4.vs.conn_reuse_mode: 1 }
service:
  address: 10.96.0.38:3868
  protocol: sctp
  realServers:
    - { address: 10.244.1.5:3868, serviceTime: 10ms }
clients:
  - { rate: 20/s, ports: 40000-40099 }
`),
  );
  expect(cliff).toMatchObject({ phases: 1, recovery_s: null, over_s: null });
  expect(cliff!.first_drop_s).toBeLessThan(3);
  expect(cliff!.connect_p50_before_ms).toBeLessThan(1);
  expect(cliff!.connect_p50_after_ms).toBeGreaterThan(3000);
});
