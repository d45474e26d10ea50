/** Several nodes that masquerade: whose address a real server sees, and where its answers go. */
import { expect, test } from 'vitest';
import { createRun, simulate } from '../../../src/simulate.ts';
import { tracedRun } from '../../../src/trace_run.ts';
import { scenarioOf } from '../a_scenario.ts';

const NODES = '{ name: one, address: 192.168.0.1 }, { name: two, address: 192.168.0.2 }';

const yaml = ({
  top = 'masquerade: plain',
  nodes = NODES,
  balancer = 'turn',
  clients = '{ name: c, addresses: 192.0.2.1, rate: 10/s, requests: 30, synRetries: 1 }',
  rest = '',
}) => `
kernel: 5.4
duration: 20s
${top}
nodes: [${nodes}]
balancer: ${balancer}
service:
  address: 10.96.0.10:80
  realServers: [{ address: "10.244.1.1:80", answers: client }, { address: "10.244.2.1:80", answers: client }]
clients: [${clients}]
${rest}
`;
const run = (parts: Parameters<typeof yaml>[0]) => simulate(scenarioOf(yaml(parts)));

/** Sources of what reaches real servers, by the node that sent it. */
function sources(parts: Parameters<typeof yaml>[0]): Record<string, string[]> {
  const seen: Record<string, Set<string>> = {};
  const { run, recorder } = tracedRun(scenarioOf(yaml(parts)), { limit: 100_000 });
  run.advanceTo(run.end_ns);
  for (const event of recorder.events) {
    if (event.kind !== 'packet' || event.point !== 'director-out' || !event.sending) continue;
    (seen[event.node!] ??= new Set()).add(event.packet.source);
  }
  return Object.fromEntries(Object.entries(seen).map(([node, each]) => [node, [...each]]));
}

test('each node puts in its own address, and answers come back to it', () => {
  expect(sources({})).toEqual({ one: ['192.168.0.1'], two: ['192.168.0.2'] });
  expect(run({}).totals).toMatchObject({ complete: 30, failed: 0, packets_dropped: 0 });
  expect(run({ top: '', nodes: '{ name: one }, { name: two }' }).totals).toMatchObject({
    complete: 0,
    failed: 30,
  });
});

test('without an address a node has the one after that of the node before', () => {
  const nodes = '{ name: one }, { name: two, address: 192.168.0.9 }, { name: three }';
  expect(sources({ nodes, top: 'masquerade: plain\nnodeAddress: 192.168.0.1' })).toEqual({
    one: ['192.168.0.1'],
    two: ['192.168.0.9'],
    three: ['192.168.0.3'],
  });
});

test('a range of pods is one for all nodes, or of a node alone', () => {
  const clients =
    '{ name: c, addresses: 10.244.2.9, rate: 10/s, requests: 20 }, { name: d, addresses: 192.0.2.1, rate: 7/s }';
  const all = 'masquerade: plain\npodRange: 10.244.0.0/16';
  const both = ['10.244.2.9', '192.0.2.1'];
  const sorted = (found: Record<string, string[]>) =>
    Object.fromEntries(Object.entries(found).map(([node, each]) => [node, each.sort()]));
  expect(sorted(sources({ top: all, clients }))).toEqual({
    one: [both[0], '192.168.0.1'],
    two: [both[0], '192.168.0.2'],
  });
  const nodes = NODES.replaceAll(/\.(\d) /gu, '.$1, podRange: 10.244.$1.0/24 ');
  expect(sorted(sources({ top: all, nodes, clients }))).toEqual({
    one: ['192.168.0.1'],
    two: [both[0], '192.168.0.2'],
  });
});

test('each node has source ports of its own', () => {
  const ports = (...vias: string[]) => {
    const clients = vias.map(
      (via, i) =>
        `{ name: c${i}, addresses: 192.0.2.${i + 1}, via: ${via}, ports: 40000-40000, rate: 1/s, requests: 1 }`,
    );
    const one = yaml({ clients: clients.join(', ') }).replace(/, \{ address: "10.244.2.1.*\}/u, '');
    const run = createRun(scenarioOf(one));
    run.advanceTo(5e9);
    return [0, 1].map((node) => run.snapshot(node).conntracks.map(({ reply }) => reply.destinationPort));
  };
  expect(ports('one', 'two')).toEqual([[40000], [40000]]);
  // Both to the same real server: on one node one of the two gets another port.
  const [first, second] = ports('one', 'one');
  expect(second).toEqual([]);
  expect(new Set(first).size).toBe(2);
  expect(first).toContain(40000);
});

test('a node that is gone gets no answers; one that has booted knows nothing of its connections', () => {
  const clients =
    '{ name: c, addresses: 192.0.2.1, via: one, concurrency: 1, keepAlive: true, thinkTime: 1s, timeout: 3s }';
  const result = run({ clients, rest: 'events: [{ at: 5500ms, rebootNode: one, bootTime: 1s }]' });
  expect(result.errors).toMatchObject({ ECONNRESET: 1 });
  expect(result.nodes!.map(({ connections }) => connections)).toEqual([2, 0]);
  const gone = run({ rest: 'events: [{ at: 1500ms, unplugNode: one }]' });
  expect(gone.totals).toMatchObject({ complete: 30, failed: 0 });
});

test('a NodePort is that of its node alone, whoever is asked for it', () => {
  const clients = ['192.168.0.1:30080', '192.168.0.2:30080', '10.96.0.10:80'].map(
    (to, i) => `{ name: c${i}, addresses: 192.0.2.1, to: "${to}", rate: 10/s, requests: 20 }`,
  );
  const text = yaml({ balancer: 'hash', clients: clients.join(', ') }).replace(
    'realServers',
    'nodePort: 30080\n  realServers',
  );
  const result = simulate(scenarioOf(text));
  expect(result.totals).toMatchObject({ complete: 60, failed: 0 });
  const [one, two] = result.nodes!.map(({ realServers }) => {
    const sums: Record<string, number> = {};
    for (const { service, connections } of realServers) sums[service] = (sums[service] ?? 0) + connections;
    return sums;
  });
  expect(one).toEqual({ '10.96.0.10:80': expect.any(Number), '192.168.0.1:30080': 20 });
  expect(two).toEqual({ '10.96.0.10:80': expect.any(Number), '192.168.0.2:30080': 20 });
  expect(one!['10.96.0.10:80']! + two!['10.96.0.10:80']!).toBe(20);
  expect(result.series['node.connections[one/192.168.0.2:30080/10.244.1.1:80]']).toBeUndefined();
  const snapshot = createRun(scenarioOf(text)).snapshot(1);
  expect(snapshot.services.map(({ address }) => address).sort()).toEqual(['10.96.0.10', '192.168.0.2']);
});
