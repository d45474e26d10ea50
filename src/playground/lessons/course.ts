/** The lessons in the page: which there are, and where in one of them the learner is. */
import SHIPPED_LESSONS from 'virtual:lessons';
import type { Lesson, Look, Step } from '../../lessons/lesson.ts';
import { foreignKeys, LESSON_PREFIX } from '../../lessons/puzzle.ts';
import { type Source, started } from '../shipped.ts';

/** The shipped ones, and the one that the page was started with, where that is another. */
export const LESSONS: readonly Lesson[] = withStarted(started()?.lesson);

function withStarted(own: Lesson | undefined): readonly Lesson[] {
  const isOther = own !== undefined && !SHIPPED_LESSONS.some(({ name }) => name === own.name);
  return isOther ? [...SHIPPED_LESSONS, own] : SHIPPED_LESSONS;
}

/** A page of a lesson. */
export type Page =
  | { readonly part: 'read' | 'predict' | 'explain' | 'puzzle' }
  | { readonly part: 'run'; readonly step: Step; readonly index: number };

/** Null where no lesson is open. */
export type Course =
  | { readonly kind: 'list' }
  | {
      readonly kind: 'lesson';
      readonly lesson: Lesson;
      readonly page: number;
      /** Place of the answer that was chosen. */
      readonly answer: number | null;
      /** What the learner has changed in the puzzle, as behind --set. */
      readonly set: readonly string[];
    }
  | null;

/** To another place in the course, or from where the learner is by the time that it happens. */
export type Go = (to: Course | ((now: Course) => Course)) => void;

export type Opened = Extract<Course, { kind: 'lesson' }>;

export function pagesOf({ steps }: Lesson): readonly Page[] {
  return [
    { part: 'read' },
    { part: 'predict' },
    ...steps.map((step, index): Page => ({ part: 'run', step, index })),
    { part: 'explain' },
    { part: 'puzzle' },
  ];
}

export function pageOf({ lesson, page }: Opened): Page {
  return pagesOf(lesson)[page]!;
}

/** A page further or back, as far as that goes: nobody gets past a question without an answer. */
export function turned(course: Course, by: 1 | -1): Course {
  if (course?.kind !== 'lesson') return course;
  const page = course.page + by;
  const isOpen = pageOf(course).part === 'predict' && course.answer === null && by === 1;
  return isOpen || page < 0 || page >= pagesOf(course.lesson).length ? course : { ...course, page };
}

/** What the picture shows on a page of a lesson. */
export interface Picture {
  readonly source: Source;
  readonly set: readonly string[];
  readonly look: readonly Look[];
  /** Where it moves to; null for the end of the run. */
  readonly at_ns: number | null;
  /** Whether the run is not to be seen yet. */
  readonly isVeiled: boolean;
}

export function pictureOf(course: Course): Picture | null {
  if (course?.kind !== 'lesson') return null;
  const { lesson, set } = course;
  const page = pageOf(course);
  const named = { name: `${LESSON_PREFIX}${lesson.name}`, file: `lessons/${lesson.name}.yaml` };
  const { predict, puzzle } = lesson;
  const run = { source: { ...named, text: predict.scenario }, set: predict.set, look: [], at_ns: null };
  switch (page.part) {
    case 'read':
    case 'predict':
      return { ...run, at_ns: 0, isVeiled: true };
    case 'run':
      return { ...run, set: page.step.set, look: page.step.look, at_ns: page.step.at_ns, isVeiled: false };
    case 'explain':
      return { ...run, isVeiled: false };
    case 'puzzle':
      return { ...run, source: { ...named, text: puzzle.scenario }, set, isVeiled: false };
  }
}

/** `#lessons` is the list, `#lesson=NAME` a lesson; with `set=KEY=VALUE` its puzzle, with these changes. */
export function courseFromHash(hash: string): Course {
  if (hash === '#lessons') return { kind: 'list' };
  const words = new URLSearchParams(hash.replace(/^#/u, ''));
  const name = words.get('lesson');
  if (name === null) return null;
  return courseOn(name, words.getAll('set')) ?? { kind: 'list' };
}

/** The lesson of that name from its beginning, or with changes at its puzzle; null where there is none. */
export function courseOn(name: string, set: readonly string[] = []): Course {
  const lesson = LESSONS.find((one) => one.name === name);
  if (lesson === undefined) return null;
  // A link may say anything; the puzzle lets only so much be changed.
  const allowed = set.filter((one) => foreignKeys(lesson, [one]).length === 0);
  const page = set.length === 0 ? 0 : pagesOf(lesson).length - 1;
  return { kind: 'lesson', lesson, page, answer: null, set: allowed };
}

export function hashOf(course: Course): string {
  if (course === null) return '';
  if (course.kind === 'list') return '#lessons';
  const words = new URLSearchParams({ lesson: course.lesson.name });
  for (const one of course.set) words.append('set', one);
  return `#${words}`;
}
