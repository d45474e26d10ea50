import type { Lesson } from '../../lessons/lesson.ts';
import { VERDICT_SIGN } from '../../report/verdicts.ts';
import type { Running } from '../run/use_run.ts';
import { Line, Prose } from './prose.tsx';

interface AnswersProps {
  readonly lesson: Lesson;
  readonly answer: number | null;
  readonly choose: (answer: number) => void;
}

/** The question before the run. */
export function Answers({ lesson: { predict }, answer, choose }: AnswersProps) {
  return (
    <fieldset class="answers">
      <legend>
        <Prose paragraphs={predict.question} />
      </legend>
      {predict.answers.map(({ text, expect }, index) => (
        <label key={expect} for={`answer-${index}`}>
          <input
            type="radio"
            id={`answer-${index}`}
            name="answer"
            checked={index === answer}
            onChange={() => choose(index)}
          />
          <span>
            <Line spans={text} />
          </span>
        </label>
      ))}
    </fieldset>
  );
}

interface OutcomeProps {
  readonly lesson: Lesson;
  readonly answer: number | null;
  readonly running: Running;
}

/** The answers after the run, which says what is right. */
export function Outcome({ lesson: { predict }, answer, running }: OutcomeProps) {
  const verdicts = running.isCurrent ? (running.view?.result?.expectations ?? []) : [];
  return (
    <div class="outcome">
      <h3>Your prediction and the run</h3>
      <ul>
        {predict.answers.map(({ text, expect }, index) => {
          const verdict = verdicts[index];
          return (
            <li key={expect} class={verdict?.verdict ?? 'open'}>
              <span class="sign">{verdict === undefined ? '…' : VERDICT_SIGN[verdict.verdict]}</span>
              <span>
                <Line spans={text} /> {index === answer && <em>Your answer.</em>}
                {verdict !== undefined && (
                  <small>
                    <code>{expect}</code>: {verdict.message}
                  </small>
                )}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
