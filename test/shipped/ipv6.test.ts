/** The same load over IPv4 and over IPv6: what happens is the same, and no view of it has anything but real addresses. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TraceRecorder } from '../../src/measure/trace.ts';
import { FORMATS } from '../../src/report/forms/formats.ts';
import { renderHtml } from '../../src/report/html/html.ts';
import { VIEWS } from '../../src/report/instant/views.ts';
import { ladderOf } from '../../src/report/packets/ladder.ts';
import { renderLadder } from '../../src/report/packets/ladder_text.ts';
import { renderTrace } from '../../src/report/packets/trace_text.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { createRun, simulate } from '../../src/simulate.ts';

function shipped(name: string, duration: string): Scenario {
  const text = readFileSync(new URL(`../../scenarios/${name}.yaml`, import.meta.url), 'utf8');
  const { scenario, problems } = parseScenario(text, { set: [`duration=${duration}`, 'expect=[]'] });
  if (scenario === null) throw new Error(JSON.stringify(problems));
  return scenario;
}

describe('the cliff', () => {
  const four = simulate(shipped('k8s-cliff', '60s'));
  const six = simulate(shipped('ipv6-cliff', '60s'));

  it('answers as many requests and drops as many SYNs over IPv6 as over IPv4', () => {
    expect(four.totals).toMatchObject({ complete: 37_176, syn_dropped: 5040 });
    expect(six.totals).toEqual(four.totals);
    expect(six.drops).toEqual(four.drops);
  });

  it('does so in the same intervals, connect by connect', () => {
    const asIpv4 = (name: string) => name.replace('[fd00:244::5]:8080', '10.244.1.5:8080');
    const series = Object.entries(six.series).map(([name, values]) => [asIpv4(name), values]);
    expect(Object.fromEntries(series)).toEqual(four.series);
    for (const key of ['connect_ms_histogram', 'total_ms_histogram', 'times_ms', 'cliff'] as const)
      expect(six[key]).toEqual(four[key]);
  });
});

/** How the number of an IPv6 address would look where it were taken for one of IPv4. */
const OF_THE_BOOK =
  /\b22[4-9]\.\d+\.\d+\.\d+|\b23\d\.\d+\.\d+\.\d+|\bE[0-9A-F]{7}\b|\b375809\d{4}\b|-53687\d{4}\b/u;

describe('dual stack', () => {
  const scenario = shipped('ipv6-dual-stack', '4s');
  let recorder!: TraceRecorder;
  const run = createRun(scenario, {
    tap: (skbs, clock) => (recorder = new TraceRecorder(skbs, clock, { limit: 4000 })),
  });
  run.advance(Number.POSITIVE_INFINITY);
  const result = run.result();

  it.each(VIEWS.map((view) => [view.name, view] as const))('%s has real addresses', (name, view) => {
    const text = view.render(run.snapshot());
    expect(text).not.toMatch(OF_THE_BOOK);
    if (!/timeout|conntrack-s|ip_vs_stats/u.test(name)) expect(text).toMatch(/fd00:0{0,2}96:/u);
  });

  it.each(FORMATS.map((format) => [format.name, format] as const))('%s has real addresses', (_, format) => {
    expect(format.render([result])).not.toMatch(OF_THE_BOOK);
  });

  it('has a column for each real server of both families', () => {
    const [heading, ...rows] = FORMATS.find(({ name }) => name === 'csv')!
      .render([result])
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    const last = Object.fromEntries(heading!.map((name, i) => [name, rows.at(-1)![i]]));
    expect(last).toMatchObject({
      'requests[10.244.1.2:8080]': '80',
      'requests[[fd00:244::1]:8080]': '0',
      'requests[[fd00:244::2]:8080]': '80',
    });
  });

  it('says which services had nobody, in both families', () => {
    const summary = FORMATS.find(({ name }) => name === 'table')!
      .render([result])
      .replace(/\s+/gu, ' ');
    expect(summary).toContain('10.96.0.11:80, [fd00:96::11]:80 have none.');
  });

  it('tells of packets and decisions by real addresses, in text, ladder and report', () => {
    const { events } = recorder;
    const text = renderTrace(events, { decisions: true });
    expect(text).toContain('[2001:db8:0:1::1]:49746 > [fd00:96::10]:80  → [fd00:244::2]:8080');
    expect(text).toContain('ICMPv6 port unreachable  fd00:96::11 > fd00:10::1 about port');
    const page = renderHtml(result, { trace: events.slice(0, 200) });
    expect(page).toContain('[fd00:244::2]:8080');
    for (const each of [text, page, renderLadder(events), JSON.stringify(ladderOf(events))])
      expect(each).not.toMatch(OF_THE_BOOK);
  });
});
