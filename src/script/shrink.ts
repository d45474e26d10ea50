/**
 * Delta debugging: the shortest script that still diverges. Candidates of one round are independent, so whoever
 * tries them may try them all at once; a wait of minutes then counts once for the whole round.
 */
import type { PacketScript } from './packet_script.ts';
import { perform } from './perform.ts';

/** For each candidate, whether it still diverges. */
export type StillDiverges = (candidates: readonly PacketScript[]) => Promise<readonly boolean[]>;

const MOST_ROUNDS = 12;

export async function shrink(
  script: PacketScript,
  kernel: string,
  stillDiverges: StillDiverges,
): Promise<PacketScript> {
  let best = script;
  let parts = 2;
  for (let round = 0; round < MOST_ROUNDS && best.steps.length > 1; round++) {
    const candidates = withoutPart(best, parts).filter((candidate) => isPossible(candidate, kernel));
    const verdicts = candidates.length === 0 ? [] : await stillDiverges(candidates);
    const smaller = candidates.filter((_, index) => verdicts[index]);
    if (smaller.length > 0) {
      best = smaller.reduce((least, each) => (each.steps.length < least.steps.length ? each : least));
      parts = Math.max(2, parts - 1);
    } else if (parts >= best.steps.length) {
      return best;
    } else {
      parts = Math.min(best.steps.length, parts * 2);
    }
  }
  return best;
}

/** The script without each of so many parts in turn, and without each of its settings' oddities. */
function withoutPart(script: PacketScript, parts: number): PacketScript[] {
  const { steps } = script;
  const size = Math.ceil(steps.length / parts);
  const candidates: PacketScript[] = [];
  for (let from = 0; from < steps.length; from += size) {
    candidates.push({ ...script, steps: closeGap(steps, from, Math.min(steps.length, from + size)) });
  }
  return candidates;
}

/** What was waited for in the part that goes is not waited for any more. */
function closeGap(steps: PacketScript['steps'], from: number, to: number): PacketScript['steps'] {
  const before_ns = steps[from - 1]?.at_ns ?? 0;
  const gone_ns = steps[to - 1]!.at_ns - before_ns;
  return [
    ...steps.slice(0, from),
    ...steps.slice(to).map((step) => ({ ...step, at_ns: step.at_ns - gone_ns })),
  ];
}

/** Without the step that adds a real server, one that changes its weight makes no sense. */
function isPossible(script: PacketScript, kernel: string): boolean {
  if (script.steps.length === 0) return false;
  try {
    perform(script, kernel);
    return true;
  } catch {
    return false;
  }
}
