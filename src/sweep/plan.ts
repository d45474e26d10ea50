/**
 * From what was asked to the list of runs: scenario, what is varied, seeds, shard. The plan's head is what a
 * journal begins with: two sweeps with the same head have the same runs with the same results.
 */
import { scenarioHash } from '../measure/scenario_hash.ts';
import type { Beside } from '../scenario/beside.ts';
import { parseScenario } from '../scenario/parse.ts';
import { fullKey } from '../scenario/setting_key.ts';
import type { Problem } from '../scenario/text/problem.ts';
import { UserError } from '../storage/user_error.ts';
import { VERSION } from '../version.ts';
import { checkDimensions, type Dimension, gridPoints, gridSize } from './grid.ts';
import { runKey } from './run_key.ts';
import { type Shard, shardOf } from './shard.ts';

export const JOURNAL_SCHEMA = 1;

export interface SweepRequest {
  /** The scenario file's text, and its name for messages. */
  readonly text: string;
  readonly file: string;
  /** Files that the text names. */
  readonly beside?: Beside | undefined;
  /** `KEY=VALUE`, applied to every run before what is varied. */
  readonly set: readonly string[];
  /** Replaces the scenario's seed. */
  readonly seed: string | null;
  readonly dimensions: readonly Dimension[];
  readonly seeds: number;
  readonly shard: Shard | null;
}

/** Plain JSON; the first line of the journal. */
export interface SweepHead {
  readonly schema: number;
  readonly ipvsim: string;
  readonly scenario: string;
  /** Over the effective scenario before anything is varied. */
  readonly scenarioHash: string;
  readonly seed: string;
  readonly seeds: number;
  readonly dimensions: readonly Dimension[];
  readonly shard: Shard | null;
}

export interface PlannedRun {
  readonly key: string;
  readonly values: readonly string[];
  readonly repetition: number;
  readonly seed: string;
}

export interface Plan {
  readonly head: SweepHead;
  /** The runs of this shard in the order of the grid. */
  readonly runs: readonly PlannedRun[];
  /** Runs of the whole sweep. */
  readonly total: number;
}

export type Planned =
  | { readonly plan: Plan; readonly problems: readonly [] }
  | { readonly plan: null; readonly problems: readonly Problem[] };

export function makePlan(request: SweepRequest): Planned {
  checkDimensions(request.dimensions, request.seeds);
  checkSets(request);
  gridSize(request.dimensions, request.seeds);
  const options = {
    file: request.file,
    set: request.set,
    beside: request.beside ?? {},
    ...(request.seed === null ? {} : { seed: request.seed }),
  };
  const { scenario, problems } = parseScenario(request.text, options);
  if (scenario === null) return { plan: null, problems };
  const head: SweepHead = {
    schema: JOURNAL_SCHEMA,
    ipvsim: VERSION,
    scenario: scenario.name,
    scenarioHash: scenarioHash(scenario),
    seed: scenario.seed,
    seeds: request.seeds,
    dimensions: request.dimensions.map(({ key, values }) => ({ key, values: [...values] })),
    shard: request.shard,
  };
  return { plan: planOf(head), problems: [] };
}

/** The runs that a head stands for; what a journal claims to hold. */
export function planOf(head: SweepHead): Plan {
  const total = gridSize(head.dimensions, head.seeds);
  const runs: PlannedRun[] = [];
  const count = head.shard?.count ?? 1;
  for (const { values, repetition } of gridPoints(head.dimensions, head.seeds)) {
    const assignments = head.dimensions.map(({ key }, index) => [key, values[index]!] as const);
    const seed = seedOf(head, values, repetition);
    const key = runKey(
      assignments.filter(([name]) => name !== 'seed'),
      seed,
    );
    if (head.shard === null || shardOf(key, count) === head.shard.index) {
      runs.push({ key, values, repetition, seed });
    }
  }
  return { head, runs, total };
}

/** What `--set` has to say to make the run out of the scenario. */
export function assignmentsOf(head: SweepHead, run: Pick<PlannedRun, 'values'>): string[] {
  return head.dimensions
    .map(({ key }, index) => ({ key, text: `${key}=${run.values[index]!}` }))
    .filter(({ key }) => key !== 'seed')
    .map(({ text }) => text);
}

/** The first repetition has the scenario's own seed, so that `ipvsim run` shows the same run. */
function seedOf(head: SweepHead, values: readonly string[], repetition: number): string {
  const varied = head.dimensions.findIndex(({ key }) => key === 'seed');
  if (varied !== -1) return values[varied]!;
  return repetition === 0 ? head.seed : `${head.seed}/${repetition + 1}`;
}

function checkSets(request: SweepRequest): void {
  for (const { key } of request.dimensions) {
    if (key === 'expect' || key.startsWith('expect.')) continue;
    if (request.set.some((text) => fullKey(text.split('=', 1)[0]!.trim()) === fullKey(key))) {
      throw new UserError(`--set and --vary both give ${key}`, 'take it out of one of them');
    }
    if (key === 'seed' && request.seed !== null) {
      throw new UserError('--seed and --vary both give the seed', 'take it out of one of them');
    }
  }
}
