/**
 * A cause that may be behind what is seen, and how observations speak for and against it. How much one counts is
 * said in words here, once; nothing is tuned to examples.
 */
import type { Place } from '../evidence/fact.ts';
import type { Staging } from '../import/staging.ts';
import type { Result } from '../measure/result.ts';
import { count } from '../report/numbers.ts';
import type { Seen } from './seen.ts';

/**
 * `hint`: seen with other causes, too. `sign`: seldom without it. `proof`: not without it; against it, that it
 * cannot be.
 */
export type Weight = 'hint' | 'sign' | 'proof';
const POINTS: Readonly<Record<Weight, number>> = { hint: 1, sign: 2, proof: 4 };

export interface Observation {
  readonly side: 'for' | 'against';
  readonly weight: Weight;
  readonly text: string;
  readonly at: Place;
}

export interface Missing {
  /** Changes nothing on the node. */
  readonly command: string;
  readonly tells: string;
}

export interface Hypothesis {
  /** As causes/ and `ipvsim explain` know it. */
  readonly name: string;
  readonly title: string;
  weigh(seen: Seen, scales: Scales): void;
  /** What brings it about in a scenario made of the evidence; left out where the evidence holds all of it. */
  stage?(seen: Seen): Staging;
  /** Whether a run has it; by the causes that a run names when left out. */
  shows?(result: Result): boolean;
  /** What was observed of it beside what the run has. */
  beside?(seen: Seen, result: Result): readonly Beside[];
}

export interface Beside {
  readonly what: string;
  readonly observed: string;
  readonly simulated: string;
  readonly at: Place;
}

/** A row with two numbers, or none where nothing was counted: a message that stands there once says that it happened. */
export function besideCount(
  what: string,
  observed: { readonly value: number; readonly at: Place } | null,
  simulated: number,
): readonly Beside[] {
  return observed === null || observed.value <= 1
    ? []
    : [{ what, observed: count(observed.value), simulated: count(simulated), at: observed.at }];
}

/** The largest value of a column of the run's series; 0 for one that it has not. */
export function mostOf({ series }: Result, column: string): number {
  return Math.max(0, ...(series[column] ?? []).map((value) => value ?? 0));
}

/** Takes what a hypothesis finds. */
export class Scales {
  readonly observations: Observation[] = [];
  readonly missing: Missing[] = [];

  speaksFor(weight: Weight, at: Place, text: string): void {
    this.observations.push({ side: 'for', weight, text, at });
  }

  speaksAgainst(weight: Weight, at: Place, text: string): void {
    this.observations.push({ side: 'against', weight, text, at });
  }

  lacks(command: string, tells: string): void {
    this.missing.push({ command, tells });
  }
}

export type Certainty = 'very likely' | 'likely' | 'possible' | 'no sign of it' | 'excluded';

export interface Judgement {
  readonly name: string;
  readonly title: string;
  readonly certainty: Certainty;
  readonly points: number;
  readonly observations: readonly Observation[];
  readonly missing: readonly Missing[];
}

export function judge(hypothesis: Hypothesis, seen: Seen): Judgement {
  const scales = new Scales();
  hypothesis.weigh(seen, scales);
  const { observations, missing } = scales;
  const points = observations.reduce(
    (sum, { side, weight }) => sum + (side === 'for' ? POINTS[weight] : -POINTS[weight]),
    0,
  );
  return {
    name: hypothesis.name,
    title: hypothesis.title,
    certainty: certaintyOf(points, observations),
    points,
    observations,
    missing,
  };
}

function certaintyOf(points: number, observations: readonly Observation[]): Certainty {
  const ruledOut = observations.some(({ side, weight }) => side === 'against' && weight === 'proof');
  const proven = observations.some(({ side, weight }) => side === 'for' && weight === 'proof');
  if (ruledOut && !proven) return 'excluded';
  if (!observations.some(({ side }) => side === 'for')) return 'no sign of it';
  // Hints are seen with other causes, too: however many there are, they do not single one out.
  const isHinted = observations.every(({ side, weight }) => side === 'against' || weight === 'hint');
  if (isHinted) return points >= 1 ? 'possible' : 'no sign of it';
  if (points >= 4) return 'very likely';
  if (points >= 3) return 'likely';
  return points >= 1 ? 'possible' : 'no sign of it';
}
