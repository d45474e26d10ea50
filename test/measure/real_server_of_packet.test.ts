/** Where a packet goes behind IPVS: with routing and tunnels its own addresses do not say so. */
import { describe, expect, test } from 'vitest';
import { ladderOf } from '../../src/report/packets/ladder.ts';
import { renderTrace } from '../../src/report/packets/trace_text.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { tracedRun } from '../../src/trace_run.ts';
import { whyText } from '../report/trace_fixture.ts';

/** A service of another path before it: its real server has no number of the director's. */
function trace(forward: string) {
  const { scenario, problems } = parseScenario(`duration: 1s
services:
  - {name: other, address: "10.96.0.9:80", path: iptables, realServers: [{address: "10.244.9.9:80"}]}
  - {name: web, address: "10.96.0.10:80", forward: ${forward}, realServers: [{address: "10.244.1.5:80"}, {address: "10.244.1.6:80"}]}
clients: [{to: web, rate: 2/s, requests: 2}]
`);
  if (scenario === null) throw new Error(JSON.stringify(problems));
  const { run, recorder } = tracedRun(scenario, {});
  run.advance(Number.POSITIVE_INFINITY);
  return recorder.events;
}

describe.each(['route', 'tunnel', 'masq'])('forward: %s', (forward) => {
  const events = trace(forward);

  test('trace names the real server of each packet that is sent on', () => {
    const lines = renderTrace(events, { legend: false })
      .split('\n')
      .filter((line) => / SYN {2}/.test(line));
    expect(lines.map((line) => line.split('→ ')[1])).toEqual(['10.244.1.6:80', '10.244.1.5:80']);
  });

  test('so do why and the ladder', () => {
    const first = events.filter(({ packet }) => packet.sourcePort === events[0]!.packet.sourcePort);
    expect(whyText(first, { start_ns: 0 })).toContain('reaches 10.244.1.6:80');
    expect(ladderOf(events).titles[2]![1]).toBe('10.244.1.6:80');
  });

  test('an outer header has the real server, whatever other services there are', () => {
    const tunnels = new Set(events.flatMap(({ packet }) => packet.tunnel?.destination ?? []));
    expect([...tunnels].sort()).toEqual(forward === 'tunnel' ? ['10.244.1.5', '10.244.1.6'] : []);
  });
});
