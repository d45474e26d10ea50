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
    const { file, beside = {} } = source;
    const options = { file, beside, set: [...source.set, ...assignments], seed: run.seed };
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
 * One run per point, seeds aside: a seed makes no mistake that another one does not. Of a very large grid, those that
 * differ from its first or its last point in one key at most, which meets every value, and of too many values as many
 * as can be looked at before anybody wonders. A mistake that only others make is then found by the run itself.
 */
function pointsToCheck(plan: Plan): PlannedRun[] {
  const { dimensions } = plan.head;
  const keys = dimensions.map(({ key }) => key);
  const seen = new Set<string>();
  const points = plan.runs.filter(({ values }) => {
    const point = JSON.stringify(values.filter((_, index) => keys[index] !== 'seed'));
    return seen.size < seen.add(point).size;
  });
  if (points.length <= MOST_CHECKED) return points;
  const corner = (pick: (values: readonly string[]) => string) =>
    dimensions.map(({ values }) => pick(values));
  const corners = [corner((values) => values[0]!), corner((values) => values.at(-1)!)];
  const near = points.filter(({ values }) =>
    corners.some((from) => values.filter((value, index) => value !== from[index]).length <= 1),
  );
  const step = Math.ceil(near.length / MOST_CHECKED);
  return near.filter((_, index) => index % step === 0 || index === near.length - 1);
}
