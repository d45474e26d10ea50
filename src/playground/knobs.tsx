import type { Scenario } from '../scenario/scenario.ts';
import { KNOBS, type Knob } from './knobs.ts';
import { TextBox } from './text_box.tsx';

interface KnobsProps {
  readonly scenario: Scenario;
  /** As behind --set. */
  readonly set: readonly string[];
  readonly change: (set: readonly string[]) => void;
}

/** A control for each knob that the scenario has; what is changed is marked, and can be put back. */
export function Knobs({ scenario, set, change }: KnobsProps) {
  const turned = new Map(set.map((one) => [one.slice(0, one.indexOf('=')), one]));
  const turn = (key: string, value: string) =>
    change([...new Map([...turned, [key, `${key}=${value}`]]).values()]);
  return (
    <form class="knobs" onSubmit={(event) => event.preventDefault()}>
      {KNOBS.map((knob) => {
        const own = knob.value(scenario);
        if (own === null) return null;
        // A value that is refused stays to be seen, and to be put right.
        const value = turned.get(knob.key)?.slice(knob.key.length + 1) ?? own;
        return (
          <label
            key={knob.key}
            for={knob.key}
            class={turned.has(knob.key) ? 'knob turned' : 'knob'}
            title={knob.about}
          >
            <span>{knob.name}</span>
            <Control knob={knob} value={value} turn={(to) => turn(knob.key, to)} />
          </label>
        );
      })}
      <button type="button" disabled={set.length === 0} onClick={() => change([])}>
        As the scenario has it
      </button>
    </form>
  );
}

function Control({ knob, value, turn }: { knob: Knob; value: string; turn: (value: string) => void }) {
  const changed = ({ currentTarget }: { currentTarget: { value: string } }) =>
    turn(currentTarget.value.trim());
  if (knob.choices === undefined) return <TextBox id={knob.key} value={value} enter={turn} />;
  return (
    <select id={knob.key} name={knob.key} value={value} onChange={changed}>
      {knob.choices.map(([choice, name]) => (
        <option key={choice} value={choice}>
          {name}
        </option>
      ))}
    </select>
  );
}
