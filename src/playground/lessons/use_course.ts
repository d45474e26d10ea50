/** Where the learner is, and how the picture follows. */
import { useEffect, useState } from 'preact/hooks';
import { LESSON_PREFIX } from '../../lessons/puzzle.ts';
import type { Player } from '../picture/player.ts';
import type { Running } from '../run/use_run.ts';
import { started } from '../shipped.ts';
import {
  type Course,
  courseFromHash,
  courseOn,
  type Go,
  hashOf,
  type Picture,
  pageOf,
  pictureOf,
} from './course.ts';

export interface Learning {
  readonly course: Course;
  /** Null where no lesson has a say in it. */
  readonly picture: Picture | null;
  readonly go: Go;
}

/** The address follows the learner, and leads to a lesson. */
export function useCourse(): Learning {
  const [course, setCourse] = useState(beginning);
  useEffect(() => {
    const follow = () => {
      const named = courseFromHash(location.hash);
      // A place in a run says nothing of lessons.
      if (named !== null || location.hash === '') setCourse(named);
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  useEffect(() => {
    const hash = hashOf(course);
    // Without a lesson the address may name a place in a run, which stays.
    if (hash === location.hash || (hash === '' && courseFromHash(location.hash) === null)) return;
    history.replaceState(null, '', hash || location.pathname + location.search);
  }, [course]);
  return { course, picture: pictureOf(course), go: setCourse };
}

/** `ipvsim playground lesson:NAME` opens that lesson, as long as the address says nothing else. */
function beginning(): Course {
  const opened = started()?.name ?? '';
  if (location.hash !== '' || !opened.startsWith(LESSON_PREFIX)) return courseFromHash(location.hash);
  return courseOn(opened.slice(LESSON_PREFIX.length));
}

/** For each page of a lesson; long enough to see what happens, and short enough to wait for. */
const TRAVEL_S = 2.5;

/** The picture moves to where the page of a lesson has it. */
export function useJourney(
  course: Course,
  picture: Picture | null,
  { view, isCurrent }: Running,
  player: Player,
): void {
  const place = course?.kind === 'lesson' ? `${hashOf(course)} ${course.page}` : '';
  useEffect(() => {
    if (course?.kind !== 'lesson' || picture === null || view === null || !isCurrent) return;
    // Each try at a puzzle is seen from its beginning.
    if (pageOf(course).part === 'puzzle') player.travel(0, 0);
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    bringIntoView(picture, isCalm);
    player.travel(picture.at_ns ?? view.scenario.duration_ns, isCalm ? 0 : TRAVEL_S);
  }, [place, view, isCurrent]);
}

/** What a page points at first comes into view, as long as the words stay beside it. */
function bringIntoView({ look: [first] }: Picture, isCalm: boolean): void {
  const chart = document.querySelector(`[data-chart="${first}"]`);
  if (!matchMedia('(min-width: 901px)').matches) return;
  const place = chart ?? document.querySelector('.ports');
  place?.scrollIntoView({ block: 'nearest', behavior: isCalm ? 'auto' : 'smooth' });
}
