/** What a learner hands in, judged by the command line. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { lessonNames, shippedLesson } from '../../src/cli/files/lesson_source.ts';
import { handInLine } from '../../src/lessons/puzzle.ts';
import { ipvsim } from '../cli/spawn.ts';

const folder = mkdtempSync(join(tmpdir(), 'ipvsim-lessons-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function judged(line: string) {
  return await ipvsim([...line.split(' ').slice(1), '--out', join(folder, line.replaceAll(/\W/g, '_'))]);
}

describe.each(await lessonNames())('lesson:%s', (name) => {
  test('fails as it is, and passes with its solution', async () => {
    const { puzzle } = await shippedLesson(name);
    const [unsolved, solved] = await Promise.all(
      [[], puzzle.solutions[0]!].map((set) => judged(handInLine(name, set))),
    );
    expect(unsolved!.code).toBe(1);
    expect(unsolved!.stdout).toContain(`✗ lessons/${name}.yaml:`);
    expect(solved!.stdout).toContain(`✓ ${name}`);
    expect(solved!.code).toBe(0);
  });
});

test('what the puzzle does not let change is refused, by check only', async () => {
  const name = '3-dropped-syn';
  const set = ['kernel=5.10', 'expect.0=rps > 0', 'clients.0.ports=1'].flatMap((one) => ['--set', one]);
  const refused = await ipvsim(['check', `lesson:${name}`, ...set]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(`--set kernel: the puzzle of lesson:${name} does not let this be changed`);
  expect(refused.stderr).toContain('--set expect.0: ');
  expect(refused.stderr).toContain('--set clients.0.ports=1: ');
  const run = await ipvsim(['run', `lesson:${name}`, '--set', 'kernel=5.10']);
  expect(run.code).toBe(0);
  expect(run.stdout).toContain('✓ total(port_reuses) >= 5000');
});

test('a name that no lesson has', async () => {
  const near = await ipvsim(['check', 'lesson:3-dropped']);
  expect(near).toMatchObject({ code: 2, stdout: '' });
  expect(near.stderr).toContain('did you mean 3-dropped-syn?');
  const bare = await ipvsim(['run', 'lesson3-dropped-syn']);
  expect(bare.stderr).toContain('did you mean lesson:3-dropped-syn?');
});
