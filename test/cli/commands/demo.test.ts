/** What `npm start` shows, and the files it leaves. */
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ipvsim } from '../spawn.ts';

test('the cliff and three ways around it, with moment, cause and files', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'ipvsim-demo-'));
  const { code, stdout } = await ipvsim(['demo'], { cwd });
  expect(code).toBe(0);
  for (const label of ['mode 1 (the cliff)', 'mode 0', 'keep-alive', 'pod IP'])
    expect(stdout).toContain(label);
  expect(stdout).toMatch(/[▁▂▃▄▅▆▇█]{30}/);
  expect(stdout).toContain('From 16.1 s on');
  expect(stdout).toContain('ip_vs_in()');
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  for (const name of ['k8s-cliff', 'k8s-cliff-mode0', 'k8s-cliff-keepalive', 'k8s-cliff-pod-ip']) {
    expect(stdout).toContain(join('out/demo', name));
    const folder = join(cwd, 'out/demo', name);
    expect((await readdir(folder)).sort()).toEqual([
      'command.txt',
      'result.json',
      'series.csv',
      'summary.txt',
    ]);
    expect(await readFile(join(folder, 'command.txt'), 'utf8')).toBe(
      `ipvsim run ${name} --seed ipvsim --set duration=150s --set 'expect=[]'\n`,
    );
  }
});
