/** Several nodes: which one a connection takes, and what happens to it when that one is gone. */
import { expect, test } from 'vitest';
import { createRun, simulate } from '../../../src/simulate.ts';
import { scenarioOf } from '../a_scenario.ts';

const yaml = ({ nodes = 3, balancer = 'hash', client = 'requests: 30', rest = '', scheduler = 'rr' }) => `
kernel: 5.4
duration: 40s
nodes: [${Array.from({ length: nodes }, (_, index) => `{ name: n${index + 1} }`).join(', ')}]
balancer: ${balancer}
service:
  address: 10.96.0.10:80
  scheduler: ${scheduler}
  realServers: [{ address: "10.244.1.1:80" }, { address: "10.244.1.2:80" }, { address: "10.244.1.3:80" }]
clients:
  - { name: c, rate: 10/s, ${client} }
${rest}
`;
const run = (parts: Parameters<typeof yaml>[0]) => simulate(scenarioOf(yaml(parts)));
const scheduled = (result: ReturnType<typeof run>) => result.nodes!.map(({ connections }) => connections);

test('in turn each node has the same number of connections, and each its own round', () => {
  const result = run({ balancer: 'turn' });
  expect(result.totals).toMatchObject({ complete: 30, failed: 0 });
  expect(scheduled(result)).toEqual([10, 10, 10]);
  // Ten on each node: 4 to the server at which every rr begins, 3 to the others.
  expect(result.realServers.map(({ connections }) => connections).sort()).toEqual([12, 9, 9].sort());
  for (const { realServers } of result.nodes!) {
    expect(realServers.map(({ connections }) => connections).sort()).toEqual([3, 3, 4]);
  }
});

test('by hash every connection stays on one node, and all nodes have some', () => {
  const result = run({ client: 'requests: 300' });
  expect(result.totals).toMatchObject({ complete: 300, failed: 0 });
  expect(scheduled(result).reduce((a, b) => a + b)).toBe(300);
  for (const count of scheduled(result)) expect(count).toBeGreaterThan(70);
});

test('a client goes through the node that it names', () => {
  expect(scheduled(run({ balancer: 'turn', client: 'requests: 30, via: n2' }))).toEqual([0, 30, 0]);
});

test('a port that comes back takes the next turn, another SYN of the same connection does not', () => {
  const onePort = (nodes: number) => {
    const text = yaml({ balancer: 'turn', nodes, client: 'requests: 4, ports: 40000-40000' });
    return simulate(scenarioOf(text.replace('10/s', '15/m')));
  };
  const one = onePort(2);
  expect(scheduled(one)).toEqual([2, 2]);
  // The second connection's SYN meets no entry: that of the first is on the other node.
  expect(one.totals).toMatchObject({ complete: 4, failed: 0, syn_dropped: 2, syn_retransmitted: 2 });
  expect(onePort(1).totals).toMatchObject({ complete: 4, failed: 0, syn_dropped: 3 });
  const lossy = run({ balancer: 'turn', nodes: 2, client: 'requests: 20', rest: 'links: { loss: 0.2 }' });
  expect(lossy.totals.syn_retransmitted).toBeGreaterThan(0);
  const [first, second] = scheduled(lossy);
  expect(Math.abs(first! - second!)).toBeLessThanOrEqual(2);
});

test('whoever names a node that is gone waits in vain, until it is back', () => {
  const events = 'events: [{ at: 1050ms, unplugNode: n1 }, { at: 4s, plugNode: n1 }]';
  const result = run({ nodes: 2, client: 'requests: 30, via: n1', rest: events });
  expect(result.totals).toMatchObject({ complete: 30, failed: 0 });
  expect(result.drops.unreachable).toBeGreaterThan(0);
  expect(scheduled(result)).toEqual([30, 0]);
});

test.each(['hash', 'turn'])('%s leaves out a node that is gone, and resets what it had', (balancer) => {
  const rest = 'events: [{ at: 10s, unplugNode: n2 }]';
  const client = 'requests: 0, keepAlive: true';
  const text = yaml({ balancer, rest, client }).replace('rate: 10/s', 'concurrency: 30, thinkTime: 1s');
  const result = simulate(scenarioOf(text));
  const before = result.nodes![1]!.connections;
  expect(before).toBeGreaterThan(3);
  expect(result.totals.failed).toBe(before);
  expect(result.errors).toEqual({ ECONNRESET: before });
});

test('without any node nobody connects', () => {
  const rest = 'events: [{ at: 0s, unplugNode: n1 }, { at: 0s, unplugNode: n2 }]';
  for (const balancer of ['hash', 'turn']) {
    const result = run({ nodes: 2, balancer, client: 'requests: 3, timeout: 5s', rest });
    expect(result.totals).toMatchObject({ complete: 0, failed: 3 });
  }
});

test('each node has settings and tables of its own; weights and settings of events are for all', () => {
  const rest = `events:
  - { at: 1s, weight: { "10.244.1.1:80": 0 } }
  - { at: 2s, sysctl: { net.ipv4.vs.timeout.tcpfin: 7 } }`;
  const text = yaml({ balancer: 'turn', nodes: 2, rest }).replace(
    '{ name: n2 }',
    '{ name: n2, sysctl: { net.ipv4.vs.conn_reuse_mode: 0 } }',
  );
  const simulation = createRun(scenarioOf(text), { until_ns: 3.05e9 });
  simulation.advance(Number.POSITIVE_INFINITY);
  const [first, second] = [simulation.snapshot(0), simulation.snapshot(1)];
  expect(first.sysctl['net.ipv4.vs.conn_reuse_mode']).toBe(1);
  expect(second.sysctl['net.ipv4.vs.conn_reuse_mode']).toBe(0);
  for (const { services, sysctl, connections } of [first, second]) {
    expect(sysctl['net.ipv4.vs.timeout.tcpfin']).toBe(7);
    expect(services[0]!.destinations.map(({ weight }) => weight).sort()).toEqual([0, 1, 1]);
    expect(connections.length).toBe(15);
  }
});

test('a node of another kernel has its defaults, and does with a port that comes back what it does', () => {
  const events = 'events: [{ at: 30s, node: n1, sysctl: { net.ipv4.vs.timeout.udp: 9 } }]';
  const clients = `
clients:
  - { name: a, rate: 15/m, ports: 40000-40000, addresses: 10.0.0.1, via: n1 }
  - { name: b, rate: 15/m, ports: 40000-40000, addresses: 10.0.0.2, via: n2 }
${events}`;
  const text = yaml({ nodes: 2 })
    .replace('{ name: n2 }', '{ name: n2, kernel: 3.10 }')
    .replace(/clients:.*/su, clients);
  const scenario = scenarioOf(text);
  const simulation = createRun(scenario);
  simulation.advance(Number.POSITIVE_INFINITY);
  const [first, second] = [simulation.snapshot(0), simulation.snapshot(1)];
  expect([first.kernel, second.kernel]).toEqual(['5.4', '3.10']);
  expect(first.sysctl).toMatchObject({ 'net.ipv4.vs.conn_reuse_mode': 1, 'net.ipv4.vs.timeout.udp': 9 });
  expect(second.sysctl).not.toHaveProperty(['net.ipv4.vs.conn_reuse_mode']);
  expect(second.sysctl).not.toMatchObject({ 'net.ipv4.vs.timeout.udp': 9 });
  // Before conn_reuse_mode a SYN is scheduled by the old entry: nothing is dropped.
  const dropped = simulation.result().nodes!.map(({ packets_dropped }) => packets_dropped);
  expect(dropped[0]).toBeGreaterThan(0);
  expect(dropped[1]).toBe(0);
});

test('a node that has rebooted has empty tables, its first settings, and begins its turns anew', () => {
  const rest = `events:
  - { at: 1s, node: n1, sysctl: { net.ipv4.vs.timeout.tcpfin: 7 } }
  - { at: 1500ms, weight: { "10.244.1.2:80": 5 } }
  - { at: 2050ms, rebootNode: n1, bootTime: 1s }`;
  const scenario = scenarioOf(yaml({ nodes: 2, client: 'requests: 30, via: n1', rest }));
  const at = (until_ns: number, node: number) => {
    const run = createRun(scenario, { until_ns });
    run.advance(Number.POSITIVE_INFINITY);
    return { ...run.snapshot(node), result: run.result() };
  };
  const before = at(2e9, 0);
  expect(before.connections.length).toBeGreaterThan(18);
  expect(before.sysctl['net.ipv4.vs.timeout.tcpfin']).toBe(7);
  const gone = at(2.1e9, 0);
  expect([gone.connections, gone.conntracks]).toEqual([[], []]);
  expect(gone.sysctl['net.ipv4.vs.timeout.tcpfin']).not.toBe(7);
  expect(gone.stats).toMatchObject({ conns: 0, inpkts: 0, outpkts: 0 });
  expect(gone.conntrackStats.insert).toBe(0);
  const [service] = gone.services;
  expect(
    service!.destinations.map(({ weight, activeConn, inActConn }) => [weight, activeConn, inActConn]),
  ).toEqual([
    [1, 0, 0],
    [5, 0, 0],
    [1, 0, 0],
  ]);
  // The first SYN sent again after the boot begins at the head of the list, as the first of all did.
  const back = at(40e9, 0);
  expect(back.connections.length).toBeGreaterThan(0);
  expect(back.result.totals).toMatchObject({ complete: 30, failed: 0 });
  // What was measured goes on: 30 connections in all, those before the boot among them.
  expect(back.result.nodes!.map(({ connections }) => connections)).toEqual([30, 0]);
  expect(back.result.nodes![0]!.realServers.map(({ connections }) => connections)).toEqual([10, 10, 10]);
  expect(back.stats.conns).toBeLessThan(30);
});

test('datagrams of a socket stay on one node, and go on through another when that one is gone', () => {
  const text = `
kernel: 5.4
duration: 20s
nodes: [{ name: n1 }, { name: n2 }]
service: { address: 10.96.0.10:53, protocol: udp, realServers: [{ address: "10.244.1.1:53" }, { address: "10.244.1.2:53" }] }
clients:
  - { name: c, rate: 20/s, ports: 40000-40099, timeout: 2s, EXTRA }
events: [{ at: 10s, unplugNode: n2 }]
`;
  const spread = simulate(scenarioOf(text.replace(', EXTRA', '')));
  const entries = (node: string) => spread.series[`node.entries[${node}]`]!;
  const [first, second] = [entries('n1')[9]!, entries('n2')[9]!];
  expect(Math.min(first, second)).toBeGreaterThan(30);
  expect(spread.totals).toMatchObject({ complete: 400, failed: 0 });
  // Ports that had their entry on the other node get one on the node that is left; the other one's stay there.
  expect(entries('n1').at(-1)).toBeGreaterThan(first + 40);
  expect(entries('n2').at(-1)).toBe(second);
  const via = simulate(scenarioOf(text.replace('EXTRA', 'via: n2')));
  expect(via.nodes!.map(({ connections }) => connections > 0)).toEqual([false, true]);
  expect(via.totals).toMatchObject({ complete: 200, failed: 161 });
});

test('one node is what no nodes are', () => {
  const { nodes, ...one } = run({ nodes: 1 });
  const bare = simulate(scenarioOf(yaml({ nodes: 1 }).replace(/nodes:.*\nbalancer:.*\n/, '')));
  expect(nodes).toHaveLength(1);
  const measured = ({ scenario: _, scenarioHash: __, series, ...rest }: Omit<typeof bare, 'nodes'>) => ({
    ...rest,
    series: Object.fromEntries(Object.entries(series).filter(([name]) => !name.startsWith('node.'))),
  });
  expect(measured(one)).toEqual(measured(bare));
});

test('one node draws what no nodes do, and so does the first of several', () => {
  const drawn = (nodes: string) =>
    simulate(
      scenarioOf(`
duration: 10s
kernel: 5.4
${nodes}
service:
  address: 10.96.0.10:80
  path: iptables
  realServers: [{ address: "10.244.1.1:8080" }, { address: "10.244.1.2:8080" }]
clients: [{ rate: 20/s${nodes === '' ? '' : ', via: n1'} }]
`),
    ).realServers.map(({ requests }) => requests);
  const bare = drawn('');
  expect(drawn('nodes: [{ name: n1 }]')).toEqual(bare);
  expect(drawn('nodes: [{ name: n1 }, { name: n2, kernel: 6.1 }]')).toEqual(bare);
});

test.each(['hash', 'turn'])(
  'an association of SCTP stays on the node of its INIT, balancer %s',
  (balancer) => {
    const text = yaml({ balancer, client: 'requests: 60' })
      .replace('  scheduler', '  protocol: sctp\n  scheduler')
      .replace(
        'duration: 40s',
        'duration: 60s\nlinks: { clientSide: { loss: 0.02 } }\nsysctl: { net.ipv4.vs.conn_reuse_mode: 0 }',
      );
    const result = simulate(scenarioOf(text));
    expect(result.totals).toMatchObject({ complete: 60, failed: 0 });
    const counts = scheduled(result);
    // One that is sent again (as a lost INIT is) is no further turn.
    expect(counts.reduce((sum, count) => sum + count)).toBe(60);
    if (balancer === 'turn') expect(counts).toEqual([20, 20, 20]);
    else for (const count of counts) expect(count).toBeGreaterThan(8);
  },
);
