/**
 * Replays a recording through the model and compares after every step. The model is driven by lab.ts and
 * compared by compare.ts.
 */
import { compareStep, type Divergence, type Outcome } from './compare.ts';
import { Lab } from './lab.ts';
import type { Recording, Step } from './recording.ts';

export interface Replay {
  readonly steps: number;
  readonly divergences: readonly Divergence[];
  /** Packets, by number of their step, whose instant was moved by a jiffy to fit (see replay). */
  readonly realigned_ms: ReadonlyMap<number, number>;
}

/** One step as it was recorded and as the model has it. */
export interface PlayedStep {
  /** From 1. */
  readonly number: number;
  readonly step: Step;
  readonly recorded: Outcome;
  readonly modelled: Outcome;
}

/**
 * Replays the whole recording. Throws RecordingError where a step cannot be done at all.
 *
 * In the recordings of 3.10 the processor takes time, so when a packet met the director is known only to a
 * millisecond, which there is a jiffy; and a jiffy can decide over seconds of timer slack. Where the likely
 * instant disagrees with what was seen, the jiffy before or after is tried for the packet that set the timer
 * in question, and kept if the recording then agrees further.
 */
export function replay(recording: Recording): Replay {
  let best = replayOnce(recording, new Map());
  if (recording.header.hz !== 1000) return best;
  for (let attempt = 0; attempt < MAX_REALIGNMENTS && best.divergences.length > 0; attempt++) {
    const better = realign(recording, best);
    if (better === null) break;
    best = better;
  }
  return best;
}

/** Step after step. `realigned_ms`: what replay() found for this recording. */
function* play(recording: Recording, realigned_ms: ReadonlyMap<number, number>): Generator<PlayedStep> {
  const lab = new Lab(recording);
  let state: Outcome['state'] = { ...lab.observe(), ipvs: [], ct: [] };
  for (const [index, step] of recording.steps.entries()) {
    const number = index + 1;
    const frames = lab.run(step, number + 1, realigned_ms.get(number));
    // The recorder leaves out what has not changed.
    state = { ipvs: step.ipvs ?? state.ipvs, rs: step.rs ?? state.rs, ct: step.ct ?? state.ct };
    const recorded = { frames: step.out, state };
    yield { number, step, recorded, modelled: { frames, state: lab.observe() } };
  }
}

/** The step with this number as replay() had it, or null if the recording is shorter. */
export function playedStep(
  recording: Recording,
  { realigned_ms }: Replay,
  number: number,
): PlayedStep | null {
  for (const played of play(recording, realigned_ms)) {
    if (played.number === number) return played;
  }
  return null;
}

function replayOnce(recording: Recording, realigned_ms: ReadonlyMap<number, number>): Replay {
  const divergences: Divergence[] = [];
  for (const { number, step, recorded, modelled } of play(recording, realigned_ms)) {
    divergences.push(...compareStep(recording.header, number, step, recorded, modelled));
  }
  return { steps: recording.steps.length, divergences, realigned_ms };
}

const MAX_REALIGNMENTS = 20;
/** How far back the packet may be that set the timer: so many packets of the same clients. */
const CANDIDATES = 6;
/** Delays, in milliseconds, from the recorder's clock to the director that are tried instead of the usual. */
const OTHER_TRANSITS_MS = [0, 1];

const ENDPOINT = /\b\d+\.\d+\.\d+\.\d+:\d+\b/g;

/** Tries other instants for the packets that the first divergence may hang on; null if none helps. */
function realign(recording: Recording, current: Replay): Replay | null {
  const first = current.divergences[0]!;
  const clients = [...first.recorded, ...first.modelled].flatMap((row) => row.match(ENDPOINT) ?? []);
  let tried = 0;
  for (let number = first.step; number > 0 && tried < CANDIDATES; number--) {
    const step = recording.steps[number - 1]!;
    const touches = clients.includes(step.op === 'server' ? step.dst! : (step.src ?? ''));
    if (!touches || current.realigned_ms.has(number)) continue;
    tried++;
    for (const transit_ms of OTHER_TRANSITS_MS) {
      const other = replayOnce(recording, new Map([...current.realigned_ms, [number, transit_ms]]));
      if (other.divergences.length === 0 || other.divergences[0]!.step > first.step) return other;
    }
  }
  return null;
}
