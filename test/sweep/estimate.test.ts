/** The estimate before a run: near the truth where there is no cliff, above it where there is one. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/parse.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { createRun } from '../../src/simulate.ts';
import { estimate } from '../../src/sweep/estimate.ts';

function shipped(name: string, set: readonly string[] = []) {
  const text = readFileSync(new URL(`../../scenarios/${name}.yaml`, import.meta.url), 'utf8');
  const { scenario, problems } = parseScenario(text, { file: `${name}.yaml`, set });
  if (scenario === null) throw new Error(JSON.stringify(problems));
  return scenario;
}

function finished(scenario: Scenario) {
  const run = createRun(scenario);
  run.advance(Number.POSITIVE_INFINITY);
  return { run, totals: run.result().totals };
}

describe('estimate', () => {
  test.each([
    ['kube-router-544-spaced', []],
    ['lab-5.4-keepalive', ['duration=30s']],
    ['lab-5.4-reuse0', ['duration=20s']],
    ['lvs-users-open-loop-below', ['duration=100s']],
    ['k8s-cliff-pod-ip', ['duration=10s']],
  ] as const)('%s: within a factor of two', (name, set) => {
    // Only the amount of work is looked at; windows of expectations may lie beyond a shortened run.
    const scenario = shipped(name, set);
    const { run, totals } = finished(scenario);
    const { events, requests } = estimate(scenario);
    expect(events / run.events).toBeGreaterThan(0.5);
    expect(events / run.events).toBeLessThan(2.1);
    expect(requests / (totals.complete + totals.failed)).toBeGreaterThan(0.9);
  });

  test('a cliff only makes less', () => {
    const scenario = shipped('lab-3.10-reuse1');
    expect(estimate(scenario).events).toBeGreaterThan(finished(scenario).run.events);
  });

  test('more of anything is not less', () => {
    const base = estimate(shipped('k8s-cliff'));
    for (const change of ['clients.0.concurrency=500', 'duration=3000s']) {
      const more = estimate(shipped('k8s-cliff', [change]));
      expect(more.events, change).toBeGreaterThan(base.events);
      expect(more.memory_bytes, change).toBeGreaterThan(base.memory_bytes);
    }
    expect(estimate(shipped('k8s-cliff', ['clients.0.requests=100'])).requests).toBe(100);
  });

  test('the seed case says what it takes: 600 000 requests, 64 512 ports', () => {
    const { requests, events, memory_bytes } = estimate(shipped('k8s-cliff'));
    expect(Math.round(requests / 1000)).toBe(599);
    expect(events).toBeGreaterThan(10e6);
    expect(memory_bytes).toBeGreaterThan(60e6);
    expect(memory_bytes).toBeLessThan(200e6);
  });
});
