/** The shipped lessons: whole, and every figure, answer, trap and solution of them is what a run gives. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { simulate } from '../../src/index.ts';
import type { Lesson, Paragraph } from '../../src/lessons/lesson.ts';
import { parseLesson } from '../../src/lessons/parse_lesson.ts';
import type { Result } from '../../src/measure/result.ts';
import { judge } from '../../src/measure/verdict.ts';
import { overall } from '../../src/report/verdicts.ts';
import { parseScenario } from '../../src/scenario/parse.ts';

const FOLDER = new URL('../../lessons/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));

function lessonOf(file: string): Lesson {
  const { lesson, problems } = parseLesson(readFileSync(new URL(file, FOLDER), 'utf8'), `lessons/${file}`);
  expect(problems).toEqual([]);
  return lesson!;
}

const results = new Map<string, Result>();

function run(text: string, set: readonly string[]): Result {
  const key = JSON.stringify([text, set]);
  const known = results.get(key);
  if (known !== undefined) return known;
  const { scenario, problems } = parseScenario(text, { set });
  expect(problems).toEqual([]);
  const result = simulate(scenario!);
  results.set(key, result);
  return result;
}

function everyText(lesson: Lesson): readonly Paragraph[] {
  const { text, predict, steps, explain, puzzle } = lesson;
  return [
    ...text,
    ...predict.question,
    ...predict.answers.map((answer) => answer.text),
    ...steps.flatMap((step) => step.text),
    ...explain,
    ...puzzle.text,
    ...puzzle.traps.flatMap((trap) => trap.text),
  ];
}

test('there are six, in their order', () => {
  expect(FILES.map((file) => file[0])).toEqual(['1', '2', '3', '4', '5', '6']);
});

describe.each(FILES)('%s', (file) => {
  test('every figure of the text is what the run gives', () => {
    const lesson = lessonOf(file);
    const facts = everyText(lesson).flatMap((paragraph) => paragraph.filter(({ kind }) => kind === 'fact'));
    expect(facts.length).toBeGreaterThan(4);
    const wrong = facts.flatMap((fact) => {
      if (fact.kind !== 'fact') return [];
      const [verdict] = judge(run(lesson.puzzle.scenario, fact.set), [
        { expression: fact.expression, line: 0 },
      ]);
      return verdict!.verdict === 'pass'
        ? []
        : [`${fact.expression} (${fact.set.join(' ')}): ${verdict!.message}`];
    });
    expect(wrong).toEqual([]);
  });

  test('the run makes one answer right', () => {
    const { predict } = lessonOf(file);
    const verdicts = run(predict.scenario, predict.set).expectations.map(({ verdict }) => verdict);
    expect(verdicts.toSorted()).toEqual(['fail', ...predict.answers.slice(2).map(() => 'fail'), 'pass']);
  });

  test('its puzzle is solved by each solution, and by nothing else that is told of', () => {
    const { puzzle } = lessonOf(file);
    for (const { words } of puzzle.expect) expect(words).not.toBeNull();
    expect(overall(run(puzzle.scenario, []).expectations)).toBe('fail');
    for (const { set } of puzzle.traps) {
      expect(overall(run(puzzle.scenario, set).expectations), set.join(' ')).toBe('fail');
    }
    for (const set of puzzle.solutions) {
      expect(overall(run(puzzle.scenario, set).expectations), set.join(' ')).toBe('pass');
    }
  });

  test('each solution is the shortest: no change of it can be left out', () => {
    const { puzzle } = lessonOf(file);
    for (const set of puzzle.solutions) {
      for (const left of set.length === 1 ? [] : set) {
        const rest = set.filter((one) => one !== left);
        expect(overall(run(puzzle.scenario, rest).expectations), rest.join(' ')).toBe('fail');
      }
    }
  });
});
