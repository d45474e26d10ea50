/** The shipped lessons: whole, and every figure, answer, trap and solution of them is what a run gives. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { simulate } from '../../src/index.ts';
import type { Lesson } from '../../src/lessons/lesson.ts';
import { parseLesson } from '../../src/lessons/parse_lesson.ts';
import { proveLesson } from '../../src/lessons/prove.ts';
import { parseScenario } from '../../src/scenario/parse.ts';

const FOLDER = new URL('../../lessons/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));

function lessonOf(file: string, change: (text: string) => string = (text) => text): Lesson {
  const text = change(readFileSync(new URL(file, FOLDER), 'utf8'));
  const { lesson, problems } = parseLesson(text, `lessons/${file}`);
  expect(problems).toEqual([]);
  return lesson!;
}

function run(text: string, set: readonly string[]) {
  const { scenario, problems } = parseScenario(text, { set });
  expect(problems).toEqual([]);
  return simulate(scenario!);
}

test('there are six, in their order', () => {
  expect(FILES.map((file) => file[0])).toEqual(['1', '2', '3', '4', '5', '6']);
});

describe.each(FILES)('%s', (file) => {
  test('says what is so', () => {
    expect(proveLesson(lessonOf(file), run)).toEqual([]);
  });

  test('has figures, traps, and a puzzle that is said in words', () => {
    const { steps, explain, puzzle } = lessonOf(file);
    const spans = [...steps.flatMap(({ text }) => text), ...explain].flat();
    expect(spans.filter(({ kind }) => kind === 'fact').length).toBeGreaterThan(2);
    expect(puzzle.traps.length).toBeGreaterThan(1);
    for (const { words } of puzzle.expect) expect(words).not.toBeNull();
  });
});

test.each([
  [
    '[10.16 s](cliff',
    '[10.17 s](cliff',
    'the text says 10.17 s for cliff.first_drop_s: measured 10.16 s, expected',
  ],
  [
    '[93](cliff.rps_after with',
    '[94](cliff.rps_after with',
    'for cliff.rps_after with clients.0.concurrency=100: meas',
  ],
  ['total(failed) >= 100', 'total(failed) == 0', '2 answers are right: total(failed) == 0, max(qps'],
  ['max(qps, 12s..60s) in 5..15', 'max(qps, 12s..60s) in 5..6', '0 answers are right: none'],
  ['max(qps, 12s..60s) in 5..15', 'max(qps, 12s..90s) in 5..15', 'cannot be judged: the run ended at 60 s'],
  [
    '- min(qps, 1s..60s) >= 190',
    '- min(qps, 1s..60s) >= 200',
    'net.ipv4.vs.conntrack=0 solves nothing: 2 of 3',
  ],
  [
    '- set: [clients.0.concurrency=100]',
    '- set: [net.ipv4.vs.conntrack=0]',
    'the trap with net.ipv4.vs.conntrack=0',
  ],
  [
    '- [net.ipv4.vs.conntrack=0]',
    '- [net.ipv4.vs.conntrack=0, clients.0.concurrency=11]',
    'does not need clients.0',
  ],
])('%s -> %s is not so', (words, others, message) => {
  const lesson = lessonOf('3-dropped-syn.yaml', (text) => {
    expect(text).toContain(words);
    return text.replace(words, others);
  });
  expect(proveLesson(lesson, run).join('\n')).toContain(message);
});
