/** Reports of real runs: what the model says about its decisions is what the reports make sentences of. */
import { describe, expect, it } from 'vitest';
import { ConnectLog, findConnect } from '../../src/measure/connects.ts';
import { TraceRecorder } from '../../src/measure/trace.ts';
import { FORMATS } from '../../src/report/forms/formats.ts';
import { renderHtml } from '../../src/report/html/html.ts';
import { VIEWS } from '../../src/report/instant/views.ts';
import { ladderOf } from '../../src/report/packets/ladder.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { createRun, simulate } from '../../src/simulate.ts';
import { formatAddress } from '../../src/text/ipv4.ts';
import { whyText } from './trace_fixture.ts';

function parsed(text: string): Scenario {
  const { scenario, problems } = parseScenario(text, { file: 'test.yaml' });
  if (scenario === null) throw new Error(JSON.stringify(problems));
  return scenario;
}

const CLIFF = parsed(`
duration: 30s
kernel: 5.4.0
hz: 100
sysctl: { net.ipv4.vs.conntrack: 1, net.ipv4.vs.conn_reuse_mode: 1 }
service:
  address: 10.96.0.10:80
  realServers: [{ address: 10.244.1.5:8080, serviceTime: 10ms }]
clients: [{ name: ab, ports: 40000-40199, concurrency: 5 }]
`);

/** A port that comes back when its entry's 120 s are over and its timer has not fired yet. */
const LATE = parsed(`
duration: 140s
kernel: 5.4.0
hz: 100
sysctl: { net.ipv4.vs.conntrack: 1, net.ipv4.vs.conn_reuse_mode: 1 }
service:
  address: 10.96.0.10:80
  realServers: [{ address: 10.244.1.5:8080, serviceTime: 10ms }]
clients: [{ name: curl, probe: { port: 2348, every: 120500ms } }]
`);

function why(scenario: Scenario, sourcePort: number, number?: number): string {
  let log!: ConnectLog;
  simulate(scenario, { tap: (skbs, clock) => (log = new ConnectLog(skbs, clock)) });
  const attempt =
    number === undefined ? findConnect(log.attempts, { sourcePort })! : log.attempts[number - 1]!;
  let recorder!: TraceRecorder;
  const follow = [`${formatAddress(attempt.source)}:${attempt.sourcePort}`];
  simulate(scenario, { tap: (skbs, clock) => (recorder = new TraceRecorder(skbs, clock, { follow })) });
  const { start_ns, end_ns } = attempt;
  return whyText(recorder.events, { start_ns, end_ns, errno: null }, scenario);
}

describe('why, of a real run', () => {
  it('names the decision of ip_vs_in and what it saw', () => {
    const text = why(CLIFF, 40000);
    expect(text).toMatch(/took 1\.0\d+ s \(2\s+SYNs\)/);
    expect(text).toMatch(/ip_vs_in\(\): drop \(because=conn_reuse_mode,\s+server=10\.244/);
    expect(text).toContain('✗ dropped by ip_vs_in(): SYN on an old entry (old_conntrack)');
    expect(text).toContain('the same port connects to the same place, is sent to');
    expect(text).not.toContain('Late timer');
  });

  it('finds the late timer', () => {
    const text = why(LATE, 2348, 2);
    expect(text).toContain('overdue=1');
    expect(text).toContain('Late timer: ');
  });
});

describe('reports of a real run', () => {
  const run = createRun(CLIFF);
  run.advance(Number.POSITIVE_INFINITY);
  const result = run.result();

  it.each(FORMATS.map((format) => [format.name, format] as const))('%s has no holes', (_, format) => {
    expect(format.render([result])).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  it.each(VIEWS.map((view) => [view.name, view] as const))('%s has no holes', (_, view) => {
    const text = view.render(run.snapshot());
    expect(text).not.toMatch(/NaN|undefined|Infinity|\[object/);
    expect(text.endsWith('\n')).toBe(true);
  });

  it('a whole trace makes a ladder and a report', () => {
    let recorder!: TraceRecorder;
    const options = { from_ns: 5e9, to_ns: 6e9, limit: 500 };
    simulate(CLIFF, { tap: (skbs, clock) => (recorder = new TraceRecorder(skbs, clock, options)) });
    expect(ladderOf(recorder.events).steps.length).toBeGreaterThan(10);
    expect(renderHtml(result, { trace: recorder.events })).toContain('packet by packet');
  });
});
