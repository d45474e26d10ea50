/** Masquerading where services of both families stand in one scenario: each in its own. */
import { describe, expect, test } from 'vitest';
import { scenarioFile } from '../../src/report/forms/scenario_file.ts';
import { createRun, simulate } from '../../src/simulate.ts';
import { scenarioOf } from './a_scenario.ts';

const ADDRESS = 'nodeAddress: [172.18.0.2, "fd00:18::2"]';
const RANGE = 'podRange: [10.244.0.0/16, "fd00:244::/56"]';

const yaml = ({ path = 'ipvs', top = `masquerade: plain\n${ADDRESS}\n${RANGE}`, more = '' } = {}) => `
kernel: 6.1.192
duration: 5s
${top}
services:
  - { name: web4, path: ${path}, address: 10.96.0.10:80, nodePort: 30080, realServers: [{ address: "10.244.1.5:8080" }] }
  - { name: web6, path: ${path}, address: "[fd00:96::10]:80", nodePort: 30080, realServers: [{ address: "[fd00:244::5]:8080" }] }
clients:
  - { name: out4, to: web4, addresses: 192.0.2.1, rate: 10/s, requests: 1 }
  - { name: out6, to: web6, addresses: "2001:db8::1", rate: 10/s, requests: 1 }
  - { name: pod4, to: web4, addresses: 10.244.2.1, rate: 10/s, requests: 1 }
  - { name: pod6, to: web6, addresses: "fd00:244::2:1", rate: 10/s, requests: 1 }
  - { name: port4, to: "172.18.0.2:30080", addresses: 10.244.2.2, rate: 10/s, requests: 1 }
  - { name: port6, to: "[fd00:18::2]:30080", addresses: "fd00:244::2:2", rate: 10/s, requests: 1 }
  - { name: self4, to: web4, addresses: 10.244.1.5, rate: 10/s, requests: 1 }
  - { name: self6, to: web6, addresses: "fd00:244::5", rate: 10/s, requests: 1 }
${more}
`;

/** Whom real servers answer, by the address of the client. */
function seen(text: string): Record<string, string> {
  const run = createRun(scenarioOf(text));
  run.advanceTo(run.end_ns);
  expect(run.result().totals).toMatchObject({ complete: run.scenario.clients.length, failed: 0 });
  const { conntracks } = run.snapshot();
  return Object.fromEntries(conntracks.map(({ original, reply }) => [original.source, reply.destination]));
}

const OF_BOTH = {
  '192.0.2.1': '172.18.0.2',
  '2001:db8::1': 'fd00:18::2',
  '10.244.2.1': '10.244.2.1',
  'fd00:244::2:1': 'fd00:244::2:1',
  '10.244.2.2': '172.18.0.2',
  'fd00:244::2:2': 'fd00:18::2',
  // A hairpin.
  '10.244.1.5': '172.18.0.2',
  'fd00:244::5': 'fd00:18::2',
};

describe.each(['ipvs', 'iptables', 'nftables'])('path %s', (path) => {
  test('who is masqueraded has the address of the node in its family', () => {
    expect(seen(yaml({ path }))).toEqual(OF_BOTH);
  });

  test('clients on the node, too', () => {
    const own = ['web4', 'web6'].map(
      (to) => `  - { name: own-${to}, to: ${to}, onNode: true, rate: 10/s, requests: 1 }`,
    );
    const all = seen(yaml({ path, more: own.join('\n') }));
    const from = path === 'ipvs' ? ['10.96.0.10', 'fd00:96::10'] : ['172.18.0.2', 'fd00:18::2'];
    expect(all).toEqual({ ...OF_BOTH, [from[0]!]: '172.18.0.2', [from[1]!]: 'fd00:18::2' });
  });
});

test('a range of one family leaves nobody of the other out', () => {
  const all = seen(yaml({ top: `masquerade: plain\n${ADDRESS}\npodRange: 10.244.0.0/16` }));
  expect(all).toEqual({ ...OF_BOTH, 'fd00:244::2:1': 'fd00:18::2' });
});

test('several nodes have an address of each family, each', () => {
  const scenario = scenarioOf(`
masquerade: plain
${ADDRESS}
nodes: [{ name: one }, { name: two, address: "192.168.0.9,fd00:18::9" }, { name: three }]
services:
  - { name: web4, address: 10.96.0.10:80, nodePort: 30080, realServers: [{ address: "10.244.1.5:8080", answers: client }] }
  - { name: web6, address: "[fd00:96::10]:80", nodePort: 30080, realServers: [{ address: "[fd00:244::5]:8080", answers: client }] }
duration: 5s
clients:
  - { name: a, to: web4, via: three, rate: 10/s, requests: 10 }
  - { name: b, to: web6, via: three, rate: 10/s, requests: 10 }
  - { name: c, to: "[fd00:18::9]:30080", rate: 10/s, requests: 10 }
`);
  expect(scenario.nodes!.map(({ address }) => address)).toEqual([
    ['172.18.0.2', 'fd00:18::2'],
    ['192.168.0.9', 'fd00:18::9'],
    ['172.18.0.4', 'fd00:18::4'],
  ]);
  const result = simulate(scenario);
  expect(result.totals).toMatchObject({ complete: 30, failed: 0 });
  expect(result.nodes!.map(({ connections }) => connections)).toEqual([0, 10, 20]);
});

test('a list of one is that one, and the scenario reads as the file that it makes', () => {
  expect(scenarioOf(yaml()).masquerade).toEqual({
    ports: 'plain',
    nodeAddress: ['172.18.0.2', 'fd00:18::2'],
    podRange: ['10.244.0.0/16', 'fd00:244::/56'],
  });
  const top = 'masquerade: plain\nnodeAddress: "172.18.0.2,fd00:18::2"\npodRange: [10.244.0.0/16]';
  expect(scenarioOf(yaml({ top })).masquerade!.podRange).toBe('10.244.0.0/16');
  const own = yaml({
    top: ADDRESS,
    more: ['web4', 'web6']
      .map((to) => `  - { name: own-${to}, to: ${to}, onNode: true, rate: 1/s }`)
      .join('\n'),
    // Which over IPv6 is a hairpin for masquerading alone.
  }).replace(/^.*self6.*\n/mu, '');
  for (const text of [yaml(), own]) {
    const scenario = scenarioOf(text);
    const { masquerade, clients, services } = scenarioOf(scenarioFile(scenario));
    expect({ masquerade, clients, services }).toEqual({
      masquerade: scenario.masquerade,
      clients: scenario.clients,
      services: scenario.services,
    });
  }
});
