/** Real servers that come and go with several nodes, each of which numbers its own. */
import { expect, test } from 'vitest';
import { createRun, type Run, simulate } from '../../../src/simulate.ts';
import { scenarioOf } from '../a_scenario.ts';

const FIRST = '10.244.1.1:80';
const SECOND = '10.244.1.2:80';

const yaml = (forward: string, events: readonly string[], second = 'rate: 1/s') => `
kernel: 5.4
duration: 500s
nodes: [{ name: n1 }, { name: n2 }]
service:
  address: 10.96.0.10:80
  forward: ${forward}
  realServers: [{ address: "${FIRST}" }, { address: "${SECOND}" }]
clients:
  - { name: kept, via: n1, concurrency: 4, keepAlive: true, thinkTime: 20s, addresses: 10.0.0.2 }
  - { name: short, via: n2, ${second}, addresses: 10.0.0.3 }
events:
${events.map((event) => `  - { ${event} }`).join('\n')}
`;

const listed = (run: Run, node: number) =>
  run
    .snapshot(node)
    .services[0]!.destinations.map(({ address }) => address)
    .sort();

test.each(['masq', 'route', 'tunnel'])(
  'one that comes back is known to a node whose connections kept it, and new to one that forgot it: %s',
  (forward) => {
    const events = [`at: 30s, delete: "${SECOND}"`, `at: 400s, add: { address: "${SECOND}" }`];
    const run = createRun(scenarioOf(yaml(forward, events)));
    run.advanceTo(350e9);
    expect([listed(run, 0), listed(run, 1)]).toEqual([['10.244.1.1'], ['10.244.1.1']]);
    const before = run.result();
    run.advanceTo(500e9);
    expect([listed(run, 0), listed(run, 1)]).toEqual([
      ['10.244.1.1', '10.244.1.2'],
      ['10.244.1.1', '10.244.1.2'],
    ]);
    const result = run.result();
    expect(result.totals.failed).toBe(0);
    const [kept, short] = result.nodes!.map(({ realServers }) => realServers);
    expect(kept!.map(({ active_conn, connections }) => [active_conn, connections])).toEqual([
      [2, 2],
      [2, 2],
    ]);
    // A request a second through node 2: all to the first while the second was away, half of them before and after.
    const atFirst = before.nodes![1]!.realServers[0]!.connections;
    expect(atFirst).toBe(15 + 320);
    expect(short!.map(({ connections }) => connections)).toEqual([atFirst + 100, 15 + 50]);
    expect(result.realServers.map(({ connections }) => connections)).toEqual([
      atFirst + 100 + 2,
      15 + 50 + 2,
    ]);
    // A column of what only grows never falls, whatever number a node has given.
    const counts = result.series[`node.connections[n2/${SECOND}]`]!;
    expect(Math.min(...counts.map(Number))).toBe(0);
    expect(counts.reduce<number>((sum, count) => sum + count!, 0)).toBe(15 + 50);
  },
);

test('a node that has rebooted knows the real servers of then, and forgot those that were deleted', () => {
  const events = [
    `at: 20s, delete: "${SECOND}"`,
    'at: 50s, rebootNode: n1, bootTime: 20s',
    'at: 60s, add: { address: "10.244.1.9:80" }',
    `at: 100s, add: { address: "${SECOND}" }`,
  ];
  const run = createRun(scenarioOf(yaml('route', events, 'concurrency: 4, keepAlive: true, thinkTime: 7s')));
  run.advanceTo(80e9);
  expect([listed(run, 0), listed(run, 1)]).toEqual([
    ['10.244.1.1', '10.244.1.9'],
    ['10.244.1.1', '10.244.1.9'],
  ]);
  run.advanceTo(500e9);
  expect(listed(run, 0)).toEqual(['10.244.1.1', '10.244.1.2', '10.244.1.9']);
  const { nodes, realServers, totals } = run.result();
  // Its four connections, two of them to the deleted one, are over; their next requests make new ones.
  expect(totals.failed).toBe(4);
  expect(nodes![0]!.realServers.map(({ connections }) => connections)).toEqual([2 + 2, 2, 2]);
  expect(realServers.map(({ connections }) => connections)).toEqual([4 + 2, 4, 2]);
});

test('services that share a real server have their own share of it on every node', () => {
  const result = simulate(
    scenarioOf(`
duration: 20s
nodes: [{ name: n1 }, { name: n2 }]
services:
  - { name: a, address: "10.96.0.1:80", realServers: [{ address: "10.1.1.1:80" }] }
  - { name: b, address: "10.96.0.2:80", realServers: [{ address: "10.1.1.1:80" }] }
clients:
  - { name: x, to: a, rate: 5/s, requests: 20, via: n2 }
  - { name: y, to: b, rate: 5/s, requests: 30, via: n2 }
events: [{ at: 1s, service: a, delete: "10.1.1.1:80" }, { at: 2s, service: a, add: { address: "10.1.1.1:80" } }]
`),
  );
  const [a, b] = result.realServers;
  expect(a!.requests + b!.requests).toBe(result.totals.complete);
  expect(b!.requests).toBe(30);
});
