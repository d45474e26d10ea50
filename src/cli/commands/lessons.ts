/** `ipvsim lessons`: the lessons, one line each; or what a class has handed in, judged. */
import { type HandIn, readHandIns } from '../../lessons/hand_ins.ts';
import type { Lesson } from '../../lessons/lesson.ts';
import { type Mark, marksCsv, marksText } from '../../lessons/marks.ts';
import { proveLesson } from '../../lessons/prove.ts';
import { foreignKeys, LESSON_PREFIX } from '../../lessons/puzzle.ts';
import { table } from '../../report/forms/table.ts';
import { overall, tally } from '../../report/verdicts.ts';
import { givenUpWords } from '../../run_slices.ts';
import { simulate } from '../../simulate.ts';
import { UserError } from '../../storage/user_error.ts';
import type { RunOutcome } from '../../sweep/execute.ts';
import { runAll } from '../../sweep/run_all.ts';
import { printable } from '../../text/terminal.ts';
import { defineCommand } from '../command.ts';
import { EXIT, type ExitCode } from '../exit_code.ts';
import { lessonNamed, lessonNames, shippedLesson } from '../files/lesson_source.ts';
import { parseOrThrow } from '../files/scenario_source.ts';
import { readText } from '../files/text_file.ts';
import { withWorkers } from '../run_pool.ts';
import { JOBS_OPTION } from '../scenario_options.ts';
import type { Terminal } from '../terminal.ts';

/** Ten times what the longest of a lesson's runs takes; settings of others do not keep the machine busy for longer. */
const MOST_EVENTS = 5e6;

export const command = defineCommand({
  positionals: {
    'hand-ins': {
      describe: 'a file with what a class has handed in, - for standard input',
      count: 'optional',
    },
  },
  options: {
    format: {
      type: 'text',
      describe: 'of what was judged: table, or csv for a spreadsheet',
      choices: ['table', 'csv'],
      default: 'table',
    },
    prove: {
      type: 'text',
      value: 'LESSON',
      describe: 'a lesson or a file with one: whether its figures, answers and solutions are so',
    },
    ...JOBS_OPTION,
  },
  examples: [
    ['lessons', 'what there is to learn'],
    ['lessons --prove mine.yaml', 'a lesson of your own: what it says is tried'],
    ['lessons class.txt', 'who has solved the puzzle: a line each, like the one that a lesson ends with'],
  ],
  notes: [
    'A line is NAME: ipvsim check lesson:LESSON --set KEY=VALUE ..., or a name and a link with #lesson=. Lines are read, not run.',
    'Exit code 0 when all are solved, 1 when some are not.',
  ],
  async run({ 'hand-ins': file, format, prove, jobs }, terminal) {
    if (prove !== undefined) {
      if (file !== undefined) throw new UserError('--prove is about a lesson, not about hand-ins');
      return await proven(prove, terminal);
    }
    const lessons = new Map<string, Lesson>();
    for (const name of await lessonNames()) lessons.set(name, await shippedLesson(name));
    if (file === undefined) {
      const rows = [...lessons.values()].map(({ name, title, minutes }) => [
        `${LESSON_PREFIX}${name}`,
        `${title} (${minutes} minutes)`,
      ]);
      await terminal.print(table([{ title: '' }, { title: '' }], rows));
      terminal.say('\nNext: ipvsim playground lesson:1-life-of-an-entry');
      return EXIT.ok;
    }
    const marks = await judge(await readText(file, 1), lessons, jobs, terminal);
    if (marks === null) return EXIT.interrupted;
    await terminal.print(format === 'csv' ? marksCsv(marks) : marksText(marks, terminal));
    return marks.every(({ isSolved }) => isSolved) ? EXIT.ok : EXIT.failed;
  },
});

async function proven(name: string, terminal: Terminal): Promise<ExitCode> {
  const wrong = proveLesson(await lessonNamed(name), (text, set) =>
    simulate(parseOrThrow({ text, label: name }, { set })),
  );
  const solved = 'Every figure, answer, trap and solution is what a run gives.';
  await terminal.print(wrong.length === 0 ? solved : wrong.map((one) => `✗ ${printable(one)}`).join('\n'));
  return wrong.length === 0 ? EXIT.ok : EXIT.failed;
}

/** In the order of the lines; null when the user stopped it. */
async function judge(
  { text, label }: { readonly text: string; readonly label: string },
  lessons: ReadonlyMap<string, Lesson>,
  jobs: number | undefined,
  terminal: Terminal,
): Promise<Mark[] | null> {
  const marks: Mark[] = [];
  const runs: { readonly handIn: HandIn; readonly lesson: Lesson }[] = [];
  const read = readHandIns(text);
  if (read.length === 0) throw new UserError(`${label} holds no hand-in`, 'ipvsim lessons --help has one');
  for (const one of read) {
    if ('message' in one) marks.push({ ...one, lesson: '', set: [], isSolved: false, words: one.message });
    else {
      const lesson = lessons.get(one.lesson);
      const fault = lesson === undefined ? 'no such lesson' : ruleFault(lesson, one.set);
      if (lesson === undefined || fault !== null) marks.push({ ...one, isSolved: false, words: fault! });
      else runs.push({ handIn: one, lesson });
    }
  }
  const pooled = { jobs, runs: runs.length, what: 'judging' };
  return await withWorkers(pooled, terminal, async (pool) => {
    const failures = await runAll({
      items: runs,
      jobs: pool.jobs,
      signal: pool.interrupt.signal,
      execute: ({ handIn: { set }, lesson }) =>
        pool.execute({
          text: lesson.puzzle.scenario,
          file: `lessons/${lesson.name}.yaml`,
          set,
          seed: null,
          maxEvents: MOST_EVENTS,
          whole: false,
        }),
      onOutcome({ handIn }, outcome) {
        marks.push({ ...handIn, ...markOf(outcome) });
        pool.count(marks.length, read.length);
      },
    });
    if (pool.interrupt.asked) return null;
    if (failures[0] !== undefined) throw failures[0].error;
    return marks.toSorted((a, b) => a.line - b.line);
  });
}

function ruleFault(lesson: Lesson, set: readonly string[]): string | null {
  const foreign = foreignKeys(lesson, set);
  return foreign.length === 0 ? null : `the puzzle does not let ${foreign.join(', ')} be changed`;
}

function markOf(outcome: RunOutcome): Pick<Mark, 'isSolved' | 'words'> {
  switch (outcome.kind) {
    case 'invalid':
      return { isSolved: false, words: outcome.problems[0]!.message };
    case 'given up':
      return { isSolved: false, words: givenUpWords(outcome.givenUp)[0] };
    case 'done':
      return { isSolved: overall(outcome.verdicts) === 'pass', words: tally(outcome.verdicts) };
  }
}
