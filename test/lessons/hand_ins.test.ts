/** The lines of a class: read as they are written by hand, and never run. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type HandIn, readHandIns, type Unreadable } from '../../src/lessons/hand_ins.ts';
import { handInLine } from '../../src/lessons/puzzle.ts';
import { ipvsim } from '../cli/spawn.ts';

const folder = mkdtempSync(join(tmpdir(), 'ipvsim-class-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (line: string) => readHandIns(line)[0] as HandIn;

test.each([
  ['ipvsim check lesson:a', '', []],
  ['Ada: ipvsim check lesson:a --set b=1', 'Ada', ['b=1']],
  ['Ada Lovelace,  $ npx ipvsim check lesson:a --set=b=1 --set c=2 # done!', 'Ada Lovelace', ['b=1', 'c=2']],
  ['Bo\tipvsim check lesson:a --set \'b=1, 2\' --set "c d"=3', 'Bo', ['b=1, 2', 'c d=3']],
  ['Cy - https://example.org/p/#lesson=a&set=b%3D1%2Fs&set=c%3D2', 'Cy', ['b=1/s', 'c=2']],
  ['#lesson=a', '', []],
])('%s', (line, who, set) => {
  expect(readHandIns(line)).toEqual([{ line: 1, who, lesson: 'a', set }]);
});

test('what the page shows is read as it was meant', () => {
  const set = ["clients.0.ports=1-2, 'x' $(y)", 'clients.0.rate=3/s', '-a=b'];
  expect(read(`Ada: ${handInLine('a', set)}`).set).toEqual(set);
});

test.each([
  ['I did not manage', 'neither'],
  ['Ada: ipvsim check lesson:a --set b=1; rm -rf /', 'rm is not for a hand-in'],
  ['Ada: ipvsim check lesson:a --out /tmp', '--out is not'],
  ['Ada: ipvsim check lesson:a --set', '--set is not'],
  ["Ada: ipvsim check lesson:a --set 'b=1", 'quotation mark'],
  ['Ada: ipvsim run lesson:a', 'neither'],
  [`Ada: ipvsim check lesson:${'a'.repeat(3000)}`, 'too long'],
])('%s is not a hand-in', (line, message) => {
  const [unreadable] = readHandIns(`\n# a comment\n${line}\n`) as Unreadable[];
  expect(unreadable!.line).toBe(3);
  expect(unreadable!.message).toContain(message);
});

test('a class is judged: solved, not solved, refused, impossible, unreadable', async () => {
  const file = join(folder, 'class.txt');
  const rate = 'ipvsim check lesson:1-life-of-an-entry --set clients.0.rate';
  writeFileSync(
    file,
    `Ada: ${rate}=4/s\nBen: ${rate}=5/s\n=Cy: ${rate}=4/s --set duration=1s\nDi: ${rate}=many\nEd: ${rate}=1000000/s\nFay: ipvsim check lesson:x\n?\n`,
  );
  const { code, stdout } = await ipvsim(['lessons', file]);
  expect(code).toBe(1);
  expect(stdout.split('\n').map((line) => line.slice(0, 70).trimEnd())).toEqual([
    '✓ Ada     1-life-of-an-entry  all 2 expectations hold',
    '✗ Ben     1-life-of-an-entry  1 of 2 expectations hold',
    '✗ =Cy     1-life-of-an-entry  the puzzle does not let duration be chan',
    '✗ Di      1-life-of-an-entry  clients.0.rate must be a rate with a uni',
    expect.stringMatching(/^✗ Ed {6}1-life-of-an-entry {2}given up after \d+ events/),
    '✗ Fay     x                   no such lesson',
    '✗ line 7                      neither ipvsim check lesson:NAME nor a l',
    '',
    '7 hand-ins: 1 solved, 6 not',
    '',
  ]);
  const csv = await ipvsim(['lessons', '-', '--format', 'csv'], {
    stdin: `=Ada: ${rate}=4/s`,
  });
  expect(csv).toMatchObject({ code: 0 });
  expect(csv.stdout).toBe(
    "line,who,lesson,verdict,words,settings\n1,'=Ada,1-life-of-an-entry,solved,all 2 expectations hold,clients.0.rate=4/s\n",
  );
});

test('a file without hand-ins is told of, and without a file the lessons are listed', async () => {
  const empty = await ipvsim(['lessons', '-'], { stdin: '\n# nothing\n' });
  expect(empty).toMatchObject({ code: 2, stdout: '' });
  expect(empty.stderr).toContain('standard input holds no hand-in');
  const list = await ipvsim(['lessons']);
  expect(list.stdout.split('\n')[0]).toBe(
    'lesson:1-life-of-an-entry  A connection’s life in the table (6 minutes)',
  );
});

test('a lesson of one’s own: what it says is tried, and its mistakes are told with their places', async () => {
  const shipped = readFileSync(new URL('../../lessons/1-life-of-an-entry.yaml', import.meta.url), 'utf8');
  const file = join(folder, 'own.yaml');
  const prove = async (text: string) => {
    writeFileSync(file, text);
    return await ipvsim(['lessons', '--prove', file]);
  };
  expect(await prove(shipped)).toMatchObject({ code: 0 });
  const wrong = await prove(shipped.replace('[125](last(entries))', '[126](last(entries))'));
  expect(wrong).toMatchObject({ code: 1 });
  expect(wrong.stdout).toBe('✗ the text says 126 for last(entries): measured 125, expected 126 +- 0.5\n');
  const broken = await prove(shipped.replace('minutes: 6', 'minutes: six'));
  expect(broken).toMatchObject({ code: 2, stdout: '' });
  expect(broken.stderr).toContain(`${file}:3:10  minutes must be a whole number`);
});
