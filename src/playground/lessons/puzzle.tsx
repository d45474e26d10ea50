/** The puzzle of a lesson: what may be changed, what has to come true, and the line that is handed in. */
import { useState } from 'preact/hooks';
import type { Change, Lesson, Paragraph } from '../../lessons/lesson.ts';
import { handInLine } from '../../lessons/puzzle.ts';
import type { Result } from '../../measure/result.ts';
import { overall, tally, VERDICT_SIGN } from '../../report/verdicts.ts';
import type { Running } from '../run/use_run.ts';
import { TextBox } from '../text_box.tsx';
import type { Go, Opened } from './course.ts';
import { Prose } from './prose.tsx';

interface PuzzleProps {
  readonly course: Opened;
  readonly go: Go;
  readonly running: Running;
}

export function Puzzle({ course, go, running }: PuzzleProps) {
  const { lesson, set } = course;
  const { puzzle } = lesson;
  const result = running.isCurrent && running.trouble === null ? (running.view?.result ?? null) : null;
  const trap = puzzle.traps.find((one) => sameChanges(one.set, set));
  const change = (key: string, value: string) =>
    go({ ...course, set: changed(puzzle.change, set, key, value) });
  return (
    <>
      <Prose paragraphs={puzzle.text} />
      <form class="puzzle-knobs" onSubmit={(event) => event.preventDefault()}>
        {puzzle.change.map((one) => (
          <Control
            key={one.key}
            change={one}
            value={valueIn(set, one)}
            enter={(value) => change(one.key, value)}
          />
        ))}
        <button type="button" disabled={set.length === 0} onClick={() => go({ ...course, set: [] })}>
          As it was
        </button>
      </form>
      {running.trouble !== null && (
        <pre class="trouble" role="alert">
          {running.trouble}
        </pre>
      )}
      <h3>What has to come true</h3>
      <Verdicts expect={puzzle.expect} result={result} />
      <div role="status">
        {result !== null && <Judgement result={result} trap={set.length === 0 ? [] : (trap?.text ?? [])} />}
      </div>
      {result !== null && overall(result.expectations) === 'pass' && (
        <HandIn line={handInLine(lesson.name, set)} result={result} />
      )}
      <details>
        <summary>The scenario</summary>
        <pre class="command">{scenarioText(puzzle.scenario)}</pre>
      </details>
    </>
  );
}

interface ControlProps {
  readonly change: Change;
  readonly value: string;
  readonly enter: (value: string) => void;
}

function Control({ change: { key, value: before, choices }, value, enter }: ControlProps) {
  const id = `puzzle-${key}`;
  return (
    <label class={value === before ? 'puzzle-knob' : 'puzzle-knob turned'} for={id}>
      <span>{key}</span>
      {choices === null ? (
        <TextBox id={id} value={value} enter={enter} />
      ) : (
        <select id={id} name={id} value={value} onChange={({ currentTarget }) => enter(currentTarget.value)}>
          {choices.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      )}
    </label>
  );
}

function valueIn(set: readonly string[], { key, value }: Change): string {
  return set.find((one) => one.startsWith(`${key}=`))?.slice(key.length + 1) ?? value;
}

/** The changes with this one, in the order of the puzzle's keys; what is as it was is no change. */
function changed(keys: readonly Change[], set: readonly string[], key: string, value: string): string[] {
  return keys.flatMap((one) => {
    const now = one.key === key ? value : valueIn(set, one);
    return now === one.value || now === '' ? [] : [`${one.key}=${now}`];
  });
}

function sameChanges(one: readonly string[], other: readonly string[]): boolean {
  return one.toSorted().join('\n') === other.toSorted().join('\n');
}

interface VerdictsProps {
  readonly expect: Lesson['puzzle']['expect'];
  readonly result: Result | null;
}

function Verdicts({ expect, result }: VerdictsProps) {
  return (
    <ul class="verdicts">
      {expect.map(({ expression, words }, index) => {
        const { verdict, message } = result?.expectations[index] ?? { verdict: null, message: 'computing …' };
        return (
          <li key={expression} class={verdict ?? 'open'}>
            <span class="sign">{verdict === null ? '…' : VERDICT_SIGN[verdict]}</span>
            <span>
              {words !== null && <span>{words} </span>}
              <small>
                <code>{expression}</code> {message}
              </small>
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function Judgement({ result, trap }: { readonly result: Result; readonly trap: readonly Paragraph[] }) {
  const { expectations } = result;
  if (overall(expectations) === 'pass') return <p class="solved">Solved: {tally(expectations)}.</p>;
  if (trap.length > 0) return <Prose paragraphs={trap} />;
  return <p class="unsolved">Not yet: {tally(expectations)}.</p>;
}

function HandIn({ line, result }: { readonly line: string; readonly result: Result }) {
  const [copied, setCopied] = useState('');
  const copy = () =>
    navigator.clipboard?.writeText(line).then(
      () => setCopied('Copied.'),
      () => setCopied('Select the line and copy it.'),
    );
  return (
    <div class="hand-in">
      <h3>To hand in</h3>
      <pre class="command">{line}</pre>
      <p>
        Whoever runs this line gets the same verdict: seed {result.scenario.seed}, scenario{' '}
        {result.scenarioHash}, ipvsim {result.ipvsim}.
      </p>
      <p class="acts">
        <button type="button" onClick={copy}>
          Copy the line
        </button>{' '}
        <span role="status">{copied}</span>
      </p>
    </div>
  );
}

/** Without the empty lines that keep its places. */
export function scenarioText(text: string): string {
  return text
    .slice(0, text.indexOf('\nexpect:'))
    .split('\n')
    .filter((line) => line.trim() !== '')
    .join('\n');
}
