/** Clients on the node itself, from scenario files. */
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/parse.ts';
import { simulate } from '../../src/simulate.ts';
import { scenarioOf } from './a_scenario.ts';

const yaml = ({ top = '', service = '', client = '' } = {}) => `
kernel: 5.4.0
duration: 10s
${top}
service: { address: "10.96.0.10:80", ${service} realServers: [{ address: "10.0.2.2:8080" }] }
clients: [{ name: c, onNode: true, ${client} }]
`;
const LOAD = 'concurrency: 1, requests: 1';
const NODE = 'nodeAddress: 10.0.1.1';
const MASQUERADE = `${NODE}\nmasquerade: plain`;

describe('the source of a client on the node', () => {
  test('is the virtual address where that is on the node, and the node where it is masqueraded', () => {
    expect(scenarioOf(yaml({ top: NODE, client: LOAD })).clients[0]!.addresses).toEqual(['10.96.0.10']);
    expect(
      scenarioOf(yaml({ top: NODE, service: 'path: iptables,', client: LOAD })).clients[0]!.addresses,
    ).toEqual(['10.0.1.1']);
  });

  test.each(['ipvs', 'iptables', 'nftables'])(
    'path %s: requests are answered, masqueraded or not',
    (path) => {
      for (const top of [NODE, MASQUERADE]) {
        const { totals } = simulate(scenarioOf(yaml({ top, service: `path: ${path},`, client: LOAD })));
        expect(totals).toMatchObject({ complete: 1, failed: 0 });
      }
    },
  );
});

describe('beside clients elsewhere', () => {
  test('each gets its own answers, and the node has one cursor for its ports', () => {
    const result = simulate(
      scenarioOf(`
kernel: 5.4.0
duration: 10s
masquerade: random-fully
nodeAddress: 10.0.1.1
services:
  - { name: a, address: "10.96.0.10:80", realServers: [{ address: "10.0.2.2:8080" }] }
  - { name: b, address: "10.0.1.1:30080", realServers: [{ address: "10.0.2.2:8080" }] }
clients:
  - { name: w, to: a, onNode: true, concurrency: 2, requests: 50 }
  - { name: x, to: b, onNode: true, concurrency: 2, requests: 50 }
  - { name: y, to: a, addresses: [10.0.3.1], concurrency: 2, requests: 50 }
  - { name: z, to: b, addresses: [10.0.3.1], concurrency: 2, requests: 50 }
`),
    );
    expect(result.totals).toMatchObject({ complete: 200, failed: 0 });
    expect(result.realServers.map(({ requests }) => requests)).toEqual([100, 100]);
  });

  test('a NodePort is no source port of the node', () => {
    const { clients } = scenarioOf(
      yaml({ top: NODE, client: LOAD }).replace('10.96.0.10:80', '10.0.1.1:33000'),
    );
    expect(clients[0]!.reservedPorts).toEqual([[33000, 33000]]);
  });
});

describe('what is dropped', () => {
  const udp = (client: string) =>
    simulate(
      scenarioOf(`
kernel: 5.4.0
duration: 20s
sysctl: { net.ipv4.vs.expire_nodest_conn: 0 }
service: { address: "10.96.0.10:53", protocol: udp, realServers: [{ address: "10.0.2.2:53" }] }
clients: [{ ${client}, probe: { port: 5353, every: 1s } }]
events: [{ at: 9.5s, delete: 10.0.2.2:53 }]
`),
    );

  test('is EPERM for a datagram at once, where a client elsewhere waits in vain', () => {
    const own = udp('onNode: true');
    expect(own.totals.complete).toBe(10);
    expect(own.errors).toEqual({ EPERM: 11 });
    expect(own.drops.dest_unavailable).toBe(11);
    const other = udp('addresses: [10.0.0.1]');
    expect(other.errors.EPERM).toBeUndefined();
    expect(other.errors.ETIMEDOUT).toBeGreaterThan(0);
  });

  test('errors by the loopback device pass no rate limit', () => {
    const refused = (client: string) =>
      simulate(
        scenarioOf(`
kernel: 5.4.0
duration: 10s
service: { address: "10.96.0.10:80", realServers: [] }
clients: [{ ${client}, concurrency: 20, thinkTime: 100ms }]
`),
      ).errors.ECONNREFUSED!;
    expect(refused('onNode: true')).toBeGreaterThan(1900);
    expect(refused('addresses: [10.0.0.1]')).toBeLessThan(100);
  });
});

test.each([
  ['addresses of its own', 'addresses: [10.0.0.1],', '', 'has the addresses of the node'],
  ['another kernel', 'kernel: "6.1",', '', 'runs on its kernel'],
  ['another clock', 'hz: 1000,', '', 'has its hz'],
  ['a path that is not modelled', '', 'path: ebpf,', 'not modelled for path ebpf'],
  ['answers past the node', '', 'forward: route,', 'as the real servers of forward: route do'],
])('refused: %s', (_, client, service, message) => {
  const { problems } = parseScenario(yaml({ top: NODE, client: `${client} ${LOAD}`, service }));
  const found = problems.find((problem) => problem.message.includes(message));
  expect(found?.line).toBeGreaterThan(0);
});

test('refused: two ranges of ports on the node, and its address for a client elsewhere', () => {
  const two = yaml({ top: NODE, client: `${LOAD} }, { name: d, onNode: true, ports: 1024-2000, ${LOAD}` });
  expect(parseScenario(two).problems.map(({ message }) => message)).toEqual([
    'clients on the node need the same ports and reservedPorts',
  ]);
  const elsewhere = yaml({ top: MASQUERADE, client: LOAD }).replace('onNode: true', 'addresses: [10.0.1.1]');
  expect(parseScenario(elsewhere).problems[0]!.hint).toContain('write onNode: true');
});
