/** How long a run lasts, and what its last rows say: a table ages, events happen, nothing is extrapolated. */
import { describe, expect, test } from 'vitest';
import { renderWideCsv } from '../../src/report/forms/csv.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { createRun, simulate } from '../../src/simulate.ts';

function scenario(text: string) {
  const { scenario: parsed, problems } = parseScenario(text);
  if (parsed === null) throw new Error(JSON.stringify(problems));
  return parsed;
}

/** One curl through a service with affinity: kubernetes #89358. */
const AFFINITY = `duration: 400s
kernel: 4.15
service: {address: "10.100.191.117:80", persistent: 5s, realServers: [{address: "10.244.1.5:80"}]}
clients: [{rate: 1/s, requests: 1}]
`;

/** ab is done long before the real server is taken out. */
const DELETED_LATER = `duration: 60s
kernel: 5.4
service: {address: "10.96.0.10:80", realServers: [{address: "10.244.1.5:80"}, {address: "10.244.1.6:80"}]}
clients: [{concurrency: 10, requests: 100}]
events: [{at: 30s, delete: "10.244.1.6:80"}]
`;

describe('a run lasts its duration', () => {
  test('the table ages after the last answer', () => {
    const run = createRun(scenario(AFFINITY));
    run.advanceTo(60e9);
    expect(run.now_ns).toBe(60e9);
    const entries = run.snapshot().connections.map(({ state, expires_s }) => [state, expires_s]);
    expect(entries).toEqual([
      ['NONE', 5],
      ['TIME_WAIT', 60],
    ]);
  });

  test('events after it happen', () => {
    const run = createRun(scenario(DELETED_LATER));
    run.advanceTo(40e9);
    expect(run.snapshot().services[0]!.destinations.map(({ address }) => address)).toEqual(['10.244.1.5']);
  });

  test('rates of the load are over its own time', () => {
    const { totals, end_s, series } = simulate(scenario(DELETED_LATER));
    expect(end_s).toBe(60);
    expect(series.time_s).toHaveLength(60);
    expect(totals.complete).toBe(100);
    expect(totals.seconds).toBeLessThan(0.05);
    expect(totals.rps).toBeCloseTo(100 / totals.seconds, 6);
  });
});

describe('until: idle', () => {
  test('ends it with the last answer, and says what did not happen', () => {
    const result = simulate(scenario(`${DELETED_LATER}until: idle\n`));
    expect(result.end_s).toBeCloseTo(result.totals.seconds, 9);
    expect(renderSummary(result)).toMatch(
      /with the last answer \(until: idle\); 1 event after that\s+did not happen\./,
    );
  });

  test('needs clients that finish', () => {
    const { problems } = parseScenario(DELETED_LATER.replace(', requests: 100', '').concat('until: idle\n'));
    expect(problems.map(({ message }) => message)).toEqual([
      'with until: idle every client needs requests; this one never ends',
    ]);
  });
});

describe('a last interval that is cut short', () => {
  const result = simulate(
    scenario(`duration: 60s
until: idle
kernel: 3.10.0-1127.el7
service: {address: "10.96.0.1:80", realServers: [{address: "10.244.1.5:80", serviceTime: 10ms}]}
clients: [{probe: {port: 2348, every: 10s}, requests: 5}]
expect: ["max(qps) <= 2"]
`),
  );

  test('has its own end, its counts, and no rate', () => {
    const [last, before] = [result.series.time_s!.at(-1)!, result.series.time_s!.at(-2)!];
    expect(before).toBe(Math.floor(last));
    expect(last).toBe(result.end_s);
    expect(result.series.completed!.at(-1)).toBe(1);
    expect(result.series.qps!.at(-1)).toBeNull();
    expect(result.expectations[0]).toMatchObject({ verdict: 'pass' });
  });

  test('no two rows of the CSV have the same time', () => {
    const at = renderWideCsv(result)
      .split('\n')
      .slice(1, -1)
      .map((line) => line.split(',')[0]);
    expect(new Set(at).size).toBe(at.length);
  });
});

describe('packets dropped', () => {
  const total = (values: readonly (number | null)[]) =>
    values.reduce<number>((sum, value) => sum + (value ?? 0), 0);

  test("SYNs are counted apart: of a deleted server's entries come FINs and ACKs", () => {
    const { totals, drops, series } = simulate(
      scenario(`duration: 20s
kernel: 5.4
sysctl: {net.ipv4.vs.expire_nodest_conn: 0}
service: {address: "10.96.0.1:80", realServers: [{address: "10.244.1.5:80"}, {address: "10.244.1.6:80"}]}
clients: [{concurrency: 10, keepAlive: true, thinkTime: 100ms}]
events: [{at: 1s, delete: "10.244.1.5:80"}]
`),
    );
    expect(drops.dest_unavailable).toBeGreaterThan(0);
    expect(totals.syn_dropped).toBe(0);
    expect(totals.packets_dropped).toBe(drops.dest_unavailable);
    expect(total(series.packets_dropped!)).toBe(totals.packets_dropped);
  });

  test('datagrams are no SYNs', () => {
    const result = simulate(
      scenario(`duration: 5s
links: {loss: 0.5}
service: {address: "10.96.0.1:53", protocol: udp, realServers: [{address: "10.244.1.5:53"}]}
clients: [{rate: 20/s}]
`),
    );
    expect(result.totals.packets_dropped).toBeGreaterThan(0);
    expect(result.totals.syn_dropped).toBe(0);
    expect(renderSummary(result)).not.toContain('SYN');
  });

  test('SYNs lost on a link are SYNs dropped', () => {
    const { totals, series } = simulate(
      scenario(`duration: 20s
links: {loss: 0.1}
service: {address: "10.96.0.1:80", realServers: [{address: "10.244.1.5:80"}]}
clients: [{rate: 20/s}]
`),
    );
    expect(totals.syn_dropped).toBeGreaterThan(0);
    expect(totals.packets_dropped).toBeGreaterThan(totals.syn_dropped);
    expect(total(series.syn_dropped!)).toBe(totals.syn_dropped);
  });
});
