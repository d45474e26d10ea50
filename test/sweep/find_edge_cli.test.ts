/** `ipvsim find-edge` on a real cliff: 600 ports return within the two minutes of TIME_WAIT above a few requests/s. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ipvsim, MAIN, outcomeOf } from '../cli/spawn.ts';

const base = mkdtempSync(join(tmpdir(), 'ipvsim-edge-'));
const file = join(base, 'edge.yaml');
afterAll(() => rmSync(base, { recursive: true, force: true }));
beforeAll(() =>
  writeFileSync(
    file,
    `
name: edge
duration: 260s
kernel: "5.4"
service:
  address: 10.96.0.1:80
  realServers: [ { address: 10.244.1.5:8080, serviceTime: 5ms } ]
clients:
  - { name: wrk, addresses: [10.0.0.1], ports: 32768-33367, rate: 5/s, arrivals: poisson }
`,
  ),
);

const GOAL = ['--goal', 'count(drop.old_conntrack) == 0'];

describe('find-edge', () => {
  test('the rate at which ports come back too early', async () => {
    const args = ['find-edge', file, '--vary', 'clients.0.rate=1/s..20/s', ...GOAL];
    const { code, stdout } = await ipvsim(args);
    expect(code, stdout).toBe(0);
    const [, good, bad] = /^clients\.0\.rate = (\d+)\/s is the last value .*; (\d+)\/s is the first/.exec(
      stdout,
    )!;
    expect(Number(bad)).toBe(Number(good) + 1);
    // 600 ports, 300 of one parity before the others are tried, in 120 s.
    expect(Number(good)).toBeGreaterThanOrEqual(2);
    expect(Number(good)).toBeLessThanOrEqual(6);
    expect(stdout).toContain('One seed says nothing about others');
  });

  test('several seeds give a confidence, the same with any number of jobs', async () => {
    const args = [
      'find-edge',
      file,
      '--vary',
      'clients.0.rate=1/s..20/s',
      ...GOAL,
      '--seeds',
      '4',
      '--format',
      'json',
    ];
    const [one, four] = await Promise.all([
      ipvsim([...args, '--jobs', '1']),
      ipvsim([...args, '--jobs', '4']),
    ]);
    expect(one.stdout).toBe(four.stdout);
    const edge = JSON.parse(one.stdout);
    expect(edge).toMatchObject({ schema: 1, kind: 'edge', goodSide: 'low', goodAtLast: 4 });
    expect(edge.goodAtFirstBad).toBeLessThan(4);
    expect(edge.seeds).toHaveLength(4);
  });

  test('Ctrl-C ends it with 130', async () => {
    const args = ['find-edge', file, '--vary', 'clients.0.rate=1/s..20/s', ...GOAL, '--seeds', '50'];
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: 'pipe' });
    const ended = outcomeOf(child);
    await new Promise((resolve) => child.stderr.once('data', resolve));
    await sleep(200);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(stdout).toBe('');
  });

  test.each([
    [['--vary', 'clients.0.rate=1/s..2/s', ...GOAL], 0, 'no edge in this range'],
    [['--vary', 'clients.0.rate=15/s..20/s', ...GOAL], 1, 'no value of clients.0.rate'],
    [['--vary', 'clients.0.rate=1/s..2/s', '--goal', 'min(qps, 900s..999s) > 1'], 3, 'cannot say'],
    [['--vary', 'clients.0.rate=1/s..2/s', '--goal', 'min(qsp) > 1'], 2, 'qsp'],
    [['--vary', 'clients.0.rate=1/s..2/s'], 2, 'needs --goal'],
    [GOAL, 2, 'needs --vary'],
    [['--vary', 'kernel=4.19,5.4', ...GOAL], 2, 'is not a range'],
    [['--vary', 'clients.0.rate=1/s..2/m', ...GOAL], 2, 'runs backwards'],
    [['--vary', 'clients.0.rte=1/s..2/s', ...GOAL], 2, 'did you mean rate?'],
  ])('%o exits with %i', async (args, expected, message) => {
    const { code, stdout, stderr } = await ipvsim(['find-edge', file, ...args]);
    expect(stdout + stderr).toContain(message);
    expect(code).toBe(expected);
  });
});
