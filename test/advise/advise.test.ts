import { describe, expect, test } from 'vitest';
import { drainTest } from '../../src/advise/drain.ts';
import { effectOf, priceOf } from '../../src/advise/outcome.ts';
import { remediesFor } from '../../src/advise/remedies.ts';
import type { Result } from '../../src/measure/result.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';

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

function changesOf(scenario: Scenario): Record<string, readonly string[]> {
  return Object.fromEntries(remediesFor(scenario).map(({ name, changes }) => [name, changes]));
}

describe('remedies', () => {
  test('are changes that the scenario takes, each of another part of it', () => {
    const changes = changesOf(parse(TEXT));
    expect(Object.keys(changes)).toEqual([
      'mode 0',
      'mode 0 + nodest',
      'expire_nodest_conn',
      'kernel 5.9+',
      'conntrack 0',
      'keep-alive',
      'wider ports',
      'more clients',
    ]);
    for (const set of Object.values(changes)) parse(TEXT, set);
  });

  test('a newer node does not change how the clients choose their ports', () => {
    const after = parse(TEXT, changesOf(parse(TEXT))['kernel 5.9+']);
    expect(after.kernel).toBe('5.10');
    expect(after.clients.map(({ kernel, hz }) => [kernel, hz])).toEqual([
      ['3.10.0-1127.el7', 1000],
      ['3.10.0-1127.el7', 1000],
    ]);
  });

  test('more clients share the load from addresses that nobody has, and leave the probe alone', () => {
    const after = parse(TEXT, changesOf(parse(TEXT))['more clients']);
    expect(
      after.clients.map(({ addresses, load }) => [addresses, load.kind === 'closed' ? load.concurrency : 0]),
    ).toEqual([
      [['10.0.0.1'], 3],
      [['10.0.0.2'], 0],
      [['10.0.0.3'], 3],
      [['10.0.0.4'], 3],
      [['10.0.0.5'], 3],
    ]);
  });

  test('an open loop is split by its rate', () => {
    const open = parse(TEXT, ['clients.0={"addresses": "10.0.0.1", "rate": "200/s", "arrivals": "poisson"}']);
    const after = parse(TEXT, [...changesOf(open)['more clients']!]);
    expect(after.clients[4]!.load).toEqual({ kind: 'open', rate_per_s: 50, arrivals: 'poisson' });
  });

  test('what the scenario has already is no remedy', () => {
    const set = ['sysctl.net.ipv4.vs.conn_reuse_mode=0', 'kernel=6.1', 'clients.0.keepAlive=true'];
    const names = Object.keys(changesOf(parse(TEXT, set)));
    for (const name of ['mode 0', 'kernel 5.9+', 'keep-alive']) expect(names).not.toContain(name);
  });
});

describe('the drain test', () => {
  test('a single real server gets a second one like it; the first is drained', () => {
    const changes = ['service.realServers.0.serviceTime.empirical=[10ms, 20ms]'];
    const base = parse(TEXT, changes);
    const drain = drainTest(base, 20e9)!;
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
    expect(after.duration_ns).toBe(80e9);
  });

  test('a path without IPVS has nothing to drain', () => {
    expect(drainTest(parse(TEXT, ['service.path=direct']), 20e9)).toBeNull();
  });
});

describe('outcome', () => {
  const series = {
    time_s: [0, 1, 2, 3],
    completed: [100, 100, 10, 20],
    failed: [0, 0, 1, 0],
    connect_p50_ms: [0, 0, 1000, null],
    connect_max_ms: [1, 1, 1003, null],
    'requests[10.244.1.5:8080]': [60, 60, 3, 0],
    'requests[10.244.1.6:8080]': [40, 40, 7, 20],
  };
  const drain = drainTest(parse(TEXT), 2e9)!;
  const result = { scenario: parse(TEXT, drain.changes), series } as unknown as Result;

  test('effect: figures of the span only', () => {
    expect(effectOf(result, { from_s: 2, to_s: 4 })).toEqual({
      rps: 15,
      connect_p50_ms: 1000,
      connect_max_ms: 1003,
      failed: 1,
    });
  });

  test('price: balance before, share and last request of the drained server after', () => {
    expect(priceOf(result, drain)).toEqual({ balance: 1.2, stale: 0.1, empty_after_s: 1 });
  });
});
