/** Verdicts over a result: what passes, what fails, and what cannot be said. */
import { describe, expect, it } from 'vitest';
import type { Times, Verdict } from '../../src/measure/result.ts';
import { judge, type Measured } from '../../src/measure/verdict.ts';
import { parseScenario } from '../../src/scenario/parse.ts';

const SCENARIO = parseScenario(`duration: 10s
service: { address: "10.96.0.1:80", realServers: [{ address: "10.244.1.5:8080" }] }
clients: [{ concurrency: 1 }]
`).scenario!;

const TIMES: Times = { min: 0.5, mean: 250.25, sd: 0, median: 0.5, max: 1002.5, percentiles: {} };

const RESULT: Measured = {
  schema: 1,
  ipvsim: '0.0.0',
  scenarioHash: '',
  interrupted: false,
  scenario: SCENARIO,
  end_s: 10,
  totals: {
    complete: 400,
    failed: 2,
    seconds: 10,
    rps: 40,
    syn_dropped: 100,
    syn_retransmitted: 100,
    packets: 4000,
    packets_dropped: 100,
    port_reuses: 100,
    connects: 404,
    connects_failed: 2,
    connections: 402,
    response_bytes: 244_800,
  },
  connect_ms_histogram: { '0': 300, '1000': 60, '1002': 40 },
  request_connect_ms_histogram: { '0': 300 },
  total_ms_histogram: {},
  times_ms: { connect: TIMES, request_connect: TIMES, processing: TIMES, waiting: TIMES, total: TIMES },
  series: {
    completed: [100, 100, 100, 10, 10, 10, 20, 20, 20, 10],
    qps: [100, 100, 100, 10, 10, 10, 20, 20, 20, 10],
    connect_p50_ms: [0, 0, 0, 1000, null, null, 1000, 1000, 1000, 1000],
    'inact_conn[10.244.1.5:8080]': [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    'drops[old_conntrack]': [0, 0, 0, 100, 0, 0, 0, 0, 0, 0],
  },
  drops: { old_conntrack: 100 },
  errors: { ETIMEDOUT: 2 },
  realServers: [],
  cliff: {
    first_drop_s: 3,
    connections_before: 300,
    rps_before: 100,
    rps_after: 14,
    connect_p50_before_ms: 0,
    connect_p50_after_ms: 1000,
    entries: 300,
    recovery_s: null,
    reason: 'old_conntrack',
    kernelFunction: 'ip_vs_in_hook',
  },
};

/** The load of the first 0.4 s is all there is. */
const SHORT: Partial<Measured> = { totals: { ...RESULT.totals, seconds: 0.4 } };

function verdict(expression: string, change: Partial<Measured> = {}): Verdict {
  return judge({ ...RESULT, ...change }, [{ expression, line: 7 }])[0]!;
}

describe('what is measured', () => {
  it.each([
    ['min(qps) >= 10', 10],
    ['max(qps) >= 10', 100],
    ['mean(qps) >= 10', 40],
    ['first(qps) >= 10', 100],
    ['last(qps) >= 10', 10],
    ['p50(qps) >= 10', 20],
    ['p90(qps) >= 10', 100],
    ['min(qps, 0s..3s) >= 10', 100],
    ['mean(qps, 3s..6s) >= 10', 10],
    ['max(qps, 2500ms..6900ms) >= 10', 10],
    ['sum(completed) >= 10', 400],
    ['sum(completed, 0s..3s) >= 10', 300],
    ['total(completed, 3s..10s) >= 10', 100],
    ['completed >= 10', 400],
    ['mean(connect_p50_ms, 3s..7s) >= 10', 1000],
    ['max(inact_conn[10.244.1.5:8080], 0s..5s) >= 5', 5],
    ['count(drop.old_conntrack) >= 0', 100],
    ['count(drop.old_conntrack, 0s..3s) >= 0', 0],
    ['sum(drop.old_conntrack, 3s..4s) >= 0', 100],
    ['count(drop.no_dest) >= 0', 0],
    ['sum(drop.no_dest, 3s..4s) >= 0', 0],
    ['max(drop.no_dest, 3s..4s) >= 0', 0],
    ['count(error.ETIMEDOUT) >= 0', 2],
    ['rps >= 0', 40],
    ['total(seconds) >= 0', 10],
    ['connections >= 0', 402],
    ['count(connect) >= 0', 400],
    ['count(connect, 900ms..1500ms) >= 0', 100],
    ['count(connect, 1001ms..1500ms) >= 0', 40],
    ['share(connect, 900ms..1500ms) >= 0', 0.25],
    ['min(connect) >= 0ms', 0.5],
    ['mean(connect) >= 0ms', 250.25],
    ['max(connect) >= 0ms', 1002.5],
    ['p50(connect) >= 0ms', 0],
    ['p75(connect) >= 0ms', 0],
    ['p75.1(connect) >= 0ms', 1000],
    ['p90(connect) >= 0ms', 1000],
    ['p90.1(connect) >= 0ms', 1002],
    ['p99(connect) >= 0ms', 1002],
    ['cliff.entries >= 0', 300],
    ['cliff.first_drop_s >= 0s', 3],
  ])('%s: %d', (expression, measured) => {
    expect(verdict(expression)).toMatchObject({ expression, line: 7, verdict: 'pass', measured });
  });
});

describe('a rate of requests', () => {
  const until = (seconds: number): Partial<Measured> => ({ totals: { ...RESULT.totals, seconds } });

  it("is the load's: rows in which there was load from end to end", () => {
    expect(verdict('min(qps) >= 100', until(3.2)).measured).toBe(100);
    expect(verdict('mean(qps) >= 10', until(4)).measured).toBe(77.5);
    expect(verdict('min(qps, 0s..10s) >= 10', until(3.2)).measured).toBe(10);
  });

  it('begins with the first client', () => {
    const late = { ...SCENARIO, clients: SCENARIO.clients.map((client) => ({ ...client, start_ns: 3e9 })) };
    expect(verdict('max(qps) <= 20', { scenario: late, ...until(7) }).measured).toBe(20);
  });

  it('a last row that is cut short counts in sums, and has no rate', () => {
    const cut = {
      end_s: 3.0128,
      series: { time_s: [1, 2, 3, 3.0128], completed: [1, 0, 1, 1], qps: [1, 0, 1, null] },
      ...until(3.0128),
    };
    expect(verdict('max(qps) <= 2', cut).measured).toBe(1);
    expect(verdict('sum(completed, 2s..3012800us) == 2', cut).measured).toBe(2);
  });
});

describe('conditions', () => {
  it.each([
    ['rps >= 40', 'pass'],
    ['rps >= 40.001', 'fail'],
    ['rps <= 40', 'pass'],
    ['rps < 40', 'fail'],
    ['rps > 40', 'fail'],
    ['rps == 40', 'pass'],
    ['rps != 40', 'fail'],
    ['rps == 41 +- 1', 'pass'],
    ['rps == 42 +- 1', 'fail'],
    ['rps != 42 +- 1', 'pass'],
    ['rps == 40.4 +- 1%', 'pass'],
    ['rps == 40.5 +- 1%', 'fail'],
    ['rps in 39..40', 'pass'],
    ['rps in 40..41', 'pass'],
    ['rps in 41..42', 'fail'],
    ['share(connect, 900ms..1.5s) == 25%', 'pass'],
    ['p90(connect) in 0.9s..1s', 'pass'],
  ])('%s: %s', (expression, expected) => expect(verdict(expression).verdict).toBe(expected));

  it('does not fail by the last digit of a sum', () => {
    const series = { qps: [0.1, 0.2, 0.3 - 0.3 + 0.3] };
    expect(verdict('mean(qps) == 0.2', { series }).verdict).toBe('pass');
    expect(verdict('mean(qps) >= 0.2', { series }).verdict).toBe('pass');
    expect(verdict('mean(qps) > 0.2', { series }).verdict).toBe('fail');
  });
});

describe('what is said', () => {
  it.each([
    ['rps >= 40', 'measured 40/s'],
    ['rps >= 41', 'measured 40/s, expected >= 41/s'],
    ['share(connect, 900ms..1.5s) < 20%', 'measured 25 %, expected < 20 %'],
    ['p99(connect) < 50ms', 'measured 1002 ms, expected < 50 ms'],
    ['completed == 46848 +- 1%', 'measured 400, expected 46848 +- 468.48'],
    ['mean(connect) in 1s..2s', 'measured 250.25 ms, expected 1000 ms to 2000 ms'],
    ['cliff.recovery_s in 4s..9s', 'there was no recovery, expected 4 s to 9 s'],
  ])('%s: %s', (expression, message) => expect(verdict(expression).message).toBe(message));
});

describe('what cannot be said', () => {
  it.each([
    ['min(qps, 5s..11s) > 5', {}, 'the run ended at 10 s, before the window did'],
    ['mean(connect_p50_ms, 4s..6s) > 5', {}, 'connect_p50_ms has no value there'],
    ['p99(qps) > 5', {}, 'p99 needs at least 100 samples, there are 10'],
    ['p95(qps) > 5', {}, 'p95 needs at least 20 samples, there are 10'],
    ['p99.9(connect) > 5ms', {}, 'p99.9 needs at least 1000 samples, there are 400'],
    ['p50(total) > 5ms', {}, 'no request was answered'],
    ['share(connect, 1s..2s) > 5%', { connect_ms_histogram: {} }, 'no connection was made'],
    ['max(in_flight) > 5', {}, 'the result has no series of in_flight'],
    ['rps > 5', { interrupted: true }, 'the run was interrupted'],
    ['min(qps) > 5', { interrupted: true }, 'the run was interrupted'],
    ['count(connect) > 5', { interrupted: true }, 'the run was interrupted'],
    [
      'min(qps, 8s..10s) > 5',
      { interrupted: true, end_s: 9.5 },
      'the run was interrupted at 9.5 s, before the window did',
    ],
    ['min(qps, 1s..2s) > 5', { end_s: 0.5, series: {} }, 'the run ended at 0.5 s, before the window did'],
    ['max(qps) < 5', SHORT, 'no interval had load from end to end; rps is the rate of a short load'],
    ['min(nonsense) > 5', {}, 'the expression has an unknown metric: nonsense'],
  ])('%s', (expression, change, message) => {
    expect(verdict(expression, change)).toEqual({
      expression,
      line: 7,
      verdict: 'unknown',
      measured: null,
      message,
    });
  });

  it('but what an interrupted run has done is judged', () => {
    expect(verdict('min(qps, 0s..9s) >= 10', { interrupted: true, end_s: 9.5 }).verdict).toBe('pass');
  });

  it('and what did not happen meets no condition', () => {
    expect(verdict('cliff.entries == 300', { cliff: null })).toMatchObject({
      verdict: 'fail',
      measured: null,
      message: 'there was no cliff, expected 300',
    });
    expect(verdict('cliff.recovery_s in 4s..9s', {}).verdict).toBe('fail');
  });

  it('of a cliff nothing is said where no source port came back, or where it may still come', () => {
    const young = { cliff: null, totals: { ...RESULT.totals, port_reuses: 0 } };
    expect(verdict('cliff.entries == 300', young)).toMatchObject({
      verdict: 'unknown',
      message: 'no source port came back to an old entry in the 10 s of this run',
    });
    expect(verdict('cliff.first_drop_s in 15s..17s', { cliff: null }).verdict).toBe('unknown');
    expect(verdict('cliff.first_drop_s in 5s..7s', { cliff: null }).verdict).toBe('fail');
    expect(verdict('cliff.recovery_s in 124s..130s').message).toBe(
      'there was no recovery in the 10 s of this run',
    );
    expect(verdict('cliff.recovery_s <= 9s').verdict).toBe('fail');
    expect(verdict('cliff.recovery_s > 9s').verdict).toBe('unknown');
  });
});
