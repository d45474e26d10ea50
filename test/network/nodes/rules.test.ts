/** Several nodes with kube-proxy's rules in place of IPVS: each draws by itself, and has a conntrack of its own. */
import { describe, expect, test } from 'vitest';
import { simulate } from '../../../src/simulate.ts';
import { scenarioOf } from '../a_scenario.ts';

const yaml = ({
  path = 'iptables',
  top = '',
  servers = '{ address: "10.244.1.1:80" }, { address: "10.244.1.2:80" }',
  clients = '{ name: c, addresses: 192.0.2.1, rate: 100/s }',
  rest = '',
}) => `
kernel: 6.1.192
duration: 20s
${top}
nodes: [{ name: one }, { name: two }]
service: { address: 10.96.0.10:80, path: ${path}, realServers: [${servers}] }
clients: [${clients}]
${rest}
`;
const run = (parts: Parameters<typeof yaml>[0]) => simulate(scenarioOf(yaml(parts)));

describe.each(['iptables', 'nftables'])('path %s', (path) => {
  test('each node draws by itself, and its connections are counted', () => {
    const { nodes, totals, realServers, series } = run({ path });
    expect(totals.failed).toBe(0);
    const each = nodes!.map(({ connections }) => connections);
    expect(each[0]! + each[1]!).toBe(2000);
    for (const { connections, realServers: those } of nodes!) {
      expect(connections).toBeGreaterThan(900);
      expect(those.reduce((sum, server) => sum + server.connections, 0)).toBe(connections);
      for (const server of those) expect(server.connections / connections).toBeCloseTo(0.5, 1);
    }
    const [first] = realServers;
    const both = nodes!.map((node) => node.realServers[0]!.connections);
    expect(both[0]! + both[1]!).toBe(first!.connections);
    const sum = (name: string) => series[name]!.reduce<number>((all, value) => all + value!, 0);
    expect(sum('node.connections[one]')).toBe(each[0]);
    expect(sum('node.connections[two/10.244.1.1:80]')).toBe(both[1]);
    expect(series['node.active_conn[two/10.244.1.1:80]']).toBeUndefined();
  });

  test('a segment that comes to another node is a new connection there', () => {
    const failed = (top: string) => {
      const { totals, errors } = run({
        path,
        top,
        servers: '{ address: "10.244.1.1:80" }',
        clients:
          '{ name: c, addresses: 192.0.2.1, concurrency: 20, keepAlive: true, thinkTime: 300ms, tcpTimestamps: 0 }',
        rest: 'events: [{ at: 5s, unplugNode: one }]',
      });
      expect(totals.failed).toBe(errors.ECONNRESET ?? 0);
      return totals.failed;
    };
    // With one endpoint the rules find the real server that has the connection, which knows the client by its own address,
    // but by no other node's.
    expect(failed('')).toBe(0);
    expect(failed('masquerade: plain')).toBeGreaterThan(5);
  });
});

test('an endpoint that comes again is counted on', () => {
  const server = '"10.244.1.2:80"';
  const rest = `events: [{ at: 5s, delete: ${server} }, { at: 10s, add: { address: ${server} } }]`;
  const { nodes, realServers } = run({ rest });
  const there = nodes!.map((node) => node.realServers[1]!.connections);
  expect(there[0]! + there[1]!).toBe(realServers[1]!.connections);
  expect(realServers[1]!.connections).toBeGreaterThan(600);
  expect(realServers[1]!.connections).toBeLessThan(900);
});
