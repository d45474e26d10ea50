/** What to simulate for advice about a result: the causes that were found in it, and what helps against them. */
import type { Finding } from '../causes/cause.ts';
import { findCauses } from '../causes/causes.ts';
import type { Span } from '../causes/evidence.ts';
import { NOT_SIMULATED, type Remedy } from '../causes/remedies/remedy.ts';
import type { Result } from '../measure/result.ts';
import { type DrainTest, drainTest } from './drain.ts';

/** The drain begins once ports are used again, and not before there is something to drain. */
const EARLIEST_DRAIN_NS = 20e9;

export const AS_IT_IS: Remedy = { name: 'as it is', deed: '', effect: '', price: '', changes: NOT_SIMULATED };

export interface Plan {
  readonly findings: readonly Finding[];
  /** The part of the run that figures are taken from. */
  readonly span: Span;
  /** The scenario as it is and each remedy that changes something in it. */
  readonly rows: readonly PlannedRow[];
  /** Remedies that a scenario gives no handle for. */
  readonly untried: readonly Remedy[];
  /** How the price of a remedy against the cliff is found; null where another run says nothing more. */
  readonly drain: DrainTest | null;
  /** What the plan was made from, where it shows the effect of doing nothing; null where that run is a shorter one. */
  readonly asItIs: Result | null;
}

export interface PlannedRow {
  readonly remedy: Remedy;
  readonly changes: readonly string[];
}

/** One run: its name within the plan, and arguments of --set. */
export interface PlannedRun {
  readonly name: string;
  readonly changes: readonly string[];
  /** Where it ends, which is no change of the scenario: events and clients that come later may stay in it. */
  readonly until_ns?: number | undefined;
}

/** Null when nothing was found that could be remedied. `duration_ns`: of the scenario, where the run was cut before its end. */
export function planFor(base: Result, duration_ns = base.scenario.duration_ns): Plan | null {
  const findings = findCauses(base);
  const [main] = findings;
  if (main === undefined) return null;
  const { scenario, cliff } = base;
  const remedies = unique(findings.flatMap(({ cause }) => cause.remedies));
  const changed = remedies.map((remedy) => ({ remedy, changes: remedy.changes(scenario) }));
  const rows = changed.flatMap(({ remedy, changes }) => (changes?.length ? [{ remedy, changes }] : []));
  const whole = { from_s: 0, to_s: scenario.duration_ns / 1e9 };
  const span = cliff === null ? whole : { from_s: main.from_s, to_s: main.to_s };
  return {
    findings,
    span,
    rows: [{ remedy: AS_IT_IS, changes: [] }, ...rows],
    untried: changed.flatMap(({ remedy, changes }) => (changes === null ? [remedy] : [])),
    drain:
      cliff === null
        ? null
        : drainTest(scenario, Math.max(EARLIEST_DRAIN_NS, span.from_s * 1e9), duration_ns),
    asItIs: lengthFor(span) === scenario.duration_ns ? base : null,
  };
}

/** A run for each row's effect that is not known yet, and one for its price where the plan drains a server. */
export function runsOf({ rows, span, drain, asItIs }: Plan): readonly PlannedRun[] {
  const until_ns = lengthFor(span);
  return rows.flatMap(({ remedy, changes }) => [
    ...(remedy === AS_IT_IS && asItIs !== null
      ? []
      : [{ name: effectRun(remedy), changes: [...changes, 'expect=[]'], until_ns }]),
    ...(drain === null
      ? []
      : [{ name: priceRun(remedy), changes: [...changes, ...drain.changes], until_ns: drain.until_ns }]),
  ]);
}

/** How long a run must be for figures of a span, in ns. */
function lengthFor({ to_s }: Span): number {
  return Math.ceil(to_s) * 1e9;
}

export function effectRun({ name }: Remedy): string {
  return `${name}/effect`;
}

export function priceRun({ name }: Remedy): string {
  return `${name}/price`;
}

function unique(remedies: readonly Remedy[]): readonly Remedy[] {
  return [...new Set(remedies)];
}
