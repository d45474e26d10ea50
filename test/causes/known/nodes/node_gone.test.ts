/** Which packets were lost because a node was gone, and which because a pod was. */
import { expect, test } from 'vitest';
import { type Advance, findRequest, recordRequest } from '../../../../src/asked_request.ts';
import { causesOfRequest, findCauses } from '../../../../src/causes/causes.ts';
import type { Scenario } from '../../../../src/scenario/scenario.ts';
import { simulate } from '../../../../src/simulate.ts';
import { scenarioOf } from '../../../network/a_scenario.ts';

const BOTH = `
duration: 60s
kernel: 5.4
kubernetes: 1.24.17
nodes: [{ name: n1 }, { name: n2 }]
service:
  address: 10.96.0.10:80
  realServers: [{ address: "10.244.1.1:80" }, { address: "10.244.1.2:80", pod: { shutdown: 5s } }]
clients:
  - { name: a, rate: 40/s, via: n1, ports: 32768-33000, timeout: 1s }
  - { name: b, rate: 4/s, via: n2, timeout: 1s, synRetries: 1 }
events: [{ at: 10s, terminatePod: 10.244.1.2 }, { at: 20s, rebootNode: n2, bootTime: 5s }]
`;

test('a pod that is gone is no node that is gone', () => {
  const result = simulate(scenarioOf(BOTH));
  const [first, ...others] = findCauses(result);
  expect(first!.cause.name).toBe('removed-server');
  const gone = others.find(({ cause }) => cause.name === 'node-gone')!;
  // Twenty connects in 5 s, each with one SYN more where it does not give up before.
  expect(gone.concerned).toBeGreaterThanOrEqual(19);
  expect(gone.concerned).toBeLessThanOrEqual(40);
  expect(first!.concerned + gone.concerned).toBe(result.drops.unreachable);
});

const ALL = `
duration: 30s
kernel: 5.4
nodes: [{ name: n1 }, { name: n2 }]
service: { address: "10.96.0.10:80", realServers: [{ address: "10.244.1.1:8080" }] }
clients: [{ rate: 20/s, timeout: 3s }]
events: [{ at: 10s, rebootNode: n1, bootTime: 8s }, { at: 12s, unplugNode: n2 }]
`;

const advance: Advance = async (run, enough) => {
  while (!enough() && !run.advance(10_000));
};

async function worst(scenario: Scenario): Promise<(readonly [string, string])[]> {
  const asked = await findRequest(scenario, { kind: 'worst' }, advance);
  const { account } = await recordRequest(scenario, asked!, advance);
  return causesOfRequest(account).map(({ cause, text }) => [cause.name, text]);
}

test('where all nodes are gone, that is why, and no real server', async () => {
  const scenario = scenarioOf(ALL);
  const found = findCauses(simulate(scenario)).map(({ cause, text }) => [cause.name, text]);
  expect(found).toEqual([['node-gone', '220 packets were sent while all nodes were gone.']]);
  expect(await worst(scenario)).toEqual([
    ['node-gone', 'Its SYN came to no node, for all were gone since 12 s; 2 of its packets came to nothing.'],
  ]);
});

test.each(['ipvs', 'iptables'])('a node that lists a pod which is gone is found, path %s', async (path) => {
  const text = BOTH.replace('  address: 10', `  path: ${path}\n  address: 10`)
    .replace('{ at: 20s, rebootNode: n2, bootTime: 5s }', '{ at: 5s, node: n2, controller: stop }')
    .replace('rate: 40/s, via: n1, ports: 32768-33000,', 'rate: 1/s, via: n1, requests: 3,');
  expect((await worst(scenarioOf(text)))[0]).toEqual([
    'node-behind',
    'n2 still lists 10.244.1.2:80, which has been gone since 15 s: its controller was stopped from 5 s on.',
  ]);
});
