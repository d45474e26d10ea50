/** A small result for tests of what works on results. */
import type { Result, Times, Verdict } from '../../src/measure/result.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';

const TIMES: Times = {
  min: 1,
  mean: 2.5,
  sd: 0.5,
  median: 2,
  max: 9,
  percentiles: { 50: 2, 66: 2, 75: 3, 80: 3, 90: 4, 95: 5, 98: 6, 99: 7, 100: 9 },
};

export function aVerdict(verdict: Verdict['verdict'], expression = 'min(qps) >= 1000', line = 12): Verdict {
  return {
    expression,
    line,
    verdict,
    measured: verdict === 'unknown' ? null : 410,
    message: `measured ${verdict}`,
  };
}

export function aResult(change: Partial<Result> = {}): Result {
  return {
    schema: 2,
    ipvsim: '0.1.0',
    scenarioHash: '0123456789ab',
    interrupted: false,
    scenario: {
      name: 'small',
      seed: 'ipvsim',
      kernel: '5.4',
      interval_ns: 1e9,
      duration_ns: 4e9,
    } as Scenario,
    end_s: 4,
    totals: {
      complete: 400,
      failed: 0,
      seconds: 4,
      rps: 100,
      syn_dropped: 3,
      syn_retransmitted: 3,
      packets: 4000,
      packets_dropped: 3,
      port_reuses: 100,
      connects: 400,
      connects_failed: 0,
      connections: 400,
      response_bytes: 244800,
    },
    connect_ms_histogram: { 0: 397, 1000: 3 },
    request_connect_ms_histogram: { 0: 397, 1000: 3 },
    total_ms_histogram: { 2: 397, 1002: 3 },
    times_ms: { connect: TIMES, request_connect: TIMES, processing: TIMES, waiting: TIMES, total: TIMES },
    series: { time_s: [1, 2, 3, 4], qps: [100, 102, 98, 100], connect_p50_ms: [0.2, 0.2, null, 0.2] },
    drops: { old_conntrack: 3 },
    errors: {},
    realServers: [],
    cliff: null,
    expectations: [aVerdict('pass')],
    ...change,
  };
}
