/** Which connections a node whose controller hears of nothing sends to pods that are gone. */
import { expect, test } from 'vitest';
import { NODE_BEHIND } from '../../../../src/causes/known/nodes/node_behind.ts';
import { simulate } from '../../../../src/simulate.ts';
import { scenarioOf } from '../../../network/a_scenario.ts';

function found(events: readonly string[], pod = 'started: true'): string | null {
  const result = simulate(
    scenarioOf(`
duration: 60s
kubernetes: 1.24.17
nodes: [{ name: n1 }, { name: n2 }]
service:
  address: 10.96.0.10:80
  realServers: [{ address: "10.244.1.1:80", pod: { ${pod} } }, { address: "10.244.1.2:80" }]
clients:
  - { name: a, rate: 2/s, via: n1, timeout: 500ms }
  - { name: b, rate: 2/s, via: n2, timeout: 500ms }
events: [${events.map((event) => `{ ${event} }`).join(', ')}]
`),
  );
  return NODE_BEHIND.inResult(result)?.text ?? null;
}

const GONE = 'at: 20s, terminatePod: 10.244.1.1';
const BACK = 'at: 30s, startPod: 10.244.1.1';

test.each([
  [
    ['at: 10s, controller: stop, node: n2', GONE, 'at: 40s, controller: restart, node: n2'],
    20,
    'n2 to 10.244.1.1:80: its controller was stopped from 10 s to 40 s',
  ],
  [
    ['at: 10s, controller: stop, node: n2', GONE, BACK],
    10,
    'n2 to 10.244.1.1:80: its controller was stopped from 10 s on',
  ],
  [
    ['at: 10s, controller: stop', GONE, 'at: 40s, controller: start'],
    40,
    'n1 to 10.244.1.1:80: its controller was stopped from 10 s to 40 s; n2 to',
  ],
  [
    ['at: 10s, unplugNode: n2', GONE, 'at: 40s, plugNode: n2'],
    1,
    'n2 to 10.244.1.1:80: its controller heard of nothing from 10 s to 41 s',
  ],
  [
    [
      'at: 10s, controller: stop, node: n2',
      'at: 15s, unplugNode: n2',
      GONE,
      'at: 35s, plugNode: n2',
      'at: 40s, controller: start, node: n2',
    ],
    5,
    'stopped from 10 s to 40 s',
  ],
  [
    ['at: 10s, controller: stop, node: n2', GONE, 'at: 30s, rebootNode: n2, bootTime: 5s'],
    10,
    'stopped from 10 s to 30 s',
  ],
])('%j', (events, connections, text) => {
  const told = found(events);
  expect(told).toContain(text);
  expect(told).toMatch(
    new RegExp(`^${connections} connections? (was|were) scheduled to pods that were gone \\(`, 'u'),
  );
});

test('not while the pod goes on, or where the controllers run', () => {
  const stop = 'at: 10s, controller: stop, node: n2';
  expect(found([GONE])).toBeNull();
  expect(found([stop, GONE], 'shutdown: 50s, gracePeriod: 60s')).toBeNull();
  expect(found([stop, 'at: 20s, unreadyPod: 10.244.1.1'])).toBeNull();
});
