/** Files that a scenario names: read where they stand beside it, and nowhere else. */
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ipvsim } from '../spawn.ts';

const folder = mkdtempSync(join(tmpdir(), 'ipvsim-beside-'));
const within = join(folder, 'within');

const scenario = (file: string) => `duration: 5s
service: { address: 10.96.0.1:80, realServers: [{ address: 10.244.1.5:8080 }] }
clients: [{ replay: ${JSON.stringify(file)} }]
expect: [total(completed) == 3]
`;

beforeAll(() => {
  mkdirSync(join(within, 'rows'), { recursive: true });
  const rows = 'start_s\n1\n2\n3\n';
  writeFileSync(join(folder, 'outside.csv'), rows);
  writeFileSync(join(within, 'mine.csv'), rows);
  writeFileSync(join(within, 'rows/mine.csv'), rows);
  symlinkSync('../outside.csv', join(within, 'link.csv'));
});

async function tried(file: string, ...command: string[]) {
  const path = join(within, 'scenario.yaml');
  writeFileSync(path, scenario(file));
  return await ipvsim([...command, path]);
}

test.each(['mine.csv', 'rows/mine.csv', './mine.csv'])('%s', async (file) => {
  expect((await tried(file, 'check')).code).toBe(0);
});

test('in threads, from another folder', async () => {
  const path = join(within, 'scenario.yaml');
  writeFileSync(path, scenario('mine.csv'));
  const seeds = ['sweep', path, '--seeds', '2', '--jobs', '2', '--out', join(folder, 'out')];
  const { stderr, code } = await ipvsim(seeds, { cwd: tmpdir() });
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('is not beside')]);
});

test.each(['../outside.csv', 'link.csv', join(folder, 'outside.csv')])('%s is left alone', async (file) => {
  const { code, stderr, stdout } = await tried(file, 'run');
  expect(code).toBe(2);
  expect(stderr + stdout).toMatch(/not beside the scenario/u);
});

test('one that is not there is told with its place', async () => {
  const { code, stderr } = await tried('mien.csv', 'run');
  expect(code).toBe(2);
  expect(stderr).toContain(
    'scenario.yaml:3:21  clients.0.replay names a file that is not beside the scenario (got "mien.csv")',
  );
});
