/** Differential diagnosis: every cause is weighed, and what is left leads. */
import type { Fact } from '../evidence/fact.ts';
import { HYPOTHESES } from './hypotheses.ts';
import { type Judgement, judge } from './hypothesis.ts';
import { Seen } from './seen.ts';

export interface Diagnosis {
  /** `found`: one cause is likely. `nothing`: clients fare well. `unknown`: cannot say. */
  readonly verdict: 'found' | 'nothing' | 'unknown';
  /** The most likely one first. */
  readonly judgements: readonly Judgement[];
  /** The kernel as it was read; null where none was named. */
  readonly kernel: string | null;
}

export function diagnose(facts: readonly Fact[]): Diagnosis {
  const seen = new Seen(facts);
  const judgements = HYPOTHESES.map((hypothesis) => judge(hypothesis, seen)).toSorted(
    (a, b) => b.points - a.points,
  );
  // What is excluded may have more points for it than what is possible: it comes last all the same.
  const sorted = [
    ...judgements.filter(({ certainty }) => certainty !== 'excluded'),
    ...judgements.filter(({ certainty }) => certainty === 'excluded'),
  ];
  return { verdict: verdictOf(seen, sorted), judgements: sorted, kernel: seen.kernel?.kernel.text ?? null };
}

function verdictOf(seen: Seen, judgements: readonly Judgement[]): Diagnosis['verdict'] {
  if (judgements.some(isLikely)) return 'found';
  const fareWell = seen.retried?.isMuch === false && seen.all('error').length === 0 && !seen.connectsHang;
  // A client that has no port left, or whose requests wait, sends no packet that would tell.
  if (seen.all('connects').every(({ isCaptured }) => isCaptured === true)) return 'unknown';
  return fareWell && !judgements.some(({ certainty }) => certainty === 'possible') ? 'nothing' : 'unknown';
}

export function isLikely({ certainty }: Judgement): boolean {
  return certainty === 'likely' || certainty === 'very likely';
}
