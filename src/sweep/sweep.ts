/**
 * A sweep as a function: text and what to vary in, a table out. It touches no file and starts no thread unless
 * it is given an executor that does (pool.ts); the command line adds journal, progress and files.
 */
import { type GivenUp, givenUpWords } from '../run_slices.ts';
import type { Beside } from '../scenario/beside.ts';
import { formatProblems, type Problem } from '../scenario/text/problem.ts';
import { CannotTell, UserError } from '../storage/user_error.ts';
import { type Execute, executeHere, type RunOutcome } from './execute.ts';
import { parseVary } from './grid.ts';
import { assignmentsOf, makePlan, type Plan, type PlannedRun } from './plan.ts';
import { type RunRecord, recordOf } from './record.ts';
import { type Failure, runAll } from './run_all.ts';
import type { Shard } from './shard.ts';

export interface SweepSource {
  readonly text: string;
  readonly file: string;
  /** Files that the text names. */
  readonly beside?: Beside | undefined;
  readonly set: readonly string[];
}

export interface RunPlanOptions {
  readonly source: SweepSource;
  readonly execute: Execute;
  readonly jobs: number;
  readonly maxEvents: number | null;
  readonly signal: AbortSignal | null;
  /** Runs that need not be computed again, by key. */
  readonly known: ReadonlyMap<string, RunRecord>;
  onRecord(record: RunRecord): void;
}

/** Computes what is missing of a plan. Returns the runs that could not be computed, in the plan's order. */
export async function runPlan(plan: Plan, options: RunPlanOptions): Promise<readonly Failure<PlannedRun>[]> {
  const { source, known } = options;
  const failures: Failure<PlannedRun>[] = [];
  const thrown = await runAll<PlannedRun, RunOutcome>({
    items: plan.runs.filter(({ key }) => !known.has(key)),
    jobs: options.jobs,
    signal: options.signal,
    execute: (run) =>
      options.execute({
        text: source.text,
        file: source.file,
        beside: source.beside,
        set: [...source.set, ...assignmentsOf(plan.head, run)],
        seed: run.seed,
        maxEvents: options.maxEvents,
        whole: false,
      }),
    onOutcome(run, outcome) {
      if (outcome.kind === 'done') options.onRecord(recordOf(run, outcome.figures));
      else failures.push({ item: run, error: outcomeError(outcome, source.text) });
    },
  });
  const position = new Map(plan.runs.map((run, index) => [run.key, index]));
  return [...failures, ...thrown].sort((a, b) => position.get(a.item.key)! - position.get(b.item.key)!);
}

export function outcomeError(outcome: Exclude<RunOutcome, { kind: 'done' }>, text: string): UserError {
  if (outcome.kind === 'invalid') return new UserError(formatProblems(outcome.problems, text));
  return givenUpError(outcome.givenUp);
}

export function givenUpError(givenUp: GivenUp): UserError {
  const [message, hint] = givenUpWords(givenUp);
  return givenUp.why === 'standstill' ? new CannotTell(message, hint) : new UserError(message, hint);
}

export interface SweepOptions {
  /** The scenario file's text. */
  readonly scenario: string;
  /** `KEY=a,b`, `KEY=lo..hi:step` or `KEY=lo..hi*factor`, one per key. */
  readonly vary: readonly string[];
  /** Runs per point, each with its own seed, the same seeds for every point. */
  readonly seeds?: number;
  readonly seed?: string;
  readonly set?: readonly string[];
  readonly shard?: Shard;
  /** Where the runs are computed; without one, on this thread, which can answer events meanwhile. */
  readonly execute?: Execute;
  /** How many runs the executor is given at once. */
  readonly jobs?: number;
  readonly maxEvents?: number;
  readonly signal?: AbortSignal;
  onRecord?(record: RunRecord, done: number, total: number): void;
}

export interface SweepTable {
  readonly plan: Plan;
  /** In the order of the grid; without the runs that an abort left out. */
  readonly records: readonly RunRecord[];
  /** True when the signal ended the sweep early. */
  readonly interrupted: boolean;
}

/** Thrown by sweep() for a scenario with mistakes; `problems` has their positions. */
export class ScenarioProblems extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], text: string) {
    super(formatProblems(problems, text));
    this.name = 'ScenarioProblems';
    this.problems = problems;
  }
}

/** Runs a grid of scenarios. Throws ScenarioProblems, or UserError when the question makes no sense. */
export async function sweep(options: SweepOptions): Promise<SweepTable> {
  const source = { text: options.scenario, file: 'scenario.yaml', set: options.set ?? [] };
  const { plan, problems } = makePlan({
    ...source,
    seed: options.seed ?? null,
    dimensions: options.vary.map(parseVary),
    seeds: options.seeds ?? 1,
    shard: options.shard ?? null,
  });
  if (plan === null) throw new ScenarioProblems(problems, options.scenario);
  const records = new Map<string, RunRecord>();
  const signal = options.signal ?? null;
  const [failure] = await runPlan(plan, {
    source,
    execute: options.execute ?? executeHere,
    jobs: options.jobs ?? 1,
    maxEvents: options.maxEvents ?? null,
    signal,
    known: records,
    onRecord(record) {
      records.set(record.key, record);
      options.onRecord?.(record, records.size, plan.runs.length);
    },
  });
  if (failure !== undefined) throw failure.error;
  const done = plan.runs.filter(({ key }) => records.has(key)).map(({ key }) => records.get(key)!);
  return { plan, records: done, interrupted: signal?.aborted ?? false };
}
