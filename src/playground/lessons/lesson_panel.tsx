/** A lesson beside the picture: its parts one after the other. */
import { useEffect, useRef } from 'preact/hooks';
import { seconds } from '../../report/numbers.ts';
import type { Running } from '../run/use_run.ts';
import { type Go, LESSONS, type Opened, pageOf, pagesOf, turned } from './course.ts';
import { Answers, Outcome } from './prediction.tsx';
import { Prose } from './prose.tsx';
import { Puzzle } from './puzzle.tsx';

export interface LessonProps {
  readonly course: Opened;
  readonly go: Go;
  readonly running: Running;
}

const PARTS = [
  ['read', 'Read'],
  ['predict', 'Predict'],
  ['run', 'Run'],
  ['explain', 'Explain'],
  ['puzzle', 'Puzzle'],
] as const;

export function LessonPanel(props: LessonProps) {
  const { course, go } = props;
  const { lesson, page } = course;
  const { part } = pageOf(course);
  const last = pagesOf(lesson).length - 1;
  const title = useRef<HTMLHeadingElement>(null);
  const place = `${lesson.name} ${page}`;
  // Who turns a page with the keyboard goes on reading at its top.
  useEffect(() => title.current?.focus(), [place]);
  const next = LESSONS[LESSONS.indexOf(lesson) + 1];
  return (
    <section class="lesson" aria-labelledby="lesson-title">
      <p class="lesson-place">
        <a href="#lessons">Lessons</a> · {LESSONS.indexOf(lesson) + 1} of {LESSONS.length} · about{' '}
        {lesson.minutes} minutes
      </p>
      <h2 id="lesson-title" ref={title} tabIndex={-1}>
        {lesson.title}
      </h2>
      <ol class="lesson-way" aria-label="Parts of the lesson">
        {PARTS.map(([name, words]) => (
          <li key={name} aria-current={name === part ? 'step' : undefined}>
            {words}
          </li>
        ))}
      </ol>
      <LessonPage {...props} />
      <p class="lesson-turn">
        <button type="button" disabled={page === 0} onClick={() => go((now) => turned(now, -1))}>
          Back
        </button>
        {page < last && (
          <button
            type="button"
            class="primary"
            disabled={part === 'predict' && course.answer === null}
            onClick={() => go((now) => turned(now, 1))}
          >
            {part === 'predict' ? 'Run it' : 'Next'}
          </button>
        )}
        {page === last && next !== undefined && (
          <a href={`#lesson=${next.name}`}>Next lesson: {next.title}</a>
        )}
      </p>
      <p class="keys">Keys: [ and ] turn the page, space plays and pauses, ← and → go a second.</p>
    </section>
  );
}

function LessonPage(props: LessonProps) {
  const { course, go, running } = props;
  const { lesson, answer } = course;
  const page = pageOf(course);
  switch (page.part) {
    case 'read':
      return <Prose paragraphs={lesson.text} />;
    case 'predict':
      return <Answers lesson={lesson} answer={answer} choose={(one) => go({ ...course, answer: one })} />;
    case 'run':
      return (
        <>
          <p class="lesson-step">
            Step {page.index + 1} of {lesson.steps.length} · at {seconds(page.step.at_ns / 1e9)}
            {page.step.set.map((one) => (
              <code key={one}>{one}</code>
            ))}
          </p>
          <Prose paragraphs={page.step.text} />
        </>
      );
    case 'explain':
      return (
        <>
          <Outcome lesson={lesson} answer={answer} running={running} />
          <Prose paragraphs={lesson.explain} />
          <Constants constants={lesson.constants} />
        </>
      );
    case 'puzzle':
      return <Puzzle course={course} go={go} running={running} />;
  }
}

function Constants({ constants }: { readonly constants: Readonly<Record<string, string>> }) {
  return (
    <details>
      <summary>Where the other numbers come from</summary>
      <dl class="constants">
        {Object.entries(constants).map(([number, source]) => (
          <div key={number}>
            <dt>{number}</dt>
            <dd>{source}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
