/** Whether a lesson says what is so: its figures, answers, traps and solutions held against runs of its scenario. */
import type { Result } from '../measure/result.ts';
import { judge } from '../measure/verdict.ts';
import { overall, tally } from '../report/verdicts.ts';
import type { Lesson, Paragraph } from './lesson.ts';

/** Runs a scenario's text with changes as behind --set; both have been checked. */
export type RunScenario = (text: string, set: readonly string[]) => Result;

/** What is not so, a sentence each; nothing for a lesson that can be given. */
export function proveLesson(lesson: Lesson, simulate: RunScenario): string[] {
  const results = new Map<string, Result>();
  const run: RunScenario = (text, set) => {
    const key = JSON.stringify([text, set]);
    const known = results.get(key);
    if (known !== undefined) return known;
    const result = simulate(text, set);
    results.set(key, result);
    return result;
  };
  return [...wrongFigures(lesson, run), ...wrongAnswers(lesson, run), ...wrongPuzzle(lesson, run)];
}

function wrongFigures(lesson: Lesson, run: RunScenario): string[] {
  return everyText(lesson)
    .flat()
    .flatMap((span) => {
      if (span.kind !== 'fact') return [];
      const result = run(lesson.puzzle.scenario, span.set);
      const [verdict] = judge(result, [{ expression: span.expression, line: 0 }]);
      if (verdict!.verdict === 'pass') return [];
      const left = span.expression.replace(/ == [^=]*$/u, '');
      return [`the text says ${span.text} for ${left}${changed(span.set)}: ${verdict!.message}`];
    });
}

function everyText({ text, predict, steps, explain, puzzle }: Lesson): readonly Paragraph[] {
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

function wrongAnswers({ predict }: Lesson, run: RunScenario): string[] {
  const { expectations } = run(predict.scenario, predict.set);
  const right = expectations.filter(({ verdict }) => verdict === 'pass');
  const unknown = expectations.filter(({ verdict }) => verdict === 'unknown');
  return [
    ...unknown.map(({ expression, message }) => `the answer ${expression} cannot be judged: ${message}`),
    ...(right.length === 1
      ? []
      : [
          `${right.length} answers are right: ${right.map(({ expression }) => expression).join(', ') || 'none'}`,
        ]),
  ];
}

function wrongPuzzle({ puzzle }: Lesson, run: RunScenario): string[] {
  const isSolved = (set: readonly string[]) => overall(run(puzzle.scenario, set).expectations) === 'pass';
  const wrong = isSolved([]) ? ['the puzzle is solved before anything is changed'] : [];
  for (const { set } of puzzle.traps) {
    if (isSolved(set)) wrong.push(`the trap${changed(set)} solves the puzzle`);
  }
  for (const set of puzzle.solutions) {
    if (!isSolved(set)) {
      wrong.push(
        `the solution${changed(set)} solves nothing: ${tally(run(puzzle.scenario, set).expectations)}`,
      );
    }
    for (const left of set.length === 1 ? [] : set) {
      const rest = set.filter((one) => one !== left);
      if (isSolved(rest)) wrong.push(`the solution${changed(set)} does not need ${left}`);
    }
  }
  return wrong;
}

function changed(set: readonly string[]): string {
  return set.length === 0 ? '' : ` with ${set.join(' ')}`;
}
