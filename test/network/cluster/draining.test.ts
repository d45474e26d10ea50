/** Controllers: when a real server gets weight 0, and when it is deleted. */
import { describe, expect, test } from 'vitest';
import { at, type ClusterParts, FIRST, runCluster } from './a_cluster.ts';

/** A pod that goes on answering for a while, told to terminate after 30 s. */
const leaving = (parts: ClusterParts) =>
  runCluster({
    pod: 'shutdown: 5s',
    ...parts,
    events: ['at: 30s, terminatePod: 10.244.1.5', ...(parts.events ?? [])],
  });

/** When the first pod's weight became 0, which it is to the end. */
function drainedAt_s(result: ReturnType<typeof runCluster>): number {
  const weights = result.series[`weight[${FIRST}]`]!;
  expect(weights[29]).toBe(1);
  expect(weights.at(-1)).toBe(0);
  return result.series.time_s![weights.indexOf(0)]!;
}

describe('kube-proxy', () => {
  test('sets weight 0 at the next sync, and the pod gets no new connections', () => {
    const result = leaving({ controller: 'kubernetes: 1.30.0' });
    expect(drainedAt_s(result)).toBe(31);
    expect(result.totals.failed).toBe(0);
    expect(at(result, 'inact_conn', 32)).toBeGreaterThan(250);
    expect(at(result, 'inact_conn', 180)).toBe(0);
    const requests = result.series[`requests[${FIRST}]`]!;
    expect(requests.slice(32).every((count) => count === 0)).toBe(true);
  });

  test('waits for inactive connections only from #71515 on', () => {
    // The SYNs of a probe from a port whose entry is in TIME_WAIT at a deleted real server are dropped.
    const parts: ClusterParts = {
      pod: 'shutdown: 1h, gracePeriod: 1h',
      client: 'probe: { port: 999, every: 1s }',
      events: ['at: 1s, terminatePod: 10.244.1.6', 'at: 20s, terminatePod: 10.244.1.5'],
      rest: 'sysctl: { net.ipv4.vs.conn_reuse_mode: 0, net.ipv4.vs.expire_nodest_conn: 0 }',
      duration: '150s',
    };
    const before = runCluster({ ...parts, controller: 'kubernetes: 1.12.3' });
    const after = runCluster({ ...parts, controller: 'kubernetes: 1.12.4' });
    expect(before.drops.dest_unavailable ?? 0).toBeGreaterThan(0);
    expect(after.drops.dest_unavailable ?? 0).toBe(0);
  });

  test('deletes at once before it had graceful termination', () => {
    const dropped = (version: string) =>
      leaving({
        controller: `kubernetes: ${version}`,
        pod: 'shutdown: 1h, gracePeriod: 1h',
        client: 'concurrency: 5, ports: 40000-40199',
        rest: 'sysctl: { net.ipv4.vs.conn_reuse_mode: 0 }',
        duration: '40s',
      }).drops.dest_unavailable ?? 0;
    expect(
      ['1.10.13', '1.11.4', '1.11.5', '1.12.1', '1.12.2'].map((version) => dropped(version) > 0),
    ).toEqual([true, true, false, true, false]);
  });

  test.each([
    ['1.11.10', 0],
    ['1.12.9', 0],
    ['1.12.10', 1],
    ['1.13.7', 0],
    ['1.13.8', 1],
    ['1.14.3', 0],
    ['1.14.4', 1],
    ['1.15.0', 0],
    ['1.15.1', 1],
  ])('%s: real servers of UDP are deleted at once: %i', (version, atOnce) => {
    // An entry of UDP lives 300 s, so one that waits for its connections is still there in the end.
    const result = leaving({
      controller: `kubernetes: ${version}`,
      protocol: 'udp',
      pod: 'shutdown: 1h, gracePeriod: 1h',
      client: 'rate: 50/s, ports: 40000-40049',
      rest: 'sysctl: { net.ipv4.vs.expire_nodest_conn: 0 }',
      duration: '60s',
    });
    expect(Math.sign(result.drops.dest_unavailable ?? 0)).toBe(atOnce);
    expect(Math.sign(at(result, 'requests', 50))).toBe(1 - atOnce);
  });

  test('adds a pod that starts, and one that comes back while it drains', () => {
    const result = runCluster({
      controller: 'kubernetes: 1.30.0',
      pod: 'started: false, startup: 5s',
      events: [
        'at: 30s, startPod: 10.244.1.5',
        'at: 60s, unreadyPod: 10.244.1.5',
        'at: 70s, readyPod: 10.244.1.5',
      ],
      duration: '100s',
    });
    const weights = [20, 35, 37, 62, 72, 100].map((second) => at(result, 'weight', second));
    expect(weights).toEqual([0, 0, 1, 0, 1, 1]);
    expect(result.series[`requests[${FIRST}]`]!.slice(0, 35).every((count) => count === 0)).toBe(true);
    expect(at(result, 'requests', 50)).toBe(10);
    expect(result.totals.failed).toBe(0);
  });

  test.each([
    ['1.25.16', 0],
    ['1.26.0', 1],
  ])('%s: a restart leaves a real server that is ready again at weight %i', (version, weight) => {
    const result = runCluster({
      controller: `kubernetes: ${version}`,
      events: [
        'at: 30s, unreadyPod: 10.244.1.5',
        'at: 40s, controller: stop',
        'at: 50s, readyPod: 10.244.1.5',
        'at: 60s, controller: start',
      ],
    });
    expect(at(result, 'weight', 35)).toBe(0);
    expect(at(result, 'weight', 55)).toBe(0);
    expect(at(result, 'weight', 61)).toBe(weight);
    expect(at(result, 'weight', 200)).toBe(weight);
  });

  test.each([
    ['1.12.7', true],
    ['1.12.8', false],
    ['1.13.5', true],
    ['1.13.6', false],
    ['1.14.0', true],
    ['1.14.1', false],
  ])('%s: a restart drains real servers that are ready until the first sync: %s', (version, takes) => {
    // A connection that lasts: its real server cannot be deleted at once.
    const result = runCluster({
      controller: `controller: { kind: kube-proxy, version: ${version}, syncDelay: 10s }`,
      client: 'concurrency: 1, keepAlive: true',
      events: ['at: 30s, controller: restart'],
      duration: '60s',
    });
    expect(at(result, 'weight', 35)).toBe(takes ? 0 : 1);
    expect(at(result, 'weight', 45)).toBe(1);
  });

  test('that is stopped changes nothing', () => {
    const result = leaving({ controller: 'kubernetes: 1.30.0', events: ['at: 10s, controller: stop'] });
    expect(at(result, 'weight', 200)).toBe(1);
    expect(result.errors).toHaveProperty('ECONNREFUSED');
    expect(result.errors).toHaveProperty('EHOSTUNREACH');
  });

  test.each([
    ['loses nothing when pods outlive the sync', 'shutdown: 5s', 0],
    ['refuses connections when they do not', 'shutdown: 0s', 1],
  ])('a rolling update %s', (_what, pod, fails) => {
    const result = runCluster({
      controller: 'kubernetes: 1.30.0',
      kernel: '6.1.192',
      pod: 'started: false, startup: 3s',
      second: `pod: { ${pod} }`,
      client: 'rate: 100/s, ports: 40000-41999',
      duration: '40s',
      events: ['at: 5s, startPod: 10.244.1.5', 'at: 15s, terminatePod: 10.244.1.6'],
    });
    expect(Math.sign(result.totals.failed)).toBe(fails);
    expect(at(result, 'requests', 10)).toBe(50);
    expect(at(result, 'requests', 30)).toBe(100);
  });
});

describe('kube-router', () => {
  test.each([
    ['its own', 'gracePeriod: 20s', '', 50],
    ["the pod's", '', 'gracePeriod: 40s, ', 70],
  ])('deletes after %s grace period', (_whose, own, pods, latest_s) => {
    const result = leaving({
      controller: `controller: { kind: kube-router, gracefulTermination: true, syncDelay: 0s, ${own} }`,
      pod: `${pods}shutdown: 1h`,
      client: 'probe: { port: 999, every: 1s }',
      second: 'weight: 0',
      rest: 'sysctl: { net.ipv4.vs.conn_reuse_mode: 0, net.ipv4.vs.expire_nodest_conn: 0 }',
      duration: '90s',
    });
    expect(result.scenario.sysctlOrigin['net.ipv4.vs.conn_reuse_mode']).toBe('scenario (kube-router sets 0)');
    const drops = result.series['drops[dest_unavailable]']!.map((count) => count! > 0);
    const first = drops.indexOf(true) + 1;
    expect(first).toBeGreaterThanOrEqual(latest_s);
    expect(first).toBeLessThanOrEqual(latest_s + 6);
  });

  test('deletes at once unless told otherwise', () => {
    const result = leaving({
      controller: 'controller: { kind: kube-router, syncDelay: 0s }',
      pod: 'gracePeriod: 40s, shutdown: 1h',
      client: 'probe: { port: 999, every: 1s }',
      second: 'weight: 0',
      rest: 'sysctl: { net.ipv4.vs.conn_reuse_mode: 0, net.ipv4.vs.expire_nodest_conn: 0 }',
      duration: '60s',
    });
    const first = result.series['drops[dest_unavailable]']!.findIndex((count) => count! > 0) + 1;
    expect(first).toBeGreaterThanOrEqual(30);
    expect(first).toBeLessThanOrEqual(32);
  });
});

describe('Docker swarm', () => {
  test('sets weight 0 when a task is to stop and deletes it when it has', () => {
    const result = leaving({
      controller: 'controller: { kind: docker-swarm }',
      pod: 'shutdown: 20s',
      duration: '60s',
    });
    expect(result.scenario.sysctl).toMatchObject({
      'net.ipv4.vs.conn_reuse_mode': 0,
      'net.ipv4.vs.expire_nodest_conn': 1,
      'net.ipv4.vs.expire_quiescent_template': 1,
    });
    expect(drainedAt_s(result)).toBe(31);
    expect(at(result, 'inact_conn', 49)).toBeGreaterThan(250);
    expect(result.totals.failed).toBe(0);
  });
});
