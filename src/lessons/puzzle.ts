/** The rules of a puzzle, and the line that a learner hands in. */
import { commandLine } from '../report/command.ts';
import { fullKey } from '../scenario/setting_key.ts';
import type { Lesson } from './lesson.ts';

/** What a lesson's scenario is called where commands take one. */
export const LESSON_PREFIX = 'lesson:';

/** Keys that were set, but are not among those that the puzzle lets change; each once. */
export function foreignKeys({ puzzle }: Lesson, set: readonly string[]): string[] {
  const allowed = new Set(puzzle.change.map(({ key }) => ruleKey(key)));
  const keys = set.map((one) => one.split('=', 1)[0]!.trim());
  return [...new Set(keys)].filter((key) => !allowed.has(ruleKey(key)));
}

/** A lesson has one service, which may be called either way. */
function ruleKey(key: string): string {
  return fullKey(key).replace(/^services\.0\./u, 'service.');
}

/** As the page gets it: who looks at its source does not find the solutions. */
export function withoutSolutions(lesson: Lesson): Lesson {
  return { ...lesson, puzzle: { ...lesson.puzzle, solutions: [] } };
}

/** The command that judges a solution; whoever gets it can run it. */
export function handInLine(name: string, set: readonly string[]): string {
  return commandLine('check', { source: `${LESSON_PREFIX}${name}`, seed: undefined, set });
}
