/** With several nodes every packet's story says which of them had it. */
import { expect, test } from 'vitest';
import { storiesOf } from '../../../src/measure/packet_stories.ts';
import { renderTrace } from '../../../src/report/packets/trace_text.ts';
import { tracedRun } from '../../../src/trace_run.ts';
import { scenarioOf } from '../a_scenario.ts';

const yaml = (nodes: string) => `
kernel: 5.4
duration: 3s
${nodes}
service: { address: 10.96.0.10:80, realServers: [{ address: "10.244.1.1:80" }] }
clients: [{ name: a, rate: 1/s, requests: 2 }]
`;

function traced(nodes: string) {
  const { run, recorder } = tracedRun(scenarioOf(yaml(nodes)), {});
  run.advance(Number.POSITIVE_INFINITY);
  return recorder.events;
}

test('in turn the second connection is all at the second node, both ways', () => {
  const events = traced('nodes: [{ name: n1 }, { name: n2 }]\nbalancer: turn');
  const stories = storiesOf(events);
  const second = stories.findIndex(({ at_ns }) => at_ns >= 1e9);
  expect(new Set(stories.slice(0, second).map(({ node }) => node))).toEqual(new Set(['n1']));
  expect(new Set(stories.slice(second).map(({ node }) => node))).toEqual(new Set(['n2']));
  expect(events.filter(({ kind }) => kind === 'decision').every(({ node }) => node !== undefined)).toBe(true);
  expect(renderTrace(events)).toMatch(/SYN .*→ 10\.244\.1\.1:80, at n2\n/u);
});

test('without nodes nothing is said of one', () => {
  const events = traced('hz: 250');
  expect(events.some((event) => 'node' in event)).toBe(false);
  expect(renderTrace(events)).not.toContain(', at ');
});
