/** The oracle as a user runs it, against Debian's user-mode Linux. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { ipvsim, MAIN, outcomeOf } from '../cli/spawn.ts';

const KERNEL = '/usr/bin/linux.uml';
const folder = mkdtempSync(join(tmpdir(), 'ipvsim-test-'));
/** Why user-mode Linux does not run here; empty where it does. */
const obstacle = existsSync(KERNEL)
  ? spawnSync(fileURLToPath(new URL('../../.ci/uml_starts.sh', import.meta.url)), { encoding: 'utf8' }).stdout
  : 'needs user-mode-linux';
if (obstacle !== '') console.warn(obstacle);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.skipIf(existsSync(KERNEL))('without a kernel one line says what to install', async () => {
  const { code, stderr, stdout } = await ipvsim(['oracle', 'weight-0', '--kernel', KERNEL], {
    env: { IPVSIM_TEST: '1' },
  });
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toContain('apt-get install user-mode-linux');
});

test('a kernel that is none, a question that is none', async () => {
  expect(await ipvsim(['oracle', 'weight-0', '--kernel', '/bin/true'])).toMatchObject({ code: 2 });
  expect(await ipvsim(['oracle'])).toMatchObject({ code: 2 });
  expect(await ipvsim(['oracle', 'weight-0', '--random', '3'])).toMatchObject({ code: 2 });
});

describe.skipIf(obstacle !== '')('on a real kernel (needs user-mode-linux)', () => {
  test('scripts agree with the model and become recordings that conform replays', async () => {
    const out = join(folder, 'out');
    const { code, stdout } = await ipvsim([
      'oracle',
      'client-resets',
      'weight-0',
      'persistence',
      '--out',
      out,
    ]);
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/client-resets: \d+ steps on 6\.1\.\d+, 0 divergences/);
    expect(readdirSync(out).sort()).toEqual(['client-resets.jsonl', 'persistence.jsonl', 'weight-0.jsonl']);
    const conform = await ipvsim(['conform', out]);
    expect(conform.stdout).toContain('3 traces, 26 steps, 0 divergences');
    expect(conform.code).toBe(0);
  });

  test('an expectation that the kernel does not meet', async () => {
    const file = join(folder, 'wrong.pkt');
    const text = readFileSync(new URL('../../scenarios/scripts/client-resets.pkt', import.meta.url), 'utf8');
    writeFileSync(file, text.replace('CLOSE expires 10', 'ESTABLISHED'));
    const { code, stdout } = await ipvsim(['oracle', file]);
    expect(code).toBe(1);
    expect(stdout).toContain('expected entry 10.0.1.2:40000 ESTABLISHED; the kernel: CLOSE to 10.0.2.2:8080');
  });

  test('Ctrl-C ends the kernel and leaves nothing behind', async () => {
    const file = join(folder, 'long.pkt');
    writeFileSync(
      file,
      'service tcp 10.96.0.10:80\nserver 10.0.2.2:8080\n+0 client 10.0.1.2:40000 > vip S\n+900 sleep 1\n',
    );
    const child = spawn(process.execPath, [MAIN, 'oracle', file], {
      env: { ...process.env, TMPDIR: folder },
    });
    const outcome = outcomeOf(child);
    const isThere = () => readdirSync(folder).some((name) => name.startsWith('ipvsim-oracle-'));
    while (!isThere()) await new Promise((resolve) => setTimeout(resolve, 50));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    child.kill('SIGINT');
    expect((await outcome).code).toBe(130);
    expect(isThere()).toBe(false);
  });
});
