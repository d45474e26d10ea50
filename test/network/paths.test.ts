/** Data paths of whole runs: who chooses the real server, what the table remembers, what packets cost. */
import { describe, expect, it } from 'vitest';
import type { Result } from '../../src/measure/result.ts';
import { simulate } from '../../src/simulate.ts';
import { scenarioOf } from './a_scenario.ts';

interface Parts {
  readonly path: string;
  readonly kernel?: string;
  readonly service?: string;
  readonly server?: string;
  readonly client?: string;
  readonly workers?: number;
  readonly rest?: string;
}

/** Two real servers, a small port range, and connections enough to go through it again and again. */
function run({
  path,
  kernel = '5.4',
  service = '',
  server = '',
  client = '',
  rest = '',
  workers = 5,
}: Parts): Result {
  return simulate(
    scenarioOf(`
kernel: ${kernel}
duration: 4s
sysctl: { net.ipv4.vs.conn_reuse_mode: 1 }
service:
  address: 10.96.0.1:80
  path: ${path}
  ${service}
  realServers:
    - { address: 10.244.1.5:80, serviceTime: 10ms${server} }
    - { address: 10.244.1.6:80, serviceTime: 10ms${server} }
clients: [{ name: ab, addresses: [10.0.0.2], ports: 32768-33767, concurrency: ${workers}${client} }]
${rest}
`),
  );
}

const PATHS = ['iptables', 'nftables', 'ebpf', 'ipvs-bpf'];

describe.each(PATHS)('path %s', (path) => {
  const result = run({ path });

  it('has no cliff where IPVS has one', () => {
    expect(run({ path: 'ipvs' }).totals.syn_dropped).toBeGreaterThan(0);
    expect(result.totals.syn_dropped).toBe(0);
    expect(result.totals.failed).toBe(0);
    expect(result.cliff).toBeNull();
    expect(result.totals.complete).toBeGreaterThan(1800);
  });

  it('reaches both real servers', () => {
    const [first, second] = result.realServers.map(({ requests }) => requests);
    expect(first! + second!).toBe(result.totals.complete);
    // Drawn or in turn: three standard deviations around one half.
    expect(Math.abs(first! - second!)).toBeLessThan(140);
  });

  it('takes a real server out and in again by its weight', () => {
    const changed = run({
      path,
      rest: `events:
  - { at: 1s, weight: { "10.244.1.5:80": 0 } }
  - { at: 3s, weight: { "10.244.1.5:80": 1 } }`,
    });
    const column = changed.series['requests[10.244.1.5:80]']!;
    expect(column[0]).toBeGreaterThan(150);
    // The few that were under way at that moment.
    expect(column[1]).toBeLessThanOrEqual(5);
    expect(column[2]).toBe(0);
    expect(column[3]).toBeGreaterThan(150);
    expect(changed.totals.failed).toBe(0);
  });

  it('knows of real servers that come and go', () => {
    const changed = run({
      path,
      rest: `events:
  - { at: 1s, delete: "10.244.1.5:80" }
  - { at: 2s, add: { address: "10.244.1.7:80", serviceTime: 10ms } }`,
    });
    expect(changed.series['requests[10.244.1.7:80]']!.slice(2).every((count) => count! > 150)).toBe(true);
    expect(changed.series['requests[10.244.1.5:80]']![2]).toBe(0);
  });

  it('comes out the same each time', () => {
    expect(run({ path })).toEqual(result);
  });
});

it('keeps the entry of path ipvs-bpf in the table, and no conntrack', () => {
  const { series } = run({ path: 'ipvs-bpf' });
  // The rest of the 500 ports are in use.
  expect(Math.max(...(series.inact_conn as number[]))).toBe(495);
  expect(Math.max(...(series.conntrack_entries as number[]))).toBe(0);
});

it('keeps the conntrack of path iptables, and no entry', () => {
  const { series } = run({ path: 'iptables' });
  expect(Math.max(...(series.inact_conn as number[]))).toBe(0);
  expect(Math.max(...(series.conntrack_entries as number[]))).toBe(500);
});

describe('without any backend', () => {
  it.each([
    ['ebpf', 'EHOSTUNREACH'],
    ['iptables', 'ECONNREFUSED'],
    ['ipvs-bpf', 'ECONNREFUSED'],
  ])('connect() over path %s fails with %s', (path, errno) => {
    // One attempt each half second, which the rate limit of ICMP lets through.
    const result = run({ path, server: ', weight: 0', client: ', thinkTime: 500ms, requests: 5' });
    expect(result.errors).toEqual({ [errno]: 5 });
    expect(result.totals.complete).toBe(0);
  });
});

describe('a UDP service', () => {
  it.each(['iptables', 'ebpf'])('is answered over path %s', (path) => {
    const result = run({ path, service: 'protocol: udp' });
    expect(result.totals.failed).toBe(0);
    expect(result.totals.complete).toBeGreaterThan(1800);
  });
});

describe('what packets cost', () => {
  const NODE =
    'forward: 10us, pod: 20us, conntrack: 40us, ipvs: 80us, nat: 160us, rules: 320us, connect: 640us';
  const SHORT = ', requests: 10';
  const busy_us = (path: string, service = ''): number => {
    const rest = `node: { ${NODE} }`;
    return run({ path, service, client: SHORT, rest }).cpu!.node_busy_ns / 1e3;
  };

  it.each([
    ['ipvs', 10 + 20 + 40 + 80, 0],
    ['ipvs-bpf', 10 + 20 + 80, 0],
    ['iptables', 10 + 20 + 40 + 160, 320],
    ['ebpf', 10 + 20, 640],
  ])('over path %s: %i us each, and %i us a connection', (path, each_us, first_us) => {
    const { cpu, totals } = run({ path, client: SHORT, rest: `node: { ${NODE} }` });
    expect(cpu!.node_busy_ns / 1e3).toBe(totals.packets * each_us + totals.connections * first_us);
    expect(totals.connections).toBe(10);
  });

  it('is less by the pod’s network where real servers have their node’s', () => {
    expect(busy_us('ipvs', 'hostNetwork: true') / busy_us('ipvs')).toBeCloseTo(130 / 150, 2);
  });

  it('is nothing for answers that do not come back over the node', () => {
    const routed = busy_us('ipvs', 'forward: route');
    expect(routed / busy_us('ipvs')).toBeGreaterThan(0.4);
    expect(routed / busy_us('ipvs')).toBeLessThan(0.6);
  });

  it('limits what the node forwards, and makes packets wait', () => {
    const loaded = (cores: number) =>
      run({ path: 'ipvs-bpf', workers: 30, rest: `node: { cores: ${cores}, forward: 200us }` });
    const one = loaded(1);
    const possible = 1e6 / 200 / (one.totals.packets / one.totals.complete);
    expect(one.totals.rps / possible).toBeGreaterThan(0.97);
    expect(one.cpu!.node_busy_ns / 4e9).toBeGreaterThan(0.99);
    expect(one.times_ms.connect.median).toBeGreaterThan(1);
    expect(loaded(4).totals.rps).toBeGreaterThan(2 * possible);
  });

  it('is paid for by the real server where it is said so', () => {
    const server = ', cpu: { cores: 1, perRequest: 1ms }';
    const paid = run({ path: 'ipvs', server, client: SHORT, rest: `node: { payer: realServer, ${NODE} }` });
    expect(paid.cpu!.node_busy_ns).toBe(0);
    const [first] = paid.cpu!.realServers;
    expect(first!.network_ns % 150_000).toBe(0);
    expect(paid.cpu!.shares.network).toBeGreaterThan(0.4);
    expect(paid.totals.rps).toBeLessThan(run({ path: 'ipvs', server, client: SHORT }).totals.rps);
  });
});
