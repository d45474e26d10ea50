/** CPU time in words, from the figures of a result. */
import { expect, it } from 'vitest';
import { renderMarkdown } from '../../src/report/forms/markdown.ts';
import { renderHtml } from '../../src/report/html/html.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { simulate } from '../../src/simulate.ts';
import { scenarioOf } from '../network/a_scenario.ts';

const result = simulate(
  scenarioOf(`
duration: 2s
service:
  address: 10.96.0.1:80
  path: direct
  realServers:
    - address: 10.244.1.5:80
      serviceTime: 8ms
      cpu: { cores: 2, quota: 50ms, perRequest: 2ms }
clients: [{ concurrency: 10 }]
links: { delay: 10us }
`),
);

it('is the same sentence in every report', () => {
  // 50 ms in each period of 100 ms, at 2 ms a request.
  expect(result.totals.rps).toBeGreaterThan(240);
  expect(result.totals.rps).toBeLessThanOrEqual(250);
  const text = renderSummary(result).replace(/\s+/gu, ' ');
  const start = text.indexOf('CPU: ') + 'CPU: '.length;
  const sentence = text.slice(start, text.indexOf(' Repeat:'));
  expect(sentence).toMatch(
    /^A request took 2.0\d ms of CPU time: its own work 100 %, packets 0 %, [\d.]+ context switches 0 %, [\d.]+ migrations 0 %\. Its time at the server: computing [\d.]+ %, waiting for something elsewhere [\d.]+ %, waiting for a core [\d.]+ %, throttled [\d.]+ %\. The quota ran out in 20 of 2\d periods\.$/u,
  );
  expect(renderMarkdown([result])).toContain(`**CPU:** ${sentence}`);
  const page = renderHtml(result)
    .replace(/<[^>]*>/gu, '')
    .replace(/[\s\u00a0\u202f]+/gu, ' ');
  expect(page).toContain(sentence);
});

it('is not spoken of where the scenario has no CPU', () => {
  const { cpu, ...without } = result;
  expect(cpu).toBeDefined();
  expect(renderSummary(without)).not.toContain('CPU');
  expect(renderMarkdown([without])).not.toContain('CPU');
  expect(renderHtml(without)).not.toContain('id="cpu"');
});

it('adds up', () => {
  const { work, network, switches, migrations, computing, downstream, queued, throttled } =
    result.cpu!.shares;
  expect(work + network + switches + migrations).toBeCloseTo(1, 12);
  expect(computing + downstream + queued + throttled).toBeCloseTo(1, 12);
});

it('stands in the report of what was simulated, with what packets cost', () => {
  const { scenario } = result;
  const costs = { pod_ns: 0, conntrack_ns: 2000, ipvs_ns: 0, nat_ns: 0, rules_ns: 0, connect_ns: 0 };
  const node = { cores: 1, payer: 'node', forward_ns: 1000, ...costs } as const;
  const page = renderHtml({ ...result, scenario: { ...scenario, node } }).replace(/[\s\u00a0\u202f]+/gu, ' ');
  expect(page).toContain('2 ms of CPU time a request, on 2 cores, 50 ms in each 100 ms');
  expect(page).toContain('packets cost forward 1 µs, conntrack 2 µs, paid for by 1 core of its own');
});
