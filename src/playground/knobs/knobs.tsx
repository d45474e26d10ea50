/** A control for each knob of the scenario, turned for the whole run, or from the instant on that is shown. */
import { useState } from 'preact/hooks';
import { seconds } from '../../report/numbers.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { TextBox } from '../text_box.tsx';
import { eventsIn, valueIn, withEvent, withoutEvent, withValue } from './changes.ts';
import { type Knob, killable, knobsOf } from './knobs.ts';

interface KnobsProps {
  readonly scenario: Scenario;
  /** How many events the scenario's text has. */
  readonly events: number;
  readonly set: readonly string[];
  readonly at_ns: number;
  readonly change: (set: readonly string[]) => void;
  /** The future is another one from here on; the one that would have been is kept beside it. */
  readonly fork: (set: readonly string[], at_ns: number) => void;
}

export function Knobs({ scenario, events, set, at_ns, change, fork }: KnobsProps) {
  const [fromHere, setFromHere] = useState(false);
  const happen = (says: string) => {
    // Where an instant lies between two milliseconds, what is shown has happened already.
    const from_ns = Math.ceil(at_ns / 1e6) * 1e6;
    fork(withEvent(set, events, from_ns, says), from_ns);
  };
  return (
    <form class="knobs" onSubmit={(event) => event.preventDefault()}>
      <fieldset class="since">
        <legend class="unseen">Since when a knob is turned</legend>
        <label>
          <input type="radio" name="since" checked={!fromHere} onChange={() => setFromHere(false)} /> for the
          whole run
        </label>
        <label>
          <input type="radio" name="since" checked={fromHere} onChange={() => setFromHere(true)} /> from{' '}
          {seconds(at_ns / 1e9)} on
        </label>
      </fieldset>
      {knobsOf(scenario).map((knob) => (
        <KnobRow
          key={knob.key}
          knob={knob}
          set={set}
          isOff={fromHere && knob.event === undefined}
          turn={(value) =>
            fromHere && knob.event !== undefined
              ? happen(knob.event(value))
              : change(withValue(set, knob.key, value))
          }
        />
      ))}
      <Kill scenario={scenario} kill={happen} />
      <Happening set={set} change={change} />
      <button type="button" disabled={set.length === 0} onClick={() => change([])}>
        As the scenario has it
      </button>
    </form>
  );
}

interface KnobRowProps {
  readonly knob: Knob;
  readonly set: readonly string[];
  readonly isOff: boolean;
  readonly turn: (value: string) => void;
}

function KnobRow({ knob, set, isOff, turn }: KnobRowProps) {
  const { key, name, about, choices } = knob;
  const turned = valueIn(set, key);
  const says = eventsIn(set).findLast((one) => knob.event?.(saidOf(one.says, knob)) === one.says);
  // A value that is refused stays to be seen, and to be put right.
  const value = says === undefined ? (turned ?? knob.value) : saidOf(says.says, knob);
  return (
    <label
      for={key}
      class={turned === undefined && says === undefined ? 'knob' : 'knob turned'}
      title={about}
    >
      <span>{name}</span>
      {choices === undefined ? (
        <TextBox id={key} value={value} isOff={isOff} enter={turn} />
      ) : (
        <select
          id={key}
          name={key}
          value={value}
          disabled={isOff}
          onChange={({ currentTarget }) => turn(currentTarget.value)}
        >
          {choices.map(([choice, title]) => (
            <option key={choice} value={choice}>
              {title}
            </option>
          ))}
        </select>
      )}
    </label>
  );
}

/** The value in what an event says, if it speaks of that knob. */
function saidOf(says: string, knob: Knob): string {
  const [before = '', after = ''] = (knob.event?.('\0') ?? '\0').split('\0');
  return says.slice(before.length, says.length - after.length);
}

function Kill({ scenario, kill }: { readonly scenario: Scenario; readonly kill: (says: string) => void }) {
  const servers = killable(scenario);
  const [chosen, setChosen] = useState('');
  if (servers.length === 0) return null;
  const says = servers.some(([one]) => one === chosen) ? chosen : servers[0]![0];
  return (
    <div class="knob">
      <label for="kill">pod</label>
      <span class="pair">
        <select id="kill" value={says} onChange={({ currentTarget }) => setChosen(currentTarget.value)}>
          {servers.map(([one, address]) => (
            <option key={one} value={one}>
              {address}
            </option>
          ))}
        </select>
        <button type="button" onClick={() => kill(says)} title="SIGTERM at the instant that is shown">
          Kill it here
        </button>
      </span>
    </div>
  );
}

/** What was changed during the run, to be taken back. */
function Happening({
  set,
  change,
}: {
  readonly set: readonly string[];
  readonly change: KnobsProps['change'];
}) {
  const events = eventsIn(set);
  if (events.length === 0) return null;
  return (
    <ul class="happening">
      {events.map((event) => (
        <li key={event.change}>
          <span>
            {seconds(event.at_ns / 1e9)}: <code>{event.says}</code>
          </span>
          <button
            type="button"
            aria-label={`Take back: ${event.says}`}
            onClick={() => change(withoutEvent(set, event))}
          >
            ✕
          </button>
        </li>
      ))}
    </ul>
  );
}
