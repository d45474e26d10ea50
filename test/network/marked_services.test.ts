/** Services by firewall mark, from scenario files. */
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/parse.ts';
import { simulate } from '../../src/simulate.ts';
import { scenarioOf } from './a_scenario.ts';

const yaml = ({
  service = '',
  targets = '[10.96.0.10:443]',
  servers = '10.244.1.1:0, 10.244.1.2:0',
  rest = '',
}) => `
kernel: 5.4
duration: 20s
services:
  - name: shop
    address: 10.96.0.10:80
    mark: 1
    targets: ${targets}
    ${service}
    realServers: [${servers
      .split(', ')
      .map((address) => `{ address: ${address} }`)
      .join(', ')}]
clients:
  - { name: plain, to: shop, addresses: [192.0.2.1], rate: 10/s }
  - { name: other, to: "${targets.slice(1, -1).split(', ').at(-1)}", addresses: [192.0.2.1], rate: 10/s, start: 5ms }
${rest}
`;
const run = (parts: Parameters<typeof yaml>[0]) => simulate(scenarioOf(yaml(parts)));
const perServer = ({ realServers }: ReturnType<typeof run>) =>
  realServers.map(({ service, address, requests }) => `${service} ${address} ${requests}`);

describe('a service by mark', () => {
  test('is one to IPVS: its scheduler takes turns over all its ports', () => {
    const result = run({});
    expect(result.totals.failed).toBe(0);
    // The first client's SYNs and the other's come in turns, and so do the real servers.
    expect(perServer(result)).toEqual([
      'shop 10.244.1.1:0 0',
      'shop 10.244.1.2:0 200',
      '10.96.0.10:443 10.244.1.1:0 200',
      '10.96.0.10:443 10.244.1.2:0 0',
    ]);
    expect(Math.max(...(result.series.inact_conn as number[]))).toBeLessThanOrEqual(400);
  });

  test('sends datagrams of one target and segments of another to the ports asked for', () => {
    const result = run({ targets: '[10.96.0.10:443, udp:10.96.0.11:53]' });
    expect(result.totals.failed).toBe(0);
    expect(perServer(result).filter((line) => line.startsWith('udp:'))).toEqual([
      'udp:10.96.0.11:53 10.244.1.1:0 200',
      'udp:10.96.0.11:53 10.244.1.2:0 0',
    ]);
  });

  test.each(['route', 'tunnel'])(
    'forwards by %s to whoever has the address that was asked for',
    (forward) => {
      expect(run({ service: `forward: ${forward}` }).totals).toMatchObject({ failed: 0 });
    },
  );

  test('keeps the port of a real server that has one, unless it is persistent', () => {
    const result = run({ servers: '10.244.1.1:8080' });
    expect(result.totals.failed).toBe(0);
    const { problems } = parseScenario(yaml({ servers: '10.244.1.1:8080', service: 'persistent: 60s' }));
    expect(problems.map(({ message }) => message)).toEqual([
      'a persistent service by mark sends to the port that the client asked for',
    ]);
  });

  test('loses a real server for all its ports', () => {
    const result = run({ rest: 'events: [{ at: 5s, service: shop, delete: 10.244.1.2:0 }]' });
    const [, deleted, alone] = perServer(result);
    expect(deleted).toBe('shop 10.244.1.2:0 50');
    expect(alone).toBe('10.96.0.10:443 10.244.1.1:0 200');
  });
});

test.each([
  ['mark: 1', 'nodePort: 30080', 'nodePort makes a service for each address; this one is by mark'],
  ['mark: 1', 'path: iptables', 'a mark goes with path ipvs, not iptables'],
  ['', 'targets: [10.96.0.10:443]', 'targets go with mark'],
  ['mark: 1', 'targets: [10.96.0.10:80]', 'a service with the address 10.96.0.10:80 stands above'],
])('%s and %s: %s', (mark, other, message) => {
  const { problems } = parseScenario(`
service:
  address: 10.96.0.10:80
  ${mark}
  ${other}
  realServers: [{ address: 10.244.1.1:80 }]
clients: [{ rate: 1/s }]
`);
  expect(problems.map((problem) => problem.message)).toEqual([message]);
});

describe('Docker swarm', () => {
  const swarm = (version: string, rest = '') => `
duration: 1000s
kernel: 4.4
controller: { kind: docker-swarm, version: ${version} }
nodeAddress: 10.0.0.7
services:
  - { name: web, address: 10.0.0.2:80, realServers: [{ address: 10.0.0.3:0 }] }
  - { name: db, address: 10.0.0.5:5432, realServers: [{ address: 10.0.0.6:5432 }] }
clients: [{ name: app, to: web, onNode: true, concurrency: 1, keepAlive: true, thinkTime: 950s }]
${rest}
`;

  test('marks its services from 256 on', () => {
    expect(scenarioOf(swarm('20.10.17')).services.map(({ mark }) => mark)).toEqual([256, 257]);
  });

  test.each([
    // Where the address is the container's own, so is the source; else routing picks that of the interface.
    ['18.03.1', '10.0.0.7', { ECONNRESET: 0 }, 'unreachable'],
    ['18.09.0', '10.0.0.2', { ECONNRESET: 1 }, undefined],
  ])('%s: a segment without an entry', (version, source, { ECONNRESET }, reason) => {
    const scenario = scenarioOf(swarm(version));
    expect(scenario.clients[0]!.addresses).toEqual([source]);
    const { errors, drops } = simulate(scenario);
    expect(errors.ECONNRESET ?? 0).toBe(ECONNRESET);
    expect(Object.keys(drops)).toEqual(reason === undefined ? [] : [reason]);
  });

  test('packets from elsewhere for an address that the node has not are refused in words', () => {
    const { problems } = parseScenario(`
service: { address: 10.96.0.10:80, addressOnNode: false, realServers: [{ address: 10.244.1.1:80 }] }
clients: [{ rate: 1/s }]
`);
    expect(problems.map(({ message }) => message)).toEqual([
      'packets from elsewhere for an address that the node has not pass IPVS by',
    ]);
  });
});

test('more addresses than entries can refer to are refused', () => {
  const service = (index: number) => {
    const targets = Array.from({ length: 250 }, (_none, at) => `10.1.${index % 200}.${at + 1}:${80 + index}`);
    return `  - { name: s${index}, address: "10.0.${index % 250}.${1 + (index > 249 ? 1 : 0)}:80", mark: ${index + 1}, targets: [${targets.join(', ')}], realServers: [] }`;
  };
  const services = Array.from({ length: 262 }, (_none, index) => service(index));
  const { problems } = parseScenario(`services:\n${services.join('\n')}\nclients: [{ to: s0, rate: 1/s }]\n`);
  expect(problems.map(({ code, message }) => `${code} ${message}`)).toContain(
    'E_TOO_BIG services have 66024 addresses with their marks; at most 65536 can be simulated',
  );
});

test('kube-proxy makes none', () => {
  const { problems } = parseScenario(`
kernel: 6.1
kubernetes: 1.30
service: { address: 10.96.0.10:80, mark: 1, realServers: [{ address: 10.244.1.1:80 }] }
clients: [{ rate: 1/s }]
`);
  expect(problems.map(({ message }) => message)).toEqual(['kube-proxy makes no services by mark']);
});
