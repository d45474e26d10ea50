/** The lessons that come with ipvsim: every YAML file in the package's lessons/. */
import { readdir, readFile } from 'node:fs/promises';
import type { Lesson } from '../../lessons/lesson.ts';
import { parseLesson } from '../../lessons/parse_lesson.ts';
import { foreignKeys, LESSON_PREFIX } from '../../lessons/puzzle.ts';
import { formatProblems, type Problem } from '../../scenario/text/problem.ts';
import { UserError } from '../../storage/user_error.ts';
import { didYouMean } from '../did_you_mean.ts';
import { type NamedText, readText } from './text_file.ts';

const FOLDER = new URL('../../../lessons/', import.meta.url);
const ENDING = '.yaml';

/** In their order. */
export async function lessonNames(): Promise<readonly string[]> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith(ENDING)).sort();
  return files.map((file) => file.slice(0, -ENDING.length));
}

/** A lesson of one's own is called by its file: `lesson:mine.yaml`. */
const OWN_FILE = /\.ya?ml$/u;

export async function lessonNamed(name: string): Promise<Lesson> {
  if (!OWN_FILE.test(name)) return await shippedLesson(name);
  const { text, label } = await readText(name);
  return { ...lessonOrThrow(text, label), name };
}

export async function shippedLesson(name: string): Promise<Lesson> {
  const names = await lessonNames();
  if (!names.includes(name)) {
    const hint = didYouMean(name, names) ?? `there are ${names.join(', ')}`;
    throw new UserError(`no lesson is called ${name}`, hint);
  }
  const text = await readFile(new URL(`${name}${ENDING}`, FOLDER), 'utf8');
  return lessonOrThrow(text, labelOf(name));
}

function lessonOrThrow(text: string, label: string): Lesson {
  const { lesson, problems } = parseLesson(text, label);
  if (lesson === null) throw new UserError(formatProblems(problems, text));
  return lesson;
}

/** The puzzle of `lesson:NAME` as a scenario. */
export async function lessonText(source: string): Promise<NamedText> {
  const { name, puzzle } = await lessonNamed(source.slice(LESSON_PREFIX.length));
  return { text: puzzle.scenario, label: labelOf(name) };
}

function labelOf(name: string): string {
  if (OWN_FILE.test(name)) return name;
  return `lessons/${name}${ENDING}`;
}

/** What is set, but is not the learner's to change; nothing where the source is no lesson. */
export async function ruleProblems(source: string, set: readonly string[]): Promise<Problem[]> {
  if (!source.startsWith(LESSON_PREFIX)) return [];
  const lesson = await lessonNamed(source.slice(LESSON_PREFIX.length));
  return foreignKeys(lesson, set).map((key) => ({
    code: 'E_SET',
    file: `--set ${key}`,
    line: 0,
    column: 0,
    length: 0,
    message: `the puzzle of ${source} does not let this be changed`,
    hint: `it lets ${lesson.puzzle.change.map((one) => one.key).join(', ')}`,
    severity: 'error',
  }));
}
