/** ipvsadm -p takes up to 31 days, which at 1000 Hz is more than 31 bits of jiffies. */
import { expect, it } from 'vitest';
import { parseScenario } from '../../src/scenario/parse.ts';
import { createRun } from '../../src/simulate.ts';

it.each([
  ['3.10.0-1127.el7', 1000],
  ['6.1', 1000],
  ['6.1', 250],
])('31 days of persistence keep a client with its server on %s at %i Hz', (kernel, hz) => {
  const { scenario, problems } = parseScenario(
    `duration: 3h
interval: 10m
kernel: "${kernel}"
hz: ${hz}
service: { address: "10.96.0.10:80", persistent: 744h, realServers: [{ address: "10.244.1.1:80" }, { address: "10.244.1.2:80" }] }
clients: [{ rate: 6/h }]`,
    { file: 'a.yaml' },
  );
  expect(problems).toEqual([]);
  const run = createRun(scenario!);
  run.advance(Number.POSITIVE_INFINITY);
  expect(
    run
      .result()
      .realServers.map(({ requests }) => requests)
      .sort((a, b) => a - b),
  ).toEqual([0, 18]);
  const template = run.snapshot().connections.find(({ clientPort }) => clientPort === 0)!;
  // Renewed by the last request, ten minutes before the end; before 4.8 timers may be late by 1/256.
  expect(template.expires_s / 3600).toBeGreaterThan(743.5);
  expect(template.expires_s / 3600).toBeLessThan(744 * (1 + 1 / 256));
});
