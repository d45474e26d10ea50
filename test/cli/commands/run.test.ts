import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ENDLESS, SMALL_CLIFF } from '../scenarios.ts';
import { ipvsim, MAIN, outcomeOf } from '../spawn.ts';

let folder: string;
const path = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ipvsim-run-'));
  await writeFile(path('small.yaml'), SMALL_CLIFF);
  await writeFile(path('endless.yaml'), ENDLESS);
});

describe('result', () => {
  test('on standard output, with the talk on standard error', async () => {
    const { code, stdout, stderr } = await ipvsim(['run', path('small.yaml')]);
    expect(code).toBe(0);
    expect(stdout).toContain('small: Ten ports and a cliff');
    expect(stdout).toContain('conn_reuse_mode=1');
    expect(stdout).toContain(`Repeat: ipvsim run ${path('small.yaml')} --seed ipvsim`);
    expect(stderr).toMatch(/^Next: ipvsim why .*--at 2s\s+ipvsim advise /);
    expect(stdout).not.toContain('\u001b');
  });

  test('--quiet leaves standard error empty', async () => {
    expect(await ipvsim(['run', path('small.yaml'), '--quiet'])).toMatchObject({ code: 0, stderr: '' });
  });

  test('a scenario from standard input', async () => {
    const { code, stdout } = await ipvsim(['run', '-', '--format', 'json'], { stdin: SMALL_CLIFF });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 2, scenario: { name: 'small' }, interrupted: false });
  });

  test('--seed and --set go through the same checks as the file, and leading zeros stay', async () => {
    const args = ['run', path('small.yaml'), '--seed', '0012', '--set', 'kernel=5.10', '--format', 'json'];
    const { stdout } = await ipvsim(args);
    expect(JSON.parse(stdout)).toMatchObject({ scenario: { seed: '0012', kernel: '5.10' }, cliff: null });
  });

  test('options come from the environment too', async () => {
    const { stdout } = await ipvsim(['run', path('small.yaml')], {
      env: { IPVSIM_FORMAT: 'json', IPVSIM_SEED: 'env' },
    });
    expect(JSON.parse(stdout)).toMatchObject({ scenario: { seed: 'env' } });
  });

  test('--format ab is an ab report, --format csv begins with the fixed columns', async () => {
    const [ab, csv] = await Promise.all(
      ['ab', 'csv'].map(
        async (format) => (await ipvsim(['run', path('small.yaml'), '--format', format])).stdout,
      ),
    );
    expect(ab).toMatch(/^Concurrency Level: {6}2$/m);
    expect(csv).toMatch(
      /^time_s,completed,failed,qps,connect_p50_ms,connect_p95_ms,connect_p99_ms,connect_max_ms,active_conn,inact_conn,syn_dropped,syn_retransmitted,conntrack_entries/,
    );
  });

  test('--format html draws the packets of a slow connect', async () => {
    const { stdout } = await ipvsim(['run', path('small.yaml'), '--format', 'html']);
    expect(stdout).toMatch(/^<!doctype html>/);
    expect(stdout).toContain('SYN');
  });
});

describe('--out', () => {
  test('the files, and nothing else; the same bytes every time', async () => {
    for (const out of ['one', 'two']) await ipvsim(['run', path('small.yaml'), '--out', path(out)]);
    const names = ['command.txt', 'result.json', 'series.csv', 'summary.txt'];
    expect((await readdir(path('one'))).sort()).toEqual(names);
    for (const name of names) {
      const [one, two] = await Promise.all(['one', 'two'].map((out) => readFile(join(path(out), name))));
      expect(one!.equals(two!), name).toBe(true);
    }
  });

  test('command.txt repeats the run', async () => {
    const args = ['run', path('small.yaml'), '--set', 'kernel=5.10', '--until', '2s', '--out', path('first')];
    await ipvsim(args);
    const line = await readFile(path('first/command.txt'), 'utf8');
    expect(line).toBe(`ipvsim run ${path('small.yaml')} --seed ipvsim --set kernel=5.10 --until 2s\n`);
    await ipvsim([...line.trim().split(' ').slice(1), '--out', path('second')]);
    const [first, second] = await Promise.all(
      ['first', 'second'].map((out) => readFile(path(`${out}/result.json`), 'utf8')),
    );
    expect(first).toBe(second);
  });

  test.each([
    ['a file', async () => void (await writeFile(path('file'), '')), 'file', 'it is a file, not a folder'],
    ['below a file', async () => void (await writeFile(path('file'), '')), 'file/deeper', 'not a directory'],
    ['/dev/full', async () => undefined, '/dev/full', 'it is a file, not a folder'],
    ['/proc', async () => undefined, '/proc/ipvsim', 'no such file or directory'],
  ])('%s is refused in one line before anything runs', async (_what, prepare, out, message) => {
    await prepare();
    const target = out.startsWith('/') ? out : path(out);
    const { code, stdout, stderr } = await ipvsim(['run', path('endless.yaml'), '--out', target]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`ipvsim: cannot write to ${target}: ${message}`);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
  });

  test.skipIf(process.getuid?.() === 0)('a folder without permission', async () => {
    await mkdir(path('locked'));
    await chmod(path('locked'), 0o500);
    const { code, stderr } = await ipvsim(['run', path('small.yaml'), '--out', path('locked')]);
    expect(code).toBe(2);
    expect(stderr).toContain('permission denied');
  });

  test('a name in the scenario does not lead out of the folder', async () => {
    const evil = SMALL_CLIFF.replace('name: small', 'name: ../../evil');
    const { code, stderr } = await ipvsim(['run', '-', '--out', path('safe')], { stdin: evil });
    expect(code).toBe(2);
    expect(stderr).toContain('name');
  });
});

describe('exit codes', () => {
  const withExpectation = (expectation: string) => SMALL_CLIFF.replace('total(failed) == 0', expectation);

  test.each([
    ['0: every expectation holds', 'total(failed) == 0', [], 0],
    ['1: one fails', 'total(failed) > 0', [], 1],
    ['3: its window lies outside the run', 'max(qps, 3s..4s) > 0', ['--until', '2s'], 3],
  ])('%s', async (_what, expectation, args, code) => {
    expect(await ipvsim(['run', '-', ...args], { stdin: withExpectation(expectation) })).toMatchObject({
      code,
    });
  });

  test('2: every problem of the scenario at once, with place and suggestion, and nothing is run', async () => {
    const bad = SMALL_CLIFF.replace('conn_reuse_mode', 'conn_reuse_mod').replace(
      'duration: 5s',
      'duration: 5sec',
    );
    const { code, stdout, stderr } = await ipvsim(['run', '-'], { stdin: bad });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('standard input:3:11');
    expect(stderr).toContain('did you mean 5s?');
    expect(stderr).toContain('did you mean net.ipv4.vs.conn_reuse_mode?');
    expect(stderr).toContain('2 problems in standard input. Nothing was run.');
  });

  test.each([
    ['a folder', () => folder, 'is a folder'],
    ['nothing of that name', () => 'k8s-clif', 'no file and no shipped scenario is called k8s-clif'],
    ['a binary file', () => process.execPath, 'is larger than 16 MiB'],
    ['an empty file', () => '/dev/null', 'the file holds no scenario'],
    ['an endless one', () => '/dev/zero', 'is larger than 16 MiB'],
  ])('2: the scenario is %s', async (_what, source, message) => {
    const { code, stdout, stderr } = await ipvsim(['run', source()]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });

  test('2: more work than anyone would wait for, told before it starts', async () => {
    const { code, stderr } = await ipvsim(['run', path('small.yaml'), '--max-events', '10']);
    expect(code).toBe(2);
    expect(stderr).toContain('the limit is 10');
  });
});

describe('Ctrl-C', () => {
  /** The folder is made when the command listens for Ctrl-C already. */
  async function interrupted(out: string) {
    const child = spawn(process.execPath, [MAIN, 'run', path('endless.yaml'), '--out', out], {
      env: { PATH: process.env.PATH ?? '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const outcome = outcomeOf(child);
    while (!existsSync(out) && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.kill('SIGINT');
    return await outcome;
  }

  test('the first stops the run, writes what there is, marks it, and exits 130', async () => {
    const { code, stdout, stderr } = await interrupted(path('partial'));
    expect(code).toBe(130);
    expect(stderr).toContain('ipvsim: stopping');
    expect(stdout).toContain('Interrupted');
    const result = JSON.parse(await readFile(path('partial/result.json'), 'utf8'));
    expect(result).toMatchObject({ schema: 2, interrupted: true });
    expect(result.totals.complete).toBeGreaterThan(0);
  });
});

test('a closed reader does not lose the files', async () => {
  const out = path('piped');
  const script = `"$0" "$1" run "$2" --format csv --out "$3" | head -n 1 > /dev/null; echo "\${PIPESTATUS[0]}"`;
  const child = spawn('bash', ['-c', script, process.execPath, MAIN, path('small.yaml'), out], {
    stdio: 'pipe',
  });
  const { stdout, stderr } = await outcomeOf(child);
  expect(stdout).toBe('0\n');
  expect(stderr).not.toContain('EPIPE');
  expect(await readdir(out)).toContain('result.json');
});
