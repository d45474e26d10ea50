/** The other addresses of a service, affinity and hairpins of kube-proxy's rules, from scenario files. */
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/parse.ts';
import { simulate } from '../../src/simulate.ts';
import { scenarioOf } from './a_scenario.ts';

const PATHS = ['ipvs', 'iptables', 'nftables'];

const yaml = ({ path = 'ipvs', top = '', service = '', clients = '', rest = '' }) => `
kernel: 6.1.192
duration: 20s
masquerade: plain
nodeAddress: 172.18.0.2
podRange: 10.244.0.0/16
${top}
service:
  name: web
  address: 10.96.0.10:80
  path: ${path}
  ${service}
  realServers:
    - { address: "10.244.1.5:8080", local: true }
    - { address: "10.244.2.5:8080" }
clients: [${clients}]
${rest}
`;
const OUTER = 'nodePort: 30080\n  externalIPs: [198.51.100.7]\n  loadBalancerIPs: [203.0.113.5]';
const to = (address: string, name: string, load = 'rate: 50/s') =>
  `{ name: ${name}, to: "${address}", addresses: [192.0.2.1], ${load} }`;
const ALL = [
  to('web', 'a'),
  to('172.18.0.2:30080', 'b'),
  to('198.51.100.7:80', 'c'),
  to('203.0.113.5:80', 'd'),
].join(', ');

describe('a service with all its addresses', () => {
  test('is a service for each, named by its address, on the same real servers', () => {
    const { services } = scenarioOf(yaml({ service: OUTER, clients: ALL }));
    expect(services.map(({ name, exposed }) => [name, exposed?.as])).toEqual([
      ['web', undefined],
      ['172.18.0.2:30080', 'nodePort'],
      ['198.51.100.7:80', 'externalIP'],
      ['203.0.113.5:80', 'loadBalancerIP'],
    ]);
    for (const { realServers } of services) expect(realServers).toEqual(services[0]!.realServers);
  });

  test.each(PATHS)('path %s: each counts its own requests', (path) => {
    const result = simulate(scenarioOf(yaml({ path, service: OUTER, clients: ALL })));
    expect(result.totals.failed).toBe(0);
    const perService = new Map<string, number>();
    for (const { service, requests } of result.realServers) {
      perService.set(service, (perService.get(service) ?? 0) + requests);
    }
    // A request is under way when the run ends.
    for (const count of perService.values()) expect(count).toBeGreaterThanOrEqual(999);
    expect(perService.size).toBe(4);
  });

  test.each(PATHS)('path %s, policy Local: only the pod on this node answers for the outer ones', (path) => {
    const service = `${OUTER}\n  externalTrafficPolicy: Local`;
    const { realServers, totals } = simulate(scenarioOf(yaml({ path, service, clients: ALL })));
    expect(totals.failed).toBe(0);
    const outer = realServers.filter((each) => each.service !== 'web');
    expect(outer.map(({ address }) => address)).toEqual(Array(3).fill('10.244.1.5:8080'));
    expect(realServers.filter((each) => each.service === 'web')).toHaveLength(2);
  });

  test.each([
    ['ipvs', true, 'no_dest'],
    ['iptables', false, 'no_local_endpoint'],
    ['nftables', false, 'no_local_endpoint'],
  ])('path %s, policy Local without a local pod: refused %s (%s)', (path, refused, reason) => {
    const service = 'nodePort: 30080\n  externalTrafficPolicy: Local';
    const text = yaml({ path, service, clients: to('172.18.0.2:30080', 'b', 'concurrency: 1') });
    const result = simulate(scenarioOf(text.replace(', local: true', '')));
    expect(result.totals.complete).toBe(0);
    expect((result.errors.ECONNREFUSED ?? 0) > 0).toBe(refused);
    expect(Object.keys(result.drops)).toEqual([reason]);
  });

  test('events and pods change all of them', () => {
    const events = 'events: [{ at: 10s, weight: { "10.244.2.5:8080": 0 } }]';
    const result = simulate(scenarioOf(yaml({ service: OUTER, clients: ALL, rest: events })));
    const late = (name: string) =>
      result.series[`requests[${name}/10.244.2.5:8080]`]!.slice(11).reduce((sum, n) => sum! + n!, 0);
    for (const { name } of result.scenario.services) expect(late(name)).toBe(0);
  });

  test('a mistake in it is told once, an address that is taken as such', () => {
    const twice = parseScenario(yaml({ service: `${OUTER}\n  scheduler: nonsense`, clients: ALL }));
    expect(twice.problems.filter(({ message }) => message.includes('nonsense'))).toHaveLength(1);
    const taken = parseScenario(yaml({ service: 'externalIPs: [10.96.0.10]', clients: to('web', 'a') }));
    expect(taken.problems.map(({ message }) => message)).toEqual([
      'a service with the address 10.96.0.10:80 stands above',
    ]);
  });
});

describe('affinity', () => {
  test.each(PATHS)('path %s: a client stays with its server while it comes back in time', (path) => {
    const used = (thinkTime: string) => {
      const clients = `{ name: a, addresses: [192.0.2.1], concurrency: 1, thinkTime: ${thinkTime}, kernel: 5.4.0 }`;
      const text = yaml({ path, service: 'persistent: 10s', clients }).replace('20s', '2000s');
      const { realServers } = simulate(scenarioOf(text.replace('duration', 'interval: 100s\nduration')));
      return realServers.filter(({ requests }) => requests > 0).length;
    };
    expect(used('5s')).toBe(1);
    // IPVS's template lasts as long as the connections that it made, and those wait 120 s in TIME_WAIT.
    expect(used('300s')).toBe(2);
  });
});

describe('a hairpin', () => {
  const self = '{ name: a, addresses: [10.244.1.5], rate: 50/s }';

  test.each(PATHS)('path %s: is answered by way of the node', (path) => {
    const { totals, drops, realServers } = simulate(scenarioOf(yaml({ path, clients: self })));
    expect([totals.failed, drops.martian_source]).toEqual([0, undefined]);
    expect(Math.min(...realServers.map(({ requests }) => requests))).toBeGreaterThan(400);
  });

  test('is a martian where nobody is masqueraded', () => {
    const text = yaml({ clients: self }).replace(/masquerade.*\n.*\n.*\n/, '');
    expect(simulate(scenarioOf(text)).drops.martian_source).toBeGreaterThan(0);
  });
});

test.each([
  ['path: nftables', 'kernel: 3.10.0-1127.el7', 'has no nftables'],
  ['path: nftables', 'kernel: "6.1"\nkubernetes: 1.28.0', 'kube-proxy 1.28.0 has no nftables mode'],
  ['persistent: 10s\n  path: ebpf', 'kernel: "6.1"', 'persistent goes with IPVS and rules, not path ebpf'],
])('refused: %s on %s', (service, top, message) => {
  const text = yaml({ top, service, clients: to('web', 'a') })
    .replace('kernel: 6.1.192\n', '')
    .replace('  path: ipvs\n', '')
    .replace(/masquerade.*\n.*\n.*\n/, '');
  expect(
    parseScenario(text)
      .problems.map((problem) => problem.message)
      .join(),
  ).toContain(message);
});
