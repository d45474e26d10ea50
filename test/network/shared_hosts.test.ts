/** One host in several clients, with several services, and as a real server besides. */
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/parse.ts';
import { simulate } from '../../src/simulate.ts';
import { scenarioOf } from './a_scenario.ts';

const VIPS = (path: string) => `
services:
  - {name: vip1, path: ${path}, address: "10.85.128.213:80", realServers: [{address: "10.244.1.132:9376", closesFirst: client}]}
  - {name: vip2, path: ${path}, address: "10.85.128.215:80", realServers: [{address: "10.244.1.132:9376", closesFirst: client}]}
`;

function twoLoops(path: string, first: string, second: string) {
  return simulate(
    scenarioOf(`
kernel: 5.4.0
duration: 20s
${VIPS(path)}
clients:
  - {name: one, to: vip1, addresses: 10.244.2.9, ${first}}
  - {name: two, to: vip2, addresses: 10.244.2.9, ${second}}
`),
  );
}

describe('two clients of one host', () => {
  test('share the source ports towards one service', () => {
    const result = simulate(
      scenarioOf(`
duration: 20s
service: {address: "10.96.0.1:80", path: direct, realServers: [{address: "10.244.1.5:80", closesFirst: client}]}
clients:
  - {name: one, addresses: 10.0.0.1, ports: 40000-40099, rate: 10/s, requests: 60}
  - {name: two, addresses: 10.0.0.1, ports: 40000-40099, rate: 10/s, requests: 60}
`),
    );
    expect(result.totals.complete).toBe(100);
    expect(result.errors).toEqual({ EADDRNOTAVAIL: 20 });
  });

  test('may use one port towards two services', () => {
    const ports = 'ports: 40000-40000, rate: 1/s, requests: 1';
    const result = twoLoops('iptables', ports, ports.replace('requests: 1', 'start: 5s, requests: 1'));
    expect(result.errors).toEqual({});
    expect(result.totals.complete).toBe(2);
  });

  test('one port towards two services that share a real server is one tuple behind IPVS', () => {
    const probe = 'probe: {port: 40000, every: 2s}';
    const result = twoLoops('ipvs', probe, probe);
    expect(result.totals.syn_retransmitted).toBeGreaterThan(5);
    expect(result.times_ms.connect.max).toBeGreaterThan(1000);
  });

  test.each(['ipvs', 'iptables'])('their requests are counted by service: %s', (path) => {
    const result = twoLoops(path, 'rate: 10/s, requests: 50', 'rate: 10/s, requests: 20');
    expect(result.realServers.map(({ service, requests }) => [service, requests])).toEqual([
      ['vip1', 50],
      ['vip2', 20],
    ]);
  });

  test.each([
    ['kernel: 6.1.0', 'kernel'],
    ['ports: 40000-50000', 'ports'],
    ['reservedPorts: 40000', 'reservedPorts'],
  ])('must agree on %s', (keys, key) => {
    const { problems } = parseScenario(`
${VIPS('ipvs')}
clients:
  - {name: one, to: vip1, addresses: 10.244.2.9, rate: 1/s}
  - {name: two, to: vip2, addresses: 10.244.2.9, rate: 1/s, ${keys}}
`);
    expect(problems.map(({ message }) => message)).toEqual([
      `10.244.2.9 is the host of one, too: both need the same ${key}`,
    ]);
  });

  test('do not come about by a default address', () => {
    const { problems } = parseScenario(`
${VIPS('ipvs')}
clients:
  - {name: one, to: vip1, addresses: 10.0.0.2, rate: 1/s}
  - {name: two, to: vip2, rate: 1/s}
`);
    expect(problems.map(({ message }) => message)).toEqual([
      '10.0.0.2, which it has by default, is that of one',
    ]);
  });
});

describe('a client on the host of a real server', () => {
  const pod = (servers: string, client = '') =>
    simulate(
      scenarioOf(`
kernel: 5.4.0
duration: 10s
service: {address: "10.96.0.10:8080", realServers: [${servers}]}
clients: [{rate: 10/s, addresses: 10.244.1.5, ${client}}]
${client === '' ? '' : 'events: [{at: 5s, unplug: 10.244.1.5}]'}
`),
    );

  test('cannot reach itself through its service without masquerading', () => {
    const result = pod('{address: "10.244.1.5:8080"}');
    expect(result.totals.complete).toBe(0);
    expect(Object.keys(result.drops)).toEqual(['martian_source']);
  });

  test('reaches the others, every second time', () => {
    const result = pod('{address: "10.244.1.5:8080"}, {address: "10.244.1.6:8080"}');
    expect(result.realServers.map(({ requests }) => requests)[0]).toBe(0);
    expect(result.totals.complete).toBeGreaterThan(45);
    expect(result.totals.complete).toBeLessThan(60);
  });

  test('goes with its host', () => {
    const result = pod(
      '{address: "10.244.1.6:8080"}, {address: "10.244.1.5:8080", weight: 0}',
      'synRetries: 1',
    );
    expect(result.totals.complete).toBe(50);
    expect(result.errors.ETIMEDOUT).toBeGreaterThan(10);
  });

  test('has the virtual address itself where routing is direct', () => {
    const { problems } = parseScenario(`
service: {address: "10.96.0.10:80", forward: route, realServers: [{address: "10.244.1.5:80"}]}
clients: [{rate: 10/s, addresses: 10.244.1.5}]
`);
    expect(problems.map(({ message }) => message)).toEqual([
      '10.244.1.5 is a real server of this service, and has the virtual address itself',
    ]);
  });
});
