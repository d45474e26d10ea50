/** Real servers that never have a connection: they have their columns, and cost nothing in any interval. */
import { afterEach, expect, test, vi } from 'vitest';
import { Director } from '../../src/kernel/director.ts';
import { simulate } from '../../src/simulate.ts';
import { scenarioOf } from '../network/a_scenario.ts';

const services = (count: number) =>
  Array.from({ length: count }, (_, i) => {
    const servers = [1, 2, 3].map((j) => `{ address: "10.1.${i}.${j}:80" }`);
    return `  - { name: s${i}, address: "10.96.0.${i + 1}:80", realServers: [${servers.join(', ')}] }`;
  }).join('\n');

const yaml = (count: number, rest = '') => `
kernel: 5.4
duration: 6s
services:
${services(count)}
clients: [{ to: s0, rate: 10/s }]
${rest}`;

afterEach(() => vi.restoreAllMocks());

test.each([
  ['one director', ''],
  ['two nodes', 'nodes: [{ name: n1 }, { name: n2 }]'],
])('%s: what an interval reads grows with the servers in use, not with those that there are', (_, rest) => {
  const reads = (count: number) => {
    const active = vi.spyOn(Director.prototype, 'activeConn');
    simulate(scenarioOf(yaml(count, rest)));
    const short = active.mock.calls.length;
    active.mockClear();
    simulate(scenarioOf(yaml(count, rest).replace('duration: 6s', 'duration: 16s')));
    const more = active.mock.calls.length - short;
    active.mockRestore();
    return more;
  };
  expect(reads(1)).toBeGreaterThan(0);
  expect(reads(40)).toBe(reads(1));
});

test('every server has its columns from the first row on, whether it is used or not', () => {
  const { series } = simulate(scenarioOf(yaml(2)));
  const columns = Object.keys(series).filter((name) => name.endsWith(']') && !name.startsWith('entries'));
  expect(columns).toEqual(
    [0, 1].flatMap((service) =>
      [1, 2, 3].flatMap((server) =>
        ['active_conn', 'inact_conn', 'requests'].map((metric) => `${metric}[10.1.${service}.${server}:80]`),
      ),
    ),
  );
  expect(series['requests[10.1.1.2:80]']).toEqual([0, 0, 0, 0, 0, 0]);
  expect(series['requests[10.1.0.1:80]']!.every((value) => value! > 0)).toBe(true);
});

test('a server with an entry but without an answer counts as well', () => {
  const events = 'events: [{ at: 0s, unplug: 10.1.0.1 }]';
  const { series } = simulate(scenarioOf(yaml(1, events)));
  expect(Math.max(...series['active_conn[10.1.0.1:80]']!.map(Number))).toBeGreaterThan(0);
});

test('the weight of an idle server goes on until it changes', () => {
  const change = 'events: [{ at: 2500ms, service: s1, weight: { "10.1.1.2:80": 7 } }]';
  const { series } = simulate(scenarioOf(yaml(2, change)));
  expect(series['weight[10.1.1.1:80]']).toEqual([1, 1, 1, 1, 1, 1]);
  expect(series['weight[10.1.1.2:80]']).toEqual([1, 1, 7, 7, 7, 7]);
});
