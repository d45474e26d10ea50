/** A node that comes back to connections which another one has carried on meanwhile. */
import { expect, test } from 'vitest';
import { findRequest, recordRequest } from '../../../src/asked_request.ts';
import { causesOfRequest } from '../../../src/causes/causes.ts';
import { SAME_HASH } from '../../../src/causes/remedies/nodes.ts';
import { type Run, simulate } from '../../../src/simulate.ts';
import { scenarioOf } from '../a_scenario.ts';

const yaml = (sysctl: string) => `
kernel: 5.4
duration: 12s
sysctl: { net.ipv4.vs.sloppy_tcp: 1${sysctl} }
nodes: [{ name: n1 }, { name: n2 }]
service:
  address: 10.96.0.10:80
  scheduler: mh
  schedulerFlags: [mh-port]
  realServers: [{ address: "10.244.1.1:8080" }, { address: "10.244.1.2:8080" }]
clients:
  - { concurrency: 20, keepAlive: true, thinkTime: 200ms }
events:
  - { at: 4s, unplugNode: n2 }
  - { at: 8s, plugNode: n2 }
`;

test('takes their segments for INVALID, and the real server answers RST to a port that nobody has', () => {
  const result = simulate(scenarioOf(yaml('')));
  const before = result.series.failed!.slice(0, 8).map(Number);
  expect(Math.max(...before)).toBe(0);
  // Where the RST comes back through the node that translated, the request fails; where it goes to the other, it waits.
  const moved = result.nodes![1]!.realServers.reduce((sum, { connections }) => sum + connections, 0);
  const waiting = result.series.in_flight!.at(-1)!;
  expect(result.totals.failed).toBeGreaterThan(0);
  expect(waiting).toBeGreaterThan(0);
  expect(moved).toBeGreaterThanOrEqual(result.totals.failed + waiting);
});

test.each([', net.netfilter.nf_conntrack_tcp_be_liberal: 1', ', net.ipv4.vs.conntrack: 0'])(
  'goes on with them where conntrack does not hold them to their window%s',
  (sysctl) => {
    const result = simulate(scenarioOf(yaml(sysctl)));
    expect(result.totals.failed).toBe(0);
    expect(result.series.in_flight!.at(-1)).toBe(0);
    expect(result.series.failed!.every((failed) => failed === 0)).toBe(true);
  },
);

test('the remedy sets both where IPVS keeps conntracks, and none where the service is of SCTP', () => {
  const liberal = 'sysctl.net.netfilter.nf_conntrack_tcp_be_liberal=1';
  expect(SAME_HASH.changes(scenarioOf(yaml('')))).toEqual([liberal]);
  expect(SAME_HASH.changes(scenarioOf(yaml(', net.ipv4.vs.conntrack: 0')))).toEqual([]);
  const sctp = yaml('').replace('scheduler: mh', 'scheduler: mh\n  protocol: sctp');
  expect(SAME_HASH.changes(scenarioOf(sctp))).toBeNull();
});

test('a request that fails so is told of its node, and of no process that has ended', async () => {
  const scenario = scenarioOf(yaml(''));
  const advance = async (run: Run, enough: () => boolean): Promise<void> => {
    for (let at_ns = 0; at_ns <= scenario.duration_ns && !enough(); at_ns += 1e7) run.advanceTo(at_ns);
  };
  const found = await findRequest(scenario, { kind: 'worst' }, advance);
  const { account } = await recordRequest(scenario, found!, advance);
  expect(account.errno).toBe('ECONNRESET');
  const causes = causesOfRequest(account);
  expect(causes.map(({ cause }) => cause.name)).toEqual(['node-lost']);
  expect(causes[0]!.text).toMatch(/^n2 has had it before, .* went on from port \d+,/u);
});
