/** Every cause is found where it is at work: in the saved result, and in the packets of the request that went worst. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { planFor } from '../../src/advise/plan.ts';
import { type Advance, findRequest, type RequestQuery, recordRequest } from '../../src/asked_request.ts';
import { CAUSES, causesOfRequest, findCauses } from '../../src/causes/causes.ts';
import { sysctlAt } from '../../src/causes/evidence.ts';
import { type PacketStory, storiesOf } from '../../src/measure/packet_stories.ts';
import type { Result } from '../../src/measure/result.ts';
import type { DropReason, TraceEvent } from '../../src/measure/trace.ts';
import { kernelNames } from '../../src/report/nodes.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { simulate } from '../../src/simulate.ts';
import { lostSyn } from '../report/trace_fixture.ts';

const FOLDER = new URL('../../scenarios/', import.meta.url);
const SHIPPED = readdirSync(FOLDER).flatMap((file) => {
  if (!file.endsWith('.yaml')) return [];
  const text = readFileSync(new URL(file, FOLDER), 'utf8');
  const cause = /^# Cause: (.+)$/mu.exec(text)?.[1];
  // The cliff has a small scenario below; the shipped one takes its time.
  return cause === undefined || cause === 'port-reuse'
    ? []
    : [{ name: file.replace('.yaml', ''), cause, text }];
});

const SERVICE = 'service: { address: 10.96.0.1:80, realServers: [{ address: 10.244.1.5:8080 }] }';
const BUSY = 'clients: [{ ports: 40000-40099, rate: 50/s }]';

/** Causes that no shipped scenario is about, and the question that shows them. */
const OTHERS: Readonly<Record<string, readonly [yaml: string, query?: RequestQuery]>> = {
  'port-reuse': [`duration: 20s\nkernel: 5.4\nsysctl: { net.ipv4.vs.conntrack: 1 }\n${SERVICE}\n${BUSY}`],
  'process-gone': [
    `duration: 10s\nkernel: 5.4\nkubernetes: 1.20.0
service:
  address: 10.96.0.1:80
  realServers: [{ address: 10.244.1.5:80, pod: { teardown: 5s } }, { address: 10.244.1.6:80 }]
clients: [{ rate: 50/s }]
events: [{ at: 5s, terminatePod: 10.244.1.5 }]`,
  ],
  'drop-defence': [
    `duration: 10s\nkernel: 5.4\nsysctl: { net.ipv4.vs.drop_packet: 3, net.ipv4.vs.am_droprate: 10 }\n${SERVICE}
clients: [{ rate: 20/s }]`,
  ],
  'reuse-kept': [
    `duration: 20s\nkernel: 5.4\nsysctl: { net.ipv4.vs.conn_reuse_mode: 0 }\n${SERVICE}\n${BUSY}`,
    { kind: 'at', at_ns: 10e9 },
  ],
  persistence: [
    `duration: 10s\nkernel: 5.4
service: { address: 10.96.0.1:80, persistent: 300s, realServers: [{ address: 10.244.1.5:80 }, { address: 10.244.1.6:80 }] }
clients: [{ rate: 50/s }]`,
    { kind: 'at', at_ns: 5e9 },
  ],
};

/** Where the first request that failed is not like most of them: it reached a process that had just ended. */
const QUERIES: Readonly<Record<string, RequestQuery>> = { 'k8s-71514': { kind: 'at', at_ns: 400e9 } };

function parsed(text: string, set: readonly string[] = []): Scenario {
  const { scenario, problems } = parseScenario(text, { set });
  expect(problems).toEqual([]);
  return scenario!;
}

/** Like a rim that gives nobody else a turn. */
const advance: Advance = async (run, enough) => {
  while (!enough() && !run.advance(EVENTS_BETWEEN));
};
const EVENTS_BETWEEN = 50_000;

async function causeOfWorst(scenario: Scenario, query: RequestQuery = { kind: 'worst' }): Promise<string[]> {
  const asked = await findRequest(scenario, query, advance);
  const { account } = await recordRequest(scenario, asked!, advance);
  return causesOfRequest(account).map(({ cause }) => cause.name);
}

describe('a shipped scenario shows', () => {
  test.each(SHIPPED.map(({ cause, name, text }) => [cause, name, text] as const))(
    '%s: %s',
    async (cause, name, text) => {
      const scenario = parsed(text);
      const found = findCauses(simulate(scenario));
      expect(found[0]?.cause.name).toBe(cause);
      expect(found[0]!.to_s).toBeGreaterThan(found[0]!.from_s);
      expect(found[0]!.text, name).toMatch(/^\S.*\.$/s);
      expect(await causeOfWorst(scenario, QUERIES[name])).toContain(cause);
    },
  );
});

describe('a small scenario shows', () => {
  test.each(Object.entries(OTHERS))('%s', async (cause, [yaml, query]) => {
    const scenario = parsed(yaml);
    expect((await causeOfWorst(scenario, query))[0]).toBe(cause);
    const known = CAUSES.find(({ name }) => name === cause)!;
    const found = findCauses(simulate(scenario)).map(({ cause: { name } }) => name);
    // What goes right is no trouble, and no advice is given about it.
    expect(found).toEqual(known.isRight === true ? [] : [cause]);
  });
});

test('every cause that a request can meet alone is shown by a scenario', () => {
  const shown = new Set([...SHIPPED.map(({ cause }) => cause), ...Object.keys(OTHERS)]);
  const MADE = ['conntrack-clash', 'conntrack-refuses', 'drained-syn'];
  expect(CAUSES.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual(
    expect.arrayContaining(MADE),
  );
  expect(CAUSES.filter(({ name }) => !shown.has(name) && !MADE.includes(name))).toEqual([]);
});

test('too few connections to speak of are not blamed on where nodes begin', () => {
  const text = (connections: number) => `duration: 3s\nkernel: 5.4\nbalancer: turn
nodes: [{ name: a }, { name: b }, { name: c }, { name: d }]
service: { address: 10.96.0.1:80, realServers: [{ address: 10.244.1.5:80 }, { address: 10.244.1.6:80 }] }
clients: [{ concurrency: ${connections}, keepAlive: true, thinkTime: 1s }]`;
  const found = (connections: number) =>
    findCauses(simulate(parsed(text(connections)))).map(({ cause }) => cause.name);
  expect([3, 4, 8].map(found)).toEqual([[], ['same-start'], []]);
});

test('of several nodes, the one that drops is named, with its own settings', () => {
  const text = `duration: 20s\nkernel: 5.15
nodes:
  - { name: new, sysctl: { net.ipv4.vs.conn_reuse_mode: 0 } }
  - { name: old, kernel: 4.19 }
sysctl: { net.ipv4.vs.conntrack: 1 }
service: { address: 10.96.0.1:80, realServers: [{ address: 10.244.1.5:80 }] }
events: [{ at: 1s, sysctl: { net.ipv4.vs.conn_reuse_mode: 0 }, node: new }]
clients: [{ addresses: 10.0.0.1, ports: 40000-40099, concurrency: 5, via: old }]`;
  const result = simulate(parsed(text));
  const [found] = findCauses(result);
  expect(found?.cause.name).toBe('port-reuse');
  expect(found?.text).toContain('ip_vs_in() of old drops such a SYN (conn_reuse_mode=1, conntrack=1)');
  expect(kernelNames(result.scenario)).toBe('5.15 (new), 4.19 (old)');
});

test('a request is told where nodes begin only where connections stay', async () => {
  const text = (keepAlive: boolean) => `duration: 3s\nkernel: 5.4
nodes: [{ name: a }, { name: b }]
service: { address: 10.96.0.1:80, realServers: [{ address: 10.244.1.5:80 }, { address: 10.244.1.6:80 }] }
clients: [{ concurrency: 1, keepAlive: ${keepAlive}, thinkTime: 1s }]`;
  const found = (keepAlive: boolean) => causeOfWorst(parsed(text(keepAlive)), { kind: 'connect', number: 1 });
  expect(await found(true)).toEqual(['same-start']);
  expect(await found(false)).toEqual([]);
});

test('a setting is what the last event, boot or start of its controller has made it', () => {
  const scenario = parsed(`duration: 100s\nkernel: 5.4\nkubernetes: 1.24.0
nodes: [{ name: a }, { name: b }]
service: { address: 10.96.0.1:80, realServers: [{ address: 10.244.1.5:80 }] }
events:
  - { at: 10s, sysctl: { net.ipv4.vs.expire_nodest_conn: 0, net.ipv4.vs.timeout.tcp: 60 } }
  - { at: 20s, controller: restart, node: b }
  - { at: 50s, rebootNode: b, bootTime: 10s }
clients: [{ rate: 1/s }]`);
  const at = (key: string, at_s: number, node: string) =>
    sysctlAt({ scenario } as Result, `net.ipv4.vs.${key}`, at_s, node);
  expect([5, 15, 25, 60].map((at_s) => at('expire_nodest_conn', at_s, 'a'))).toEqual([1, 0, 0, 0]);
  expect([5, 15, 25, 60].map((at_s) => at('expire_nodest_conn', at_s, 'b'))).toEqual([1, 0, 1, 1]);
  expect([5, 15, 25, 60].map((at_s) => at('timeout.tcp', at_s, 'b'))).toEqual([900, 60, 60, 900]);
});

describe('a cause that drops packets for a reason of its own', () => {
  const own = CAUSES.filter(({ reasons }) => reasons.length === 1).filter(
    ({ reasons: [reason] }) => CAUSES.filter((other) => other.reasons.includes(reason!)).length === 1,
  );
  const scenario = parsed(`${SERVICE}\n${BUSY}`);
  const quiet = simulate(parsed(`duration: 1s\n${SERVICE}\nclients: [{ rate: 1/s }]`));

  test.each(own.map((cause) => [cause.name, cause] as const))('%s is found by it', (_, cause) => {
    const [reason] = cause.reasons;
    const made = { ...quiet, drops: { [reason!]: 3 } };
    expect(cause.inResult(quiet)).toBeNull();
    expect(cause.inResult(made)).toMatchObject({ concerned: 3, text: expect.stringMatching(/^3 /) });
    const account = { scenario, start_ns: 0, end_ns: null, errno: null, before: [], own: [lost(reason!)] };
    expect(cause.inRequest(account)).toMatch(/\.$/);
    expect(cause.inRequest({ ...account, own: [] })).toBeNull();
  });
});

describe('a remedy takes the trouble away', () => {
  test.each([
    ['kube-router-521', 'longer timeout'],
    ['kube-router-521', 'TCP keepalive'],
    ['k8s-71514', 'shorter UDP'],
    ['node-upgrade', 'draining proxy'],
    ['k8s-71809', 'expire_quiescent'],
    ['full-conn-table', 'conn_max'],
    ['full-conntrack', 'nf_conntrack_max'],
    ['full-backlog', 'more workers'],
    ['ports-run-out', 'wider ports'],
  ])('%s: %s', (name, remedy) => {
    const { text } = SHIPPED.find((one) => one.name === name)!;
    const before = simulate(parsed(text));
    const row = planFor(before)!.rows.find((one) => one.remedy.name === remedy)!;
    const after = simulate(parsed(text, row.changes));
    const bad = ({ totals }: typeof after) => totals.failed + totals.packets_dropped;
    expect(bad(after)).toBeLessThan(bad(before) / 4);
  });
});

test.each([
  ['tcp_retries2 8', 150],
  ['user timeout', 60],
])('a host that died: %s ends the wait within %i s, not after a quarter of an hour', (remedy, most_s) => {
  const { text } = SHIPPED.find((one) => one.name === 'k8s-77903')!;
  const before = simulate(parsed(text));
  expect(before.totals.longest_failure_s).toBeGreaterThan(900);
  const row = planFor(before)!.rows.find((one) => one.remedy.name === remedy)!;
  expect(simulate(parsed(text, row.changes)).totals.longest_failure_s).toBeLessThan(most_s);
});

function lost(reason: DropReason): PacketStory {
  const [sent, drop] = lostSyn();
  return storiesOf([sent!, { ...drop!, reason } as TraceEvent])[0]!;
}
