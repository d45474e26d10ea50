/** Time in the run: play and pause, a slider with its marks, steps forward and back, and the speed. */
import { useState } from 'preact/hooks';
import { seconds } from '../../report/numbers.ts';
import type { RunView } from '../run/run_view.ts';
import { positionOf, speedAt } from './player.ts';
import { marksOf, STEP_KINDS, type StepKind } from './steps.ts';
import type { Playing } from './use_player.ts';

interface ClockProps {
  readonly view: RunView | null;
  readonly playing: Playing;
  readonly at_s: number;
  readonly step: (kind: StepKind, direction: 1 | -1) => void;
}

export function Clock({ view, playing, at_s, step }: ClockProps) {
  const [kind, setKind] = useState<StepKind>('drop');
  const marks = view === null ? [] : marksOf(view);
  return (
    <>
      <div class="clock">
        <button type="button" class="main" onClick={playing.toggle} aria-keyshortcuts="Space">
          {playing.playing ? 'Pause' : 'Play'}
        </button>
        <input
          type="range"
          class="time"
          aria-label="Time in the run"
          aria-valuetext={`${at_s} seconds`}
          min={0}
          max={(view?.scenario.duration_ns ?? 0) / 1e9}
          step={0.01}
          value={at_s}
          list="marks"
          onInput={({ currentTarget }) => playing.seek(Number(currentTarget.value) * 1e9)}
        />
        <datalist id="marks">
          {marks.map(({ at_ns, name }) => (
            <option key={`${name} ${at_ns}`} value={at_ns / 1e9} />
          ))}
        </datalist>
        <output class="at">{at_s.toFixed(2)} s</output>
      </div>
      <div class="clock">
        <button type="button" onClick={() => step(kind, -1)} aria-label="Step back">
          ◂
        </button>
        <label>
          <span class="unseen">What a step goes to</span>
          <select
            name="step"
            value={kind}
            onChange={({ currentTarget }) => setKind(currentTarget.value as StepKind)}
          >
            {STEP_KINDS.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => step(kind, 1)} aria-label="Step forward">
          ▸
        </button>
        {marks.map(({ at_ns, name }) => (
          <button type="button" class="mark" key={`${name} ${at_ns}`} onClick={() => playing.seek(at_ns)}>
            {name} <span>{seconds(at_ns / 1e9)}</span>
          </button>
        ))}
        <label class="speed">
          speed{' '}
          <input
            type="range"
            min={0}
            max={1}
            step={0.01}
            value={positionOf(playing.speed)}
            aria-valuetext={speedText(playing.speed)}
            onInput={({ currentTarget }) =>
              playing.act((player) => {
                player.speed = speedAt(Number(currentTarget.value));
              })
            }
          />{' '}
          <output>{speedText(playing.speed)}</output>
        </label>
      </div>
    </>
  );
}

function speedText(speed: number): string {
  return `${speed < 10 ? speed.toFixed(1) : Math.round(speed)}×`;
}
