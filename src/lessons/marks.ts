/** How a class has done: a row for each hand-in. */
import { stringify } from '#csv-stringify';
import { table } from '../report/forms/table.ts';
import { clip, type Look, PLAIN, paint, printable, sign } from '../report/text.ts';
import { VERDICT_SIGN, VERDICT_STYLE } from '../report/verdicts.ts';

export interface Mark {
  readonly line: number;
  readonly who: string;
  /** Empty where the line names none. */
  readonly lesson: string;
  readonly set: readonly string[];
  readonly isSolved: boolean;
  /** `all 3 expectations hold`, or why not. */
  readonly words: string;
}

export function marksText(marks: readonly Mark[], look: Look = PLAIN): string {
  const rows = marks.map(({ line, who, lesson, words }) => [
    printable(who === '' ? `line ${line}` : who),
    printable(lesson),
    printable(words),
  ]);
  const lines = table([{ title: '' }, { title: '' }, { title: '' }], rows).split('\n');
  const shown = lines.map((line, index) => {
    const verdict = marks[index]!.isSolved ? 'pass' : 'fail';
    const mark = paint(look, VERDICT_STYLE[verdict], sign(look, VERDICT_SIGN[verdict]));
    return `${mark} ${clip(line, look.columns - 2, look)}`;
  });
  const solved = marks.filter(({ isSolved }) => isSolved).length;
  const noun = marks.length === 1 ? 'hand-in' : 'hand-ins';
  return [...shown, '', `${marks.length} ${noun}: ${solved} solved, ${marks.length - solved} not`, ''].join(
    '\n',
  );
}

export function marksCsv(marks: readonly Mark[]): string {
  const rows = marks.map(({ line, who, lesson, isSolved, words, set }) => [
    line,
    who,
    lesson,
    isSolved ? 'solved' : 'not solved',
    words,
    set.join(' '),
  ]);
  // A spreadsheet takes text that begins with = for a formula, and names are other people's.
  const options = { escape_formulas: true, record_delimiter: 'unix' } as const;
  return stringify([['line', 'who', 'lesson', 'verdict', 'words', 'settings'], ...rows], options);
}
