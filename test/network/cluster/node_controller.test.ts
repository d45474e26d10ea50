/** A controller on each of several nodes: its own table, its own list of what it drains, its own end and beginning. */
import { expect, test } from 'vitest';
import { createRun, type Run } from '../../../src/simulate.ts';
import { scenarioOf } from '../a_scenario.ts';

const FIRST = '10.244.1.1:80';
const SECOND = '10.244.1.2:80';

interface Parts {
  readonly controller?: string;
  readonly nodes?: string;
  readonly events?: readonly string[];
  readonly client?: string;
  readonly pod?: string;
}

function aRun(parts: Parts): Run {
  const { controller = 'kubernetes: 1.20.0', nodes = '{ name: n1 }, { name: n2 }, { name: n3 }' } = parts;
  const { events = [], client = 'rate: 1/s', pod = 'shutdown: 300s, gracePeriod: 300s' } = parts;
  return createRun(
    scenarioOf(`
kernel: 5.4
duration: 600s
${controller}
nodes: [${nodes}]
service:
  address: 10.96.0.10:80
  realServers: [{ address: "${FIRST}", pod: { ${pod} } }, { address: "${SECOND}" }]
clients:
  - { name: c, ${client} }
events: [${events.map((event) => `{ ${event} }`).join(', ')}]
`),
  );
}

/** Weights by the last number of the address, in each node's table; what is not listed is not there. */
function tables(run: Run): Record<string, number>[] {
  return run
    .result()
    .nodes!.map((_, node) =>
      Object.fromEntries(
        run
          .snapshot(node)
          .services[0]!.destinations.map(({ address, weight }) => [address.split('.').at(-1)!, weight]),
      ),
    );
}

function tablesAt(run: Run, at_s: number): Record<string, number>[] {
  run.advanceTo(at_s * 1e9);
  return tables(run);
}

const BOTH = { 1: 1, 2: 1 };
const ONE = { 2: 1 };

test('each drains by its own connections, and looks at them in its own rhythm', () => {
  // Through the first node a connection that is kept; the others have what is left of short ones.
  const clients = `rate: 1/s, via: n2 }
  - { name: d, rate: 1/s, via: n3, addresses: 10.0.0.3 }
  - { name: kept, concurrency: 4, keepAlive: true, thinkTime: 30s, via: n1, addresses: 10.0.0.2`;
  const run = aRun({ client: clients, events: ['at: 52s, terminatePod: 10.244.1.1'] });
  const drained = { 1: 0, 2: 1 };
  expect(tablesAt(run, 52.5)).toEqual([BOTH, BOTH, BOTH]);
  expect(tablesAt(run, 53.5)).toEqual([drained, drained, drained]);
  // The last of its entries waits for 120 s of FIN_WAIT. Checks: n2 at 40 s and each minute after, n3 at 20 s.
  expect(tablesAt(run, 199)).toEqual([drained, drained, drained]);
  expect(tablesAt(run, 201)).toEqual([drained, drained, ONE]);
  expect(tablesAt(run, 219)).toEqual([drained, drained, ONE]);
  expect(tablesAt(run, 221)).toEqual([drained, ONE, ONE]);
  // The kept connections end with the process.
  expect(tablesAt(run, 349)).toEqual([drained, ONE, ONE]);
  expect(tablesAt(run, 541)).toEqual([ONE, ONE, ONE]);
  expect(run.result().series[`node.weight[n1/${FIRST}]`]!.slice(51, 54)).toEqual([1, 0, 0]);
});

test('one that is stopped changes nothing on its node, and the others go on', () => {
  const events = [
    'at: 10s, node: n2, controller: stop',
    'at: 20s, unreadyPod: 10.244.1.1',
    'at: 200s, node: n2, controller: start',
    'at: 400s, readyPod: 10.244.1.1',
    'at: 450s, controller: stop',
    'at: 460s, unreadyPod: 10.244.1.1',
    'at: 500s, node: n3, controller: start',
  ];
  const run = aRun({ controller: 'kubernetes: 1.10.13', events });
  expect(tablesAt(run, 199)).toEqual([ONE, BOTH, ONE]);
  expect(tablesAt(run, 201)).toEqual([ONE, ONE, ONE]);
  expect(tablesAt(run, 402)).toEqual([BOTH, BOTH, BOTH]);
  expect(tablesAt(run, 499)).toEqual([BOTH, BOTH, BOTH]);
  expect(tablesAt(run, 501)).toEqual([BOTH, BOTH, ONE]);
});

test('a node without its cable hears of nothing and catches up when it is back', () => {
  const events = [
    'at: 10s, unplugNode: n1',
    'at: 20s, unreadyPod: 10.244.1.1',
    'at: 100s, plugNode: n1',
    'at: 200s, unplugNode: n2',
    'at: 210s, unplugNode: n3',
    'at: 220s, node: n2, controller: restart',
    'at: 230s, readyPod: 10.244.1.1',
    'at: 240s, node: n3, controller: stop',
    'at: 250s, node: n3, controller: start',
    'at: 260s, node: n3, controller: stop',
    'at: 300s, plugNode: n2',
    'at: 300s, plugNode: n3',
  ];
  const run = aRun({ controller: 'controller: { kind: docker-swarm }', events, client: 'rate: 1/s' });
  const zero = { 1: 0, 2: 1 };
  expect(tablesAt(run, 99)).toEqual([BOTH, zero, zero]);
  expect(tablesAt(run, 102)).toEqual([zero, zero, zero]);
  // A process that begins without its cable has nothing to go by; one that is stopped does not begin with the cable.
  expect(tablesAt(run, 299)).toEqual([BOTH, zero, zero]);
  expect(tablesAt(run, 302)).toEqual([BOTH, BOTH, zero]);
  expect(tablesAt(run, 599)).toEqual([BOTH, BOTH, zero]);
});

test('a pod that came back while nobody could tell the node is as it was', () => {
  const events = [
    'at: 10s, unplugNode: n1',
    'at: 20s, unreadyPod: 10.244.1.1',
    'at: 40s, readyPod: 10.244.1.1',
    'at: 100s, plugNode: n1',
  ];
  const run = aRun({ events });
  run.advanceTo(200e9);
  const weights = run.result().series[`node.weight[n1/${FIRST}]`]!;
  expect(new Set(weights)).toEqual(new Set([1]));
  expect(Math.min(...run.result().series[`node.weight[n2/${FIRST}]`]!.map(Number))).toBe(0);
});

test('a node that boots begins with an empty table, what is ready then, and no list of what it drained', () => {
  const events = [
    'at: 10s, node: n1, sysctl: { net.ipv4.vs.conn_reuse_mode: 1 }',
    'at: 20s, terminatePod: 10.244.1.1',
    'at: 30s, weight: { "10.244.1.2:80": 7 }',
    'at: 40s, rebootNode: n1, bootTime: 50s',
    'at: 60s, weight: { "10.244.1.2:80": 5 }',
    'at: 70s, add: { address: "10.244.1.9:80" }',
    'at: 80s, controller: stop',
    'at: 100s, delete: "10.244.1.9:80"',
  ];
  const run = aRun({ events, client: 'concurrency: 12, keepAlive: true, thinkTime: 2s' });
  run.advanceTo(39e9);
  expect(tables(run)[0]).toEqual({ 1: 0, 2: 7 });
  expect(run.snapshot(0).sysctl['net.ipv4.vs.conn_reuse_mode']).toBe(1);
  expect(tablesAt(run, 89).map((table) => Object.keys(table))).toEqual([
    [],
    ['1', '2', '9'],
    ['1', '2', '9'],
  ]);
  expect(run.result().series['node.weight[n1]']!.slice(38, 42)).toEqual([7, 0, 0, 0]);
  // Stopping controllers while it boots does not keep its own from beginning.
  expect(tablesAt(run, 91)[0]).toEqual(ONE);
  const { sysctl, stats } = run.snapshot(0);
  expect(sysctl['net.ipv4.vs.conn_reuse_mode']).toBe(0);
  expect(stats.conns).toBeLessThan(12);
  const refused = (service: string, on: string, at_s: number, kind: string, reason: string) => ({
    at_s,
    service,
    address: kind === 'weight' ? SECOND : '10.244.1.9:80',
    kind,
    node: on,
    reason,
  });
  const service = '10.96.0.10:80';
  expect(tablesAt(run, 101)).toEqual([ONE, { 1: 0, 2: 5 }, { 1: 0, 2: 5 }]);
  expect(run.result().refusals).toEqual([
    refused(service, 'n1', 60, 'weight', 'Service not defined'),
    refused(service, 'n1', 70, 'add', 'Service not defined'),
    refused(service, 'n1', 100, 'delete', 'No such destination'),
  ]);
});

test('the list of what is drained is lost with the process that had it, on its node alone', () => {
  const events = [
    'at: 50s, unreadyPod: 10.244.1.1',
    'at: 55s, node: n1, controller: restart',
    'at: 57s, readyPod: 10.244.1.1',
  ];
  // 1.20 leaves what it finds as it is, and so the weight 0 of a server that is ready again.
  const run = aRun({ events, client: 'concurrency: 9, keepAlive: true, thinkTime: 1s' });
  expect(tablesAt(run, 60)).toEqual([BOTH, BOTH, BOTH]);
  const late = aRun({
    events: [
      events[0]!,
      'at: 55s, node: n1, controller: stop',
      'at: 57s, readyPod: 10.244.1.1',
      'at: 70s, node: n1, controller: start',
    ],
    client: 'concurrency: 9, keepAlive: true, thinkTime: 1s',
  });
  expect(tablesAt(late, 80)).toEqual([{ 1: 0, 2: 1 }, BOTH, BOTH]);
});

test('a release and a kernel of its own: what it sets, and how it drains', () => {
  const run = aRun({
    nodes: '{ name: n1 }, { name: n2, kubernetes: 1.10.13 }, { name: n3, kernel: 5.15, kubernetes: 1.22.0 }',
    events: ['at: 50s, terminatePod: 10.244.1.1'],
    client: 'concurrency: 12, keepAlive: true, thinkTime: 1s',
  });
  expect(tablesAt(run, 52)).toEqual([{ 1: 0, 2: 1 }, ONE, { 1: 0, 2: 1 }]);
  const settings = [0, 1, 2].map((node) => {
    const { sysctl } = run.snapshot(node);
    return [sysctl['net.ipv4.vs.conn_reuse_mode'], sysctl['net.ipv4.vs.expire_nodest_conn']];
  });
  expect(settings).toEqual([
    [0, 1],
    [1, 0],
    [1, 1],
  ]);
  expect(run.scenario.nodes!.map(({ controller }) => controller?.version)).toEqual([
    undefined,
    '1.10.13',
    '1.22.0',
  ]);
});

test('what the file and a node set wins over the controller of the node', () => {
  const run = aRun({
    controller: 'kubernetes: 1.20.0\nsysctl: { net.ipv4.vs.expire_nodest_conn: 0 }',
    nodes: '{ name: n1 }, { name: n2, kubernetes: 1.30.0, sysctl: { net.ipv4.vs.conn_reuse_mode: 2 } }',
  });
  expect(run.snapshot(1).sysctl).toMatchObject({
    'net.ipv4.vs.expire_nodest_conn': 0,
    'net.ipv4.vs.conn_reuse_mode': 2,
  });
});

test('a controller that starts sets its settings again, on its own node, and no others', () => {
  const events = [
    'at: 10s, sysctl: { net.ipv4.vs.expire_nodest_conn: 0, net.ipv4.vs.timeout.tcp: 60 }',
    'at: 20s, node: n2, controller: restart',
    'at: 30s, node: n3, controller: stop',
  ];
  const run = aRun({ events });
  run.advanceTo(40e9);
  const settings = [0, 1, 2].map((node) => {
    const { sysctl } = run.snapshot(node);
    return [sysctl['net.ipv4.vs.expire_nodest_conn'], sysctl['net.ipv4.vs.timeout.tcp']];
  });
  expect(settings).toEqual([
    [0, 60],
    [1, 60],
    [0, 60],
  ]);
});

test('one node with a controller is what no nodes are', () => {
  const events = [
    'at: 20s, terminatePod: 10.244.1.1',
    'at: 45s, controller: restart',
    'at: 100s, weight: { "10.244.1.1:80": 3 }',
    'at: 150s, startPod: 10.244.1.1',
  ];
  const one = aRun({ nodes: '{ name: n1 }', events });
  const { nodes: _, balancer: __, ...bare } = one.scenario;
  const measured = (run: Run) => {
    run.advanceTo(600e9);
    const { scenario, scenarioHash, nodes, series, refusals, ...rest } = run.result();
    const common = Object.entries(series).filter(([name]) => !name.startsWith('node.'));
    return { ...rest, series: common, refusals: refusals?.map(({ node, ...refusal }) => refusal) };
  };
  expect(measured(one)).toEqual(measured(createRun(bare)));
});

test("a node's controller has its own NodePort to look after, and no other node's", () => {
  const text = (events: string) => `
kernel: 5.4
duration: 120s
kubernetes: 1.24.0
masquerade: kube-proxy
nodeAddress: 192.168.0.1
nodes: [{ name: n1 }, { name: n2 }]
service:
  address: 10.96.0.10:80
  nodePort: 30080
  realServers: [{ address: "${FIRST}" }, { address: "${SECOND}" }]
clients: [{ rate: 1/s, to: "192.168.0.2:30080" }]
events: [${events}]
`;
  const run = createRun(
    scenarioOf(text('{ at: 10s, unreadyPod: 10.244.1.1 }, { at: 20s, rebootNode: n2, bootTime: 5s }')),
  );
  const rows = (node: number) =>
    run
      .snapshot(node)
      .services.map(({ address, port, destinations }) => [`${address}:${port}`, destinations.length]);
  run.advanceTo(22e9);
  expect(rows(1)).toEqual([
    ['10.96.0.10:80', 0],
    ['192.168.0.2:30080', 0],
  ]);
  run.advanceTo(100e9);
  expect(rows(1)).toEqual([
    ['10.96.0.10:80', 1],
    ['192.168.0.2:30080', 1],
  ]);
  expect(rows(0).map(([address]) => address)).toEqual(['10.96.0.10:80', '192.168.0.1:30080']);
  const { nodes, series, totals, refusals } = run.result();
  expect(totals.failed).toBe(0);
  expect(refusals).toBeUndefined();
  expect(nodes!.map(({ realServers }) => realServers.map(({ service }) => service))).toEqual([
    ['10.96.0.10:80', '10.96.0.10:80', '192.168.0.1:30080', '192.168.0.1:30080'],
    ['10.96.0.10:80', '10.96.0.10:80', '192.168.0.2:30080', '192.168.0.2:30080'],
  ]);
  expect(series['node.weight[n1]']![5]).toBe(4);
  // What is done by hand is done where the service is.
  const byHand = createRun(scenarioOf(text('{ at: 10s, delete: "10.244.1.1:80" }')));
  byHand.advanceTo(10.5e9);
  expect(byHand.result().refusals).toBeUndefined();
  expect(
    [0, 1].map((node) => byHand.snapshot(node).services.map(({ destinations }) => destinations.length)),
  ).toEqual([
    [1, 1],
    [1, 1],
  ]);
});

test('a node draws source ports as the rules of its own kube-proxy say', () => {
  const ports = (...nodes: string[]) => {
    const run = createRun(
      scenarioOf(`
kernel: 5.4
duration: 60s
kubernetes: 1.15.0
masquerade: kube-proxy
nodes: [${nodes.join(', ')}]
service: { address: "10.96.0.10:80", realServers: [{ address: "${FIRST}" }] }
clients:
  - { name: a, rate: 2/s, via: n1, ports: 40000-40999 }
  - { name: b, rate: 2/s, via: n2, ports: 40000-40999 }
`),
    );
    run.advanceTo(20e9);
    return [0, 1].map((node) =>
      run
        .snapshot(node)
        .conntracks.every(({ original, reply }) => original.sourcePort === reply.destinationPort),
    );
  };
  expect(ports('{ name: n1 }', '{ name: n2 }')).toEqual([true, true]);
  expect(ports('{ name: n1 }', '{ name: n2, kubernetes: 1.16.0 }')).toEqual([true, false]);
  expect(ports('{ name: n1, kubernetes: 1.30.0 }', '{ name: n2, kubernetes: 1.14.0 }')).toEqual([
    false,
    true,
  ]);
});

test('in the rules of a node an endpoint has its weight for as long as the node has it', () => {
  const run = createRun(
    scenarioOf(`
duration: 60s
kubernetes: 1.30.0
nodes: [{ name: n1 }, { name: n2 }]
services:
  - { name: a, path: iptables, address: "10.96.0.1:80", realServers: [{ address: "${FIRST}" }] }
  - { name: b, path: iptables, address: "10.96.0.2:80", realServers: [{ address: "${SECOND}" }] }
clients: [{ to: a, rate: 1/s }]
events: [{ at: 10s, node: n2, controller: stop }, { at: 20s, unreadyPod: 10.244.1.1 }]
`),
  );
  run.advanceTo(30e9);
  const { series } = run.result();
  const weights = (label: string) => [18, 25].map((row) => series[`node.weight[${label}]`]![row]);
  expect([weights('n1'), weights('n2')]).toEqual([
    [2, 1],
    [2, 2],
  ]);
  expect([weights(`n1/${FIRST}`), weights(`n2/${FIRST}`)]).toEqual([
    [1, 0],
    [1, 1],
  ]);
});
