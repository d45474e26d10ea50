/** `ipvsim conform` as a user calls it: lines, exit codes, and every file tried. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recordingText, TRACES } from '../../conform/golden_recordings.ts';
import { ipvsim } from '../spawn.ts';

const folder = mkdtempSync(join(tmpdir(), 'ipvsim-conform-'));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const good = `${TRACES}5.4/reuse0-enc0.jsonl.gz`;
const text = recordingText('5.4/reuse1-enc1');
const plain = file('plain.jsonl', text);
/** The first frame to a real server, in step 4, goes the other way. */
const wrong = file('wrong.jsonl', text.replace('"to":"server"', '"to":"client"'));

describe('recordings that conform', () => {
  test('compressed and plain, each with a line, then the total', async () => {
    const { code, stdout, stderr } = await ipvsim(['conform', good, plain]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      'reuse0-enc0: 439 steps, 0 divergences\nplain: 483 steps, 0 divergences\n2 traces, 922 steps, 0 divergences\n',
    );
  });

  test('of a folder and its folders, by path', async () => {
    const { code, stdout } = await ipvsim(['conform', TRACES]);
    const lines = stdout.trimEnd().split('\n');
    expect({ code, last: lines.at(-1) }).toEqual({
      code: 0,
      last: "402 traces, 179705 steps, 0 divergences (1 packet and 2 readings on the other side of a jiffy's edge)",
    });
    expect(lines).toHaveLength(403);
    expect(lines).toContain('3.10/reuse1-enc1: 492 steps, 0 divergences');
  });
});

test('a divergence is shown and exits 1', async () => {
  const { code, stdout, stderr } = await ipvsim(['conform', wrong, good]);
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(stdout).toMatch(
    /^wrong: 483 steps, 1 divergences\n( {2}step .*\n){3}> step 4 \(line 5\) .*\n {4}frames differ; look at ip_vs_in\n/,
  );
  expect(stdout).toMatch(/^2 traces, 922 steps, 1 divergences$/m);
});

test('--json is one document with every divergence', async () => {
  const { code, stdout } = await ipvsim(['conform', wrong, '--json']);
  const { traces, total } = JSON.parse(stdout);
  expect({ code, total }).toEqual({ code: 1, total: { traces: 1, steps: 483, divergences: 1 } });
  expect(traces[0]).toMatchObject({ name: 'wrong', steps: 483 });
  expect(traces[0].divergences[0]).toMatchObject({ step: 4, what: 'frames', kernelFunction: 'ip_vs_in' });
});

test('--step shows one step, and is wrong beyond the end', async () => {
  const { code, stdout } = await ipvsim(['conform', wrong, '--step', '4']);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^step 4 \(line 5\)/m);
  expect(stdout).toContain('TCP 10.0.1');
  const beyond = await ipvsim(['conform', plain, '--step', '9999']);
  expect(beyond).toMatchObject({ code: 2, stderr: `ipvsim: ${plain}: has no step 9999, only 483\n` });
});

describe('what is no recording', () => {
  const gzip = readFileSync(good);
  test.each<[string, string, RegExp]>([
    ['missing', join(folder, 'nothing'), /no such file/],
    ['empty', file('empty.jsonl', ''), /the file is empty/],
    [
      'binary',
      file(
        'binary.jsonl',
        Uint8Array.from({ length: 300 }, (_, i) => i & 255),
      ),
      /not text/,
    ],
    ['foreign', file('foreign.jsonl', '{"hello":1}\n'), /not a recording/],
    ['cut short', file('cut.jsonl', text.slice(0, 5000)), /:\d+: not JSON; the file may be cut short/],
    ['a gzip cut short', file('cut.jsonl.gz', gzip.subarray(0, 4000)), /cut short/],
    [
      'a damaged gzip',
      file(
        'damaged.jsonl.gz',
        gzip.map((byte, i) => (i > 500 && i < 600 ? 0x55 : byte)),
      ),
      /damaged/,
    ],
    [
      'an unknown kernel',
      file('kernel.jsonl', text.replace(/"5\.4\.0[^"]*"/, '"vms"')),
      /:1: kernel "vms" must be a kernel release/,
    ],
  ])('%s: one line, exit 2, and the other files are tried', async (_, path, message) => {
    const { code, stdout, stderr } = await ipvsim(['conform', path, plain]);
    expect({ code, stdout }).toEqual({
      code: 2,
      stdout: 'plain: 483 steps, 0 divergences\n1 traces, 483 steps, 0 divergences\n',
    });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toContain(path);
  });

  test('a folder without recordings', async () => {
    const { code, stderr } = await ipvsim(['conform', mkdtempSync(join(tmpdir(), 'ipvsim-empty-'))]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/holds no recording/);
  });
});
