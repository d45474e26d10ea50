/** Any life of pods under any controller: no request is lost, and nothing is left over. */
import { fc, test as property } from '@fast-check/vitest';
import { expect } from 'vitest';
import { Cluster } from '../../../src/network/cluster/cluster.ts';
import { Network } from '../../../src/network/network.ts';
import { Timeline } from '../../../src/network/timeline.ts';
import { parseScenario } from '../../../src/scenario/parse.ts';

const ACTIONS = [
  'terminatePod: 10.244.1.5',
  'startPod: 10.244.1.5',
  'unreadyPod: 10.244.1.5',
  'readyPod: 10.244.1.5',
  'terminatePod: 10.244.1.6',
  'startPod: 10.244.1.6',
  'controller: restart',
  'controller: stop',
  'controller: start',
  'controller: stop, node: n2',
  'controller: start, node: n2',
  'unplugNode: n1',
  'plugNode: n1',
  'rebootNode: n2, bootTime: 3s',
  'weight: { "10.244.1.5:80": 3 }',
  'delete: "10.244.1.5:80"',
  'add: { address: "10.244.1.5:80", serviceTime: 400ms }',
  'add: { address: "10.244.1.9:80", serviceTime: 400ms, pod: { started: false } }',
  'startPod: 10.244.1.9',
  'terminatePod: 10.244.1.9',
  'unplug: 10.244.1.9',
  'plug: 10.244.1.9',
] as const;

const anything = fc.record({
  seed: fc.nat(),
  kernel: fc.constantFrom('3.10.0-1127.el7', '5.4.0', '6.1.192'),
  controller: fc.constantFrom(
    'kubernetes: 1.10.13',
    'kubernetes: 1.12.0',
    'kubernetes: 1.19.12',
    'kubernetes: 1.30.0',
    'controller: { kind: kube-router, gracefulTermination: true, gracePeriod: 10s }',
    'controller: { kind: kube-router }',
    'controller: { kind: docker-swarm }',
  ),
  protocol: fc.constantFrom('tcp', 'udp'),
  pod: fc.constantFrom('shutdown: 0s', 'shutdown: 5s', 'started: false', 'shutdown: 1h, gracePeriod: 8s'),
  server: fc.constantFrom('workers: 0', 'workers: 1', 'workers: 2, backlog: 1'),
  keepAlive: fc.boolean(),
  nodes: fc.constantFrom('', 'nodes: [{ name: n1 }, { name: n2 }]'),
  actions: fc.array(fc.record({ at: fc.integer({ min: 1, max: 40 }), action: fc.constantFrom(...ACTIONS) }), {
    maxLength: 8,
  }),
});

/** The events that can happen one after the other: the checks of scenario files throw the others out. */
function playable(text: (events: string) => string, actions: readonly { at: number; action: string }[]) {
  let events = '';
  for (const { at, action } of [...actions].sort((a, b) => a.at - b.at)) {
    const longer = `${events}  - { at: ${at}s, ${action} }\n`;
    if (parseScenario(text(longer), { file: 'x.yaml' }).problems.length === 0) events = longer;
  }
  const { scenario, problems } = parseScenario(text(events), { file: 'x.yaml' });
  expect(problems).toEqual([]);
  return scenario!;
}

property.prop([anything], { numRuns: 60 })('no request is lost and nothing is left over', (any) => {
  const isKept = any.keepAlive && any.protocol === 'tcp';
  const scenario = playable(
    (events) => `
kernel: ${any.kernel}
seed: s${any.seed}
duration: 1h
${any.controller}
${any.nodes}
service:
  address: 10.96.0.1:80
  protocol: ${any.protocol}
  realServers:
    - { address: "10.244.1.5:80", serviceTime: 400ms, ${any.server}, pod: { ${any.pod} } }
    - { address: "10.244.1.6:80", serviceTime: 400ms, ${any.server} }
clients: [{ rate: 8/s, requests: 300, ports: 40000-42000, keepAlive: ${isKept} }]
events:${events === '' ? ' []' : `\n${events}`}
`,
    any.actions,
  );
  const network = new Network(scenario, null);
  const cluster = new Cluster(network, scenario);
  let ended = 0;
  network.clients.observer = {
    connected: () => {},
    completed: () => ended++,
    failed: () => ended++,
    finished: () => {},
  };
  const { simulation, skbs, clientStack, serverStack } = network.topology;
  new Timeline(simulation, scenario.events, (action) => cluster.apply(action));
  simulation.advance(3600e9);
  // A client without timeouts waits for ever for an answer that lost its entry on the way.
  const { inFlight } = network.clients;
  expect(ended + inFlight).toBe(300);
  expect(skbs.live).toBe(0);
  // Kept connections whose server has not told them that it is gone are all else that may be left.
  expect(clientStack.socks.live).toBe(network.clients.clients[0]!.kept.length + inFlight);
  // Nobody tells a real server of a connection whose node is gone, or has forgotten it.
  const isCut = scenario.events.some(
    ({ action: { kind } }) => kind === 'unplugNode' || kind === 'rebootNode',
  );
  if (!isKept && inFlight === 0 && !isCut) expect(serverStack.socks.live).toBe(0);
  for (const { busy, acceptQueue, waiting } of network.servers.servers) {
    expect([busy, acceptQueue, waiting.length]).toEqual([0, 0, 0]);
  }
});
