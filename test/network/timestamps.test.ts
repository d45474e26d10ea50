/** TCP timestamps and TIME_WAIT of real servers, from scenario files. */
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/parse.ts';
import { simulate } from '../../src/simulate.ts';
import { scenarioOf } from './a_scenario.ts';

const yaml = (client: string, realServer: string, rest = '') => `
kernel: 6.1.192
duration: 20s
service: { address: "10.96.0.10:80", path: iptables, realServers: [{ address: "10.0.2.2:8080", ${realServer} }] }
clients: [{ name: c, addresses: [10.0.1.2], rate: 500/s, ${client} }]
${rest}
`;
const RANDOM_FULLY = 'masquerade: random-fully\nnodeAddress: 10.0.1.1\npodRange: 10.0.2.0/24';

describe('tcpTimestamps', () => {
  const rejected = (client: string, rest = RANDOM_FULLY) =>
    simulate(scenarioOf(yaml(client, '', rest))).totals.paws_rejected ?? 0;

  test('with an offset for each connection, drawn ports meet TIME_WAITs with later time stamps', () => {
    expect(rejected('')).toBeGreaterThan(50);
    expect(rejected('tcpTimestamps: 1')).toBe(rejected(''));
  });

  test.each(['tcpTimestamps: 2', 'tcpTimestamps: 0', 'kernel: 5.4.0'])('%s: never', (client) => {
    expect(rejected(client)).toBe(0);
  });

  test('without masquerading, and with kept ports, time stamps decide nothing', () => {
    expect(rejected('', '')).toBe(0);
    expect(rejected('', RANDOM_FULLY.replace('random-fully', 'plain'))).toBe(0);
  });

  test('is no key of a client over udp, and no sysctl of the director', () => {
    const udp = yaml('tcpTimestamps: 2', '').replace('path:', 'protocol: udp, path:');
    expect(parseScenario(udp).problems.map(({ message }) => message)).toEqual([
      'tcpTimestamps goes with tcp only; the service is udp',
    ]);
    const { problems } = parseScenario(yaml('', '', 'sysctl: { net.ipv4.tcp_timestamps: 2 }'));
    expect(problems[0]!.hint).toContain('--set clients.0.tcpTimestamps=2');
  });
});

// A 5.4 client does not come back to a port within 20 s.
describe('tcpMaxTwBuckets', () => {
  test('a host keeps no more connections in TIME_WAIT, and the others end at once', () => {
    const { totals } = simulate(scenarioOf(yaml('kernel: 5.4.0', 'tcpMaxTwBuckets: 300')));
    expect(totals.timewait_overflows).toBe(totals.connections - 300);
  });

  test('the limit is that of the host, whichever of its sockets a connection belongs to', () => {
    const both = (limit: string) =>
      simulate(
        scenarioOf(`
kernel: 6.1.192
duration: 20s
services:
  - { name: a, address: "10.96.0.10:80", realServers: [{ address: "10.0.2.2:8080", ${limit} }] }
  - { name: b, address: "10.96.0.11:80", realServers: [{ address: "10.0.2.2:8081", ${limit} }] }
clients:
  - { name: x, to: a, addresses: [10.0.1.2], kernel: 5.4.0, rate: 100/s }
  - { name: y, to: b, addresses: [10.0.1.3], kernel: 5.4.0, rate: 100/s }
`),
      ).totals;
    expect(both('').timewait_overflows).toBeUndefined();
    const { connections, timewait_overflows } = both('tcpMaxTwBuckets: 300');
    expect(timewait_overflows).toBe(connections - 300);
  });
});
