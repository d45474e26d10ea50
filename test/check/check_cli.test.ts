/** `ipvsim check` as CI calls it: verdicts, exit codes, goldens, reports and what a failure leaves behind. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { ipvsim } from '../cli/spawn.ts';

const SMALL = readFileSync(fileURLToPath(new URL('../sweep/small.yaml', import.meta.url)), 'utf8');
const SCHEMA = fileURLToPath(new URL('../report/junit.xsd', import.meta.url));
const base = mkdtempSync(join(tmpdir(), 'ipvsim-check-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

let folder: string;
let number = 0;
beforeEach(() => {
  folder = join(base, String(number++));
  mkdirSync(folder);
});

/** A scenario of its own name; `expectations` replace those of small.yaml. */
function write(name: string, expectations?: readonly string[]): void {
  const body = SMALL.replace('name: small', `name: ${name}`);
  const [head] = body.split('expect:\n');
  const own = expectations?.map((one) => `  - ${one}\n`).join('') ?? '';
  writeFileSync(
    join(folder, `${name}.yaml`),
    expectations === undefined ? body : `${head}${own && `expect:\n${own}`}`,
  );
}

const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const check = (...args: string[]) => ipvsim(['check', ...args], { cwd: folder });
const lineOf = (name: string, text: string) =>
  read(name)
    .split('\n')
    .findIndex((line) => line.includes(text)) + 1;

describe('verdicts and exit codes', () => {
  test('pass is 0', async () => {
    write('good');
    const { code, stdout } = await check('.');
    expect(stdout).toBe('✓ good  all 2 expectations hold\n\n1 scenario: 1 passed\n');
    expect(code).toBe(0);
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  test('fail is 1, and leaves what is needed to see it', async () => {
    write('good');
    write('bad', ['total(completed) >= 1000000', 'min(qps, 0s..1s) >= 1']);
    const { code, stdout } = await check('.');
    expect(code).toBe(1);
    const line = lineOf('bad.yaml', 'total(completed)');
    expect(stdout).toContain(`✗ bad.yaml:${line} total(completed) >= 1000000:`);
    expect(stdout).toContain('2 scenarios: 1 passed, 1 failed');
    expect(stdout).toContain('repeat: ipvsim run bad.yaml --seed ipvsim');
    expect(read('out/check/bad/difference.svg')).toMatch(/^<svg /);
    expect(read('out/check/bad/series.csv')).toMatch(/^time_s,completed,/);
    expect(JSON.parse(read('out/check/bad/result.json')).schema).toBe(2);
    write('bad', ['total(completed) >= 1']);
    expect((await check('.')).code).toBe(0);
    expect(existsSync(join(folder, 'out/check/bad/difference.svg'))).toBe(false);
  });

  test('unknown is 3: a window outside the run, nothing to check', async () => {
    write('late', ['min(qps, 100s..200s) >= 1']);
    write('empty', []);
    const { code, stdout } = await check('late.yaml', 'empty.yaml');
    expect(code).toBe(3);
    expect(stdout).toContain('2 scenarios: 0 passed, 2 unknown');
    expect(stdout).toContain('no expect: and no golden');
    write('bad', ['total(completed) >= 1000000']);
    expect((await check('.')).code).toBe(1);
  });

  test('mistakes are 2: all of them at once, and nothing is run', async () => {
    write('bad', ['min(qsp) >= 1']);
    writeFileSync(join(folder, 'worse.yaml'), 'sede: 1\n');
    write('good');
    const { code, stdout, stderr } = await check('.', '--reporter', 'github');
    expect(code).toBe(2);
    expect(stderr).toContain(`bad.yaml:${lineOf('bad.yaml', 'qsp')}`);
    expect(stderr).toContain('worse.yaml:1');
    expect(stdout).toMatch(/^::error file=bad\.yaml,line=\d+,col=\d+,title=E_EXPECT::/m);
    expect(stdout).not.toContain('good');
  });

  test.each([
    [['.'], 'holds no scenario'],
    [['nowhere.yaml'], 'no file and no shipped scenario is called nowhere.yaml'],
    [['k8s-cliff', '--update'], '--update needs a file to write beside'],
    [['k8s-cliff', '--reporter', 'junti=x'], 'did you mean junit?'],
    [['k8s-cliff', '--reporter', 'junit='], 'needs a file after ='],
    [['k8s-cliff', '--reporter', 'github=x'], 'takes no file'],
    [['k8s-cliff', '--reporter', 'junit,json'], 'two reporters write to standard output'],
    [['k8s-cliff', '--tolerance', 'qps'], 'needs METRIC=TOLERANCE'],
    [['k8s-cliff', '--max-events', '10'], 'would take about'],
  ])('%o is 2', async (args, message) => {
    const { code, stderr } = await check(...args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});

describe('golden', () => {
  test('written, met, missed, forgiven, written anew', async () => {
    write('a');
    const first = await check('a.yaml', '--update');
    expect(first.stdout).toMatch(/^a\.golden\.json:\n {2}new golden: \d+ series of 3 rows\n/);
    expect(first.code).toBe(0);
    const golden = read('a.golden.json');
    expect((await check('a.yaml', '--update')).stdout).toContain('a.golden.json: unchanged');
    expect((await check('a.yaml')).stdout).toMatch(/2 expectations hold, (\d+) of \1 golden series agree/);

    const missed = await check('a.yaml', '--set', 'clients.0.concurrency=11');
    expect(missed.code).toBe(1);
    expect(missed.stdout).toMatch(/✗ a\.yaml golden qps: differs in \d of 3 rows, most at/);
    expect(read('out/check/a/difference.svg')).toContain('golden');
    const forgiven = await check('a.yaml', '--set', 'clients.0.concurrency=11', '--tolerance', '*=99999999');
    expect(forgiven.code, forgiven.stdout).toBe(0);

    const tolerant = golden.replace(
      '"tolerances": {"*":"exact"}',
      '"tolerances": {"*":"exact","qps":"50% or 5"}',
    );
    writeFileSync(join(folder, 'a.golden.json'), tolerant);
    const updated = await check('a.yaml', '--update', '--set', 'clients.0.concurrency=11');
    expect(updated.stdout).toMatch(/a\.golden\.json:\n(.*\n)* {2}qps differs in \d of 3 rows/);
    expect(updated.code).toBe(0);
    expect(read('a.golden.json')).toContain('"tolerances": {"*":"exact","qps":"50% or 5"}');
    expect(read('a.golden.json')).not.toBe(golden);
  });

  test('a damaged golden is a clear error', async () => {
    write('a');
    writeFileSync(join(folder, 'a.golden.json'), '{');
    const { code, stderr } = await check('a.yaml');
    expect(stderr).toContain('a.golden.json is not JSON');
    expect(code).toBe(2);
  });
});

describe('reporters', () => {
  test('all at once; the files do not depend on the number of jobs', async () => {
    write('good');
    write('bad', ['total(completed) >= 1000000']);
    write('late', ['min(qps, 100s..200s) >= 1']);
    const reports = async (jobs: string) => {
      const spec = ['junit', 'markdown', 'json'].map((form) => `${form}=ci/${jobs}.${form}`).join(',');
      const env = { GITHUB_STEP_SUMMARY: join(folder, `summary-${jobs}`) };
      const { code, stdout } = await ipvsim(['check', '.', '--jobs', jobs, '--reporter', `github,${spec}`], {
        cwd: folder,
        env,
      });
      expect(code).toBe(1);
      return stdout;
    };
    const stdout = await reports('1');
    expect(stdout).toBe(await reports('3'));
    expect(stdout).toContain('3 scenarios: 1 passed, 1 failed, 1 unknown');
    const [bad, late] = [lineOf('bad.yaml', 'total(completed)'), lineOf('late.yaml', 'min(qps')];
    expect(stdout).toContain(
      `::error file=bad.yaml,line=${bad},col=1,title=bad%3A total(completed) >= 1000000::`,
    );
    expect(stdout).toContain(`::warning file=late.yaml,line=${late},col=1,`);
    for (const form of ['junit', 'markdown', 'json']) expect(read(`ci/1.${form}`)).toBe(read(`ci/3.${form}`));
    expect(read('ci/1.markdown')).toBe(read('summary-1'));
    expect(JSON.parse(read('ci/1.json')).counts).toEqual({ pass: 1, fail: 1, unknown: 1 });
    expect(read('ci/1.junit')).toContain('failures="1" errors="1"');
  });

  test('the JUnit file validates', async ({ skip }) => {
    write('bad', ['total(completed) >= 1000000 # <&>']);
    write('good');
    const { code, stdout } = await check('.', '--reporter', 'junit=-');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^<\?xml /);
    const lint = spawnSync('xmllint', ['--noout', '--schema', SCHEMA, '-'], {
      input: stdout,
      encoding: 'utf8',
    });
    if (lint.error !== undefined)
      skip('xmllint is not installed (Debian: libxml2-utils): the file is NOT validated');
    expect(lint.stderr).toContain('validates');
  });
});
