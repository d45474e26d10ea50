/**
 * Replays a recording through the model and compares after every step. The model is driven by lab.ts and
 * compared by compare.ts.
 */
import { compareStep, type Divergence, type Outcome } from './compare.ts';
import { otherSideOfJiffy } from './jiffy_edge.ts';
import { Lab } from './lab.ts';
import type { Recording, Step } from './recording.ts';

export interface Replay {
  readonly steps: number;
  readonly divergences: readonly Divergence[];
  /** Packets, by number of their step, that met the director on the other side of a jiffy's edge (see replay). */
  readonly movedTo_ns: ReadonlyMap<number, number>;
  /** Tables that were read on the other side of a jiffy's edge. */
  readonly readOnOtherSide: number;
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
 * A jiffy can decide over seconds of a timer, and on which side of a jiffy's edge a packet met the director is not
 * known when that was within microseconds of it. In the recordings of 3.10 the processor takes time, so there it is
 * known only to a millisecond, which is a jiffy. Where the likely instant disagrees with what was seen, the other
 * side is tried for the packet that set the timer in question, and kept if the recording then agrees further.
 */
export function replay(recording: Recording): Replay {
  let best = replayOnce(recording, new Map());
  for (let attempt = 0; attempt < MAX_MOVES && best.divergences.length > 0; attempt++) {
    const better = moveOne(recording, best);
    if (better === null) break;
    best = better;
  }
  return best;
}

/** Step after step. `movedTo_ns`: what replay() found for this recording. */
function* play({ header, steps }: Recording, movedTo_ns: Replay['movedTo_ns']): Generator<PlayedStep> {
  const lab = new Lab({ header });
  let state: Outcome['state'] = { ...lab.observe(), ipvs: [], ct: [] };
  for (const [index, step] of steps.entries()) {
    const number = index + 1;
    const next_ns = Math.round((steps[index + 1]?.at ?? Number.POSITIVE_INFINITY) * 1e6);
    const modelled = lab.run(step, number + 1, movedTo_ns.get(number), movedTo_ns.get(number + 1) ?? next_ns);
    // The recorder leaves out what has not changed.
    state = { ipvs: step.ipvs ?? state.ipvs, rs: step.rs ?? state.rs, ct: step.ct ?? state.ct };
    yield { number, step, recorded: { frames: step.out, state }, modelled };
  }
}

/** The step with this number as replay() had it, or null if the recording is shorter. */
export function playedStep(recording: Recording, { movedTo_ns }: Replay, number: number): PlayedStep | null {
  for (const played of play(recording, movedTo_ns)) {
    if (played.number === number) return played;
  }
  return null;
}

function replayOnce(recording: Recording, movedTo_ns: Replay['movedTo_ns']): Replay {
  const divergences: Divergence[] = [];
  let readOnOtherSide = 0;
  for (const { number, step, recorded, modelled } of play(recording, movedTo_ns)) {
    const compared = compareStep(recording.header, number, step, recorded, modelled);
    divergences.push(...compared.divergences);
    readOnOtherSide += compared.readOnOtherSide;
  }
  return { steps: recording.steps.length, divergences, movedTo_ns, readOnOtherSide };
}

const MAX_MOVES = 20;
/** How far back the packet may be that set the timer: so many packets of the same clients. */
const CANDIDATES = 6;

const ENDPOINT = /\b\d+\.\d+\.\d+\.\d+:\d+\b|\[[\da-f:]+\]:\d+\b/g;

/** Tries other instants for the packets that the first divergence may hang on; null if none helps. */
function moveOne(recording: Recording, current: Replay): Replay | null {
  const first = current.divergences[0]!;
  const clients = [...first.recorded, ...first.modelled].flatMap((row) => row.match(ENDPOINT) ?? []);
  let tried = 0;
  for (let number = first.step; number > 0 && tried < CANDIDATES; number--) {
    const step = recording.steps[number - 1]!;
    const touches = clients.includes(step.op === 'server' ? step.dst! : (step.src ?? ''));
    if (!touches || current.movedTo_ns.has(number)) continue;
    const instants = otherInstants(recording, step);
    if (instants.length > 0) tried++;
    for (const at_ns of instants) {
      const other = replayOnce(recording, new Map([...current.movedTo_ns, [number, at_ns]]));
      if (other.divergences.length === 0 || other.divergences[0]!.step > first.step) return other;
    }
  }
  return null;
}

/** Delays, in milliseconds, from the recorder's clock to a director of 3.10 that are tried instead of the usual. */
const OTHER_TRANSITS_MS = [0, 1];

function otherInstants({ header: { hz } }: Recording, { at }: Step): readonly number[] {
  if (hz === 1000) return OTHER_TRANSITS_MS.map((transit_ms) => Math.round((at + transit_ms) * 1e6));
  const other_ns = otherSideOfJiffy(Math.round(at * 1e6), hz);
  return other_ns === null ? [] : [other_ns];
}
