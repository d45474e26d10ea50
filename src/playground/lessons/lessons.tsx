/** What the page has of lessons: the way in and out, the panel beside the picture, and what stands in the picture's place. */
import type { Running } from '../run/use_run.ts';
import { type Course, type Go, LESSONS } from './course.ts';
import { LessonPanel } from './lesson_panel.tsx';
import { scenarioText } from './puzzle.tsx';
import './lessons.css';

interface LessonsProps {
  readonly course: Course;
  readonly go: Go;
  readonly running: Running;
}

export function Lessons({ course, go, running }: LessonsProps) {
  if (course === null) return null;
  return (
    <aside class="side" aria-label="Lessons">
      {course.kind === 'list' ? <List /> : <LessonPanel course={course} go={go} running={running} />}
    </aside>
  );
}

export function LessonsLink({ course, go }: Omit<LessonsProps, 'running'>) {
  return (
    <nav>
      {course === null ? (
        <a href="#lessons">Lessons</a>
      ) : (
        <button type="button" onClick={() => go(null)}>
          Leave the lessons
        </button>
      )}
    </nav>
  );
}

function List() {
  return (
    <section class="lesson" aria-labelledby="lesson-title">
      <h2 id="lesson-title">Lessons</h2>
      <p>
        From an entry in the table to the cliff, to what removes it, and to what that costs. Each goes:
        predict, run, explain, puzzle.
      </p>
      <ol class="lesson-list">
        {LESSONS.map(({ name, title, minutes }) => (
          <li key={name}>
            <a href={`#lesson=${name}`}>{title}</a> <span class="minutes">{minutes} min</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** In place of the picture, until the learner has said what it will show: the scenario that will be run. */
export function Veil({ text }: { readonly text: string }) {
  return (
    <section class="veil" aria-label="The scenario">
      <h1>The scenario</h1>
      <p class="lead">This is what will be run. The picture comes after your prediction.</p>
      <pre>{scenarioText(text)}</pre>
    </section>
  );
}
