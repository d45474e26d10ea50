import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { adviceOf } from '../../src/advise/advice.ts';
import { drainTest } from '../../src/advise/drain.ts';
import { effectOf, priceOf } from '../../src/advise/outcome.ts';
import { planFor, runsOf } from '../../src/advise/plan.ts';
import type { Result } from '../../src/measure/result.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { simulate } from '../../src/simulate.ts';

const TEXT = `
kernel: 3.10.0-1127.el7
sysctl: { net.ipv4.vs.conn_reuse_mode: 1 }
service:
  address: 10.96.0.1:80
  realServers: [{ address: 10.244.1.5:8080 }]
clients:
  - { addresses: 10.0.0.1, concurrency: 10 }
  - { addresses: [10.0.0.2], probe: { port: 2348 } }
`;

function parse(text: string, set: readonly string[] = []): Scenario {
  const { scenario, problems } = parseScenario(text, { set });
  expect(problems).toEqual([]);
  return scenario!;
}

describe('the drain test', () => {
  test('a single real server gets a second one like it; the first is drained', () => {
    const changes = ['service.realServers.0.serviceTime.empirical=[10ms, 20ms]'];
    const base = parse(TEXT, changes);
    const drain = drainTest(base, 20e9, base.duration_ns)!;
    expect(drain.drained).toBe('10.244.1.5:8080');
    const after = parse(TEXT, [...changes, ...drain.changes]);
    const [first, second] = after.services[0]!.realServers;
    expect(first).toEqual(base.services[0]!.realServers[0]);
    expect(second).toEqual({ ...first, address: '10.244.1.6:8080' });
    expect(after.events).toEqual([
      {
        at_ns: 20e9,
        action: { kind: 'weight', service: expect.any(String), realServer: drain.drained, weight: 0 },
      },
    ]);
    expect(drain.until_ns).toBe(80e9);
  });

  test('a path without IPVS has nothing to drain', () => {
    expect(drainTest(parse(TEXT, ['service.path=direct']), 20e9, 60e9)).toBeNull();
  });
});

describe('outcome', () => {
  const series = {
    time_s: [1, 2, 3, 4],
    completed: [100, 100, 10, 20],
    failed: [0, 0, 1, 0],
    connect_p50_ms: [0, 0, 1000, null],
    connect_max_ms: [1, 1, 1003, null],
    'requests[10.244.1.5:8080]': [60, 60, 3, 0],
    'requests[10.244.1.6:8080]': [40, 40, 7, 20],
  };
  const drain = drainTest(parse(TEXT), 2e9, 60e9)!;
  const result = {
    scenario: parse(TEXT, drain.changes),
    series: { ...series, active_conn: [5, 5, 1, 0], inact_conn: [5, 90, 95, 90] },
    times_ms: { total: { max: 1005 } },
    totals: { packets: 900, longest_failure_s: 3 },
  } as unknown as Result;

  test('effect: figures of the span only', () => {
    const effect = effectOf(result, { from_s: 2, to_s: 4 });
    expect({ ...effect, balance: Number(effect.balance!.toFixed(2)) }).toEqual({
      rps: 15,
      connect_p50_ms: 1000,
      connect_max_ms: 1003,
      answered: 30,
      failed: 1,
      longest_ms: 3000,
      balance: 1.07,
      packets: 900,
      entries: 96,
    });
  });

  test('price: balance before, share and last request of the drained server after', () => {
    expect(priceOf(result, drain)).toEqual({ balance: 1.2, stale: 0.1, empty_after_s: 1 });
  });
});

describe('the plan', () => {
  const DOING_NOTHING = 'as it is/effect';

  function planned(name: string) {
    const text = readFileSync(new URL(`../../scenarios/${name}.yaml`, import.meta.url), 'utf8');
    const plan = planFor(simulate(parse(text)))!;
    return { text, plan, names: runsOf(plan).map((run) => run.name) };
  }

  test('the effect of doing nothing is that of the run the plan is made from, if that is as long', () => {
    const { text, plan, names } = planned('full-conntrack');
    expect(names).not.toContain(DOING_NOTHING);
    const { changes, until_ns } = runsOf({ ...plan, asItIs: null }).find(
      ({ name }) => name === DOING_NOTHING,
    )!;
    const [row] = adviceOf(plan, new Map()).rows;
    const result = simulate({ ...parse(text, changes), duration_ns: until_ns! });
    expect(row!.effect).toEqual(effectOf(result, plan.span));
  });

  test('a run that drains goes on for long enough, and shortens no scenario', () => {
    const longest = (set: readonly string[], until_ns?: number) => {
      const scenario = parse(TEXT, ['clients.0.ports=40000-40049', 'clients.0.thinkTime=50ms', ...set]);
      const base = simulate(until_ns === undefined ? scenario : { ...scenario, duration_ns: until_ns });
      const run = runsOf(planFor(base, scenario.duration_ns)!).find(({ name }) => name === 'mode 0/price')!;
      return [parse(TEXT, [...set, ...run.changes]).duration_ns, run.until_ns];
    };
    expect(longest(['duration=10s'])).toEqual([80e9, 80e9]);
    expect(longest(['duration=300s', 'clients.1.start=200s'], 30e9)).toEqual([300e9, 80e9]);
  });

  test('what comes after a run that is cut is no mistake in it', () => {
    const { text, plan } = planned('node-kernels');
    expect(plan.span.to_s).toBeLessThanOrEqual(45);
    for (const { changes } of runsOf(plan)) {
      const refused = parseScenario(text, { set: changes }).problems;
      expect(refused.filter(({ message }) => message.includes('after the end of the run'))).toEqual([]);
    }
  });

  test('where the cliff is over before the end, it is that of a shorter run', () => {
    const { plan, names } = planned('k8s-cliff');
    expect(plan.asItIs).toBeNull();
    expect(names).toContain(DOING_NOTHING);
  });
});
