/** Series of several nodes: what each adds in an interval, what it holds, and that all together are the run's. */
import { expect, test } from 'vitest';
import { judge } from '../../src/measure/verdict.ts';
import { simulate } from '../../src/simulate.ts';
import { scenarioOf } from '../network/a_scenario.ts';

const yaml = (duration: string) => `
kernel: 5.4
duration: ${duration}
nodes: [{ name: n1 }, { name: n2 }]
services:
  - { name: a, address: "10.96.0.1:80", realServers: [{ address: "10.1.1.1:80" }, { address: "10.1.1.2:80" }] }
  - { name: b, address: "10.96.0.2:80", realServers: [{ address: "10.1.1.1:80" }] }
clients:
  - { name: x, to: a, rate: 8/s, ports: 40000-40019, via: n1, requests: 40 }
  - { name: y, to: b, rate: 2/s, via: n1 }
  - { name: z, to: a, rate: 3/s, via: n2, start: 2s, addresses: 10.0.0.9 }
`;
const { series, nodes, ...result } = simulate(scenarioOf(yaml('5500ms')));
const sums = (...names: string[]) =>
  series.time_s!.map((_, row) => names.reduce((sum, name) => sum + (series[name]?.[row] ?? 0), 0));

test('an interval adds to counters what happened in it, the open one too', () => {
  expect(series['node.connections[n2]']).toEqual([0, 0, 3, 3, 3, 2]);
  expect(series['node.connections[n1]']!.reduce<number>((sum, each) => sum + each!, 0)).toBe(
    nodes![0]!.connections,
  );
  expect(series['node.syn_dropped[n1]']!.reduce<number>((sum, each) => sum + each!, 0)).toBe(
    result.totals.syn_dropped,
  );
  expect(result.totals.syn_dropped).toBeGreaterThan(0);
});

test('gauges of nodes add up to those of the run', () => {
  for (const name of ['entries', 'conntrack_entries', 'active_conn', 'inact_conn']) {
    expect(sums(`node.${name}[n1]`, `node.${name}[n2]`)).toEqual(series[name]);
  }
  const server = (node: string) => `node.inact_conn[${node}/10.1.1.2:80]`;
  expect(sums(server('n1'), server('n2'))).toEqual(series['inact_conn[10.1.1.2:80]']);
});

test('what never was anything but 0 has no column, and is 0', () => {
  expect(Object.keys(series).filter((name) => name.includes('[n2/b'))).toEqual([]);
  const all = { ...result, series, nodes: nodes! };
  const measured = (expression: string) => judge(all, [{ expression, line: 0 }])[0]!.measured;
  expect(measured('total(node.syn_dropped[n2]) == 0')).toBe(0);
  expect(measured('total(node.connections[n2]) == 11')).toBe(11);
  expect(measured('total(node.connections[n1/b/10.1.1.1:80]) == 10')).toBe(
    nodes![0]!.realServers[2]!.connections,
  );
  // The address alone is that of both services.
  const [a, , b] = nodes![0]!.realServers;
  expect(measured('total(node.connections[n1/10.1.1.1:80]) == 1')).toBe(a!.connections + b!.connections);
});

test('a run without nodes has no such columns', () => {
  const bare = simulate(
    scenarioOf(
      yaml('3s')
        .replace(/nodes:.*/u, '')
        .replaceAll(/, via: n\d/gu, ''),
    ),
  );
  expect(Object.keys(bare.series).filter((name) => name.startsWith('node.'))).toEqual([]);
});

test('weights have columns where something changes them, and are unknown elsewhere', () => {
  const changing = yaml('5s').replace(
    'clients:',
    'events: [{ at: 2500ms, service: b, delete: "10.1.1.1:80" }]\nclients:',
  );
  const changed = simulate(scenarioOf(changing));
  expect(changed.series['node.weight[n1]']).toEqual([3, 3, 2, 2, 2]);
  expect(changed.series['node.weight[n2/b/10.1.1.1:80]']).toEqual([1, 1, 0, 0, 0]);
  expect(changed.nodes![1]!.realServers.map(({ weight }) => weight)).toEqual([1, 1, 0]);
  const verdict = (result: typeof changed, expression: string) =>
    judge(result, [{ expression, line: 0 }])[0]!.verdict;
  expect(verdict(changed, 'last(node.weight[n1/a/10.1.1.1:80]) == 1')).toBe('pass');
  expect(verdict(simulate(scenarioOf(yaml('3s'))), 'last(node.weight[n1]) == 0')).toBe('unknown');
});
