/** Looks at the points of a sweep before any of them runs: their mistakes, and what they will take. */
import { parseScenario } from '../scenario/parse.ts';
import type { Problem } from '../scenario/text/problem.ts';
import { type Estimate, estimate } from '../sweep/estimate.ts';
import { assignmentsOf, type Plan, type PlannedRun } from '../sweep/plan.ts';
import type { SweepSource } from '../sweep/sweep.ts';

/** A point takes under a millisecond to check. */
const MOST_CHECKED = 5000;

export interface CheckedPoints {
  /** Of all points together, the same mistake once. */
  readonly problems: readonly Problem[];
  readonly estimates: readonly (Estimate & { readonly name: string })[];
}

export function checkPoints(plan: Plan, source: SweepSource): CheckedPoints {
  const problems = new Map<string, Problem>();
  const estimates: CheckedPoints['estimates'][number][] = [];
  for (const run of pointsToCheck(plan)) {
    const assignments = assignmentsOf(plan.head, run);
    const options = { file: source.file, set: [...source.set, ...assignments], seed: run.seed };
    const parsed = parseScenario(source.text, options);
    for (const problem of parsed.problems) {
      const { file, line, column, message } = problem;
      problems.set(JSON.stringify([file, line, column, message]), problem);
    }
    if (parsed.scenario !== null) {
      estimates.push({ name: assignments.join(' ') || plan.head.scenario, ...estimate(parsed.scenario) });
    }
  }
  return { problems: [...problems.values()], estimates };
}

/**
 * One run per point; of a very large grid, those that differ from its first or its last point in one key at
 * most, which meets every value. A mistake that only a combination makes is then found by the run itself.
 */
function pointsToCheck(plan: Plan): PlannedRun[] {
  const points = plan.runs.filter(({ repetition }, index) => repetition === 0 || index === 0);
  if (points.length <= MOST_CHECKED) return points;
  const corner = (pick: (values: readonly string[]) => string) =>
    plan.head.dimensions.map(({ values }) => pick(values));
  const corners = [corner((values) => values[0]!), corner((values) => values.at(-1)!)];
  return points.filter(({ values }) =>
    corners.some((from) => values.filter((value, index) => value !== from[index]).length <= 1),
  );
}
