/** The conditions of ip_vs_in() as a tree: the branch that was taken leads on, the other one says where it would have led. */
import { exact } from '../../report/numbers.ts';
import type { Condition, ConditionWalk } from '../../report/packets/condition_walk.ts';

/** Packets whose walks are shown; the last ones are those of the request itself. */
const MOST_SHOWN = 8;

export function Conditions({ walks }: { readonly walks: readonly ConditionWalk[] }) {
  if (walks.length === 0) return <p class="note">IPVS had nothing to decide about these packets.</p>;
  return (
    <>
      {walks.slice(-MOST_SHOWN).map((walk) => (
        <section class="walk" key={walk.at_ns}>
          <h4>
            {exact(walk.at_ns)} {walk.packet}
          </h4>
          <Branch walk={walk} depth={0} />
        </section>
      ))}
    </>
  );
}

function Branch({ walk, depth }: { readonly walk: ConditionWalk; readonly depth: number }) {
  const condition = walk.conditions[depth];
  if (condition === undefined)
    return (
      <p class={walk.end.isDrop ? 'end bad' : 'end'}>
        {walk.end.isDrop ? '✗' : '→'} {walk.end.text}
      </p>
    );
  return (
    <>
      <p class="asks">
        <code>
          {condition.kernelFunction}(): {condition.asks}
        </code>
        {condition.seen !== '' && <span class="saw">{condition.seen}</span>}
      </p>
      <ul>
        {[true, false].map((answer) => (
          <li key={String(answer)} class={answer === condition.isYes ? 'taken' : 'not-taken'}>
            <Answer condition={condition} answer={answer} />
            {answer === condition.isYes && <Branch walk={walk} depth={depth + 1} />}
          </li>
        ))}
      </ul>
    </>
  );
}

function Answer({ condition, answer }: { readonly condition: Condition; readonly answer: boolean }) {
  const word = answer ? 'yes' : 'no';
  return answer === condition.isYes ? (
    <b>
      {word} <span class="unseen">, taken</span>
    </b>
  ) : (
    <span>
      {word}: {condition.otherwise}
    </span>
  );
}
