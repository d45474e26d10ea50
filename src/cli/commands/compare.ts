/** `ipvsim compare`: two results or scenarios, metric by metric; exit code 1 beyond the tolerance. */

import { type ComparedMetric, compareRuns, parseTolerances } from '../../check/compare.ts';
import { compareText } from '../../check/compare_text.ts';
import { UserError } from '../../storage/user_error.ts';
import { figuresOf, type RunFigures } from '../../sweep/record.ts';
import { runAll } from '../../sweep/run_all.ts';
import { jsonText } from '../../text/escape.ts';
import { defineCommand } from '../command.ts';
import { scenarioNames } from '../completion/offers.ts';
import { EXIT } from '../exit_code.ts';
import { loadResult, namesResult, withSaved } from '../files/result_source.ts';
import { parseOrThrow, readScenarioText } from '../files/scenario_source.ts';
import { type WorkerPool, withWorkers } from '../run_pool.ts';
import { SCENARIO_OPTIONS } from '../scenario_options.ts';

const MOST_SEEDS = 1000;

export const command = defineCommand({
  positionals: {
    before: {
      describe: 'a scenario, or a result: result.json or the folder that holds it',
      count: 'one',
      offers: scenarioNames,
    },
    after: {
      describe: 'the same, to be compared with it [BEFORE, with --set-after]',
      count: 'optional',
      offers: scenarioNames,
    },
  },
  options: {
    tolerance: {
      type: 'list',
      value: '[METRIC=]TOL',
      describe: 'what may differ: 2%, 0.5, "2% or 5"; rps=2% and connect_*=5% for some metrics [exact]',
    },
    seeds: {
      type: 'count',
      minimum: 1,
      maximum: MOST_SEEDS,
      default: 1,
      describe: 'pairs of runs, with the same seed each',
    },
    ...SCENARIO_OPTIONS,
    'set-after': { ...SCENARIO_OPTIONS.set, describe: 'change a key of the second scenario only' },
    jobs: { type: 'count', minimum: 1, maximum: 1024, describe: 'worker threads [one per core]' },
    'fail-on': {
      type: 'text',
      choices: ['any', 'worse'],
      default: 'any',
      describe: 'which differences beyond the tolerance make the exit code 1',
    },
    format: {
      type: 'text',
      choices: ['table', 'json'],
      default: 'table',
      describe: 'form of the comparison',
    },
  },
  examples: [
    ['compare out/before out/after --tolerance 1%', 'two saved results'],
    ['compare k8s-cliff --set-after kernel=5.10 --seeds 5', 'a scenario before and after a change'],
    ['compare k8s-cliff k8s-cliff-mode0 --tolerance "rps=5%"', 'only rps decides the exit code'],
  ],
  async run(
    { before, after, tolerance, seeds, set, seed, 'set-after': setAfter, 'fail-on': failOn, jobs, format },
    terminal,
  ) {
    const tolerances = parseTolerances(tolerance);
    if (after === undefined && setAfter.length === 0) {
      throw new UserError('compare needs AFTER, or --set-after for what is to change');
    }
    const sources = [before, after ?? before] as const;
    const found = await withWorkers({ jobs, runs: 2 * seeds, what: 'comparing' }, terminal, async (pool) => {
      const first = await openSide({ source: sources[0], set, seed, seeds });
      const second = await openSide({
        source: sources[1],
        set: [...set, ...setAfter],
        seed: seed ?? first.seed,
        seeds,
      });
      const runs = await runSides([first, second], pool);
      return pool.interrupt.asked ? null : runs;
    });
    if (found === null) return EXIT.interrupted;
    const rows = compareRuns(found[0]!, found[1]!, tolerances);
    const change = setAfter.map((text) => ` --set ${text}`).join('');
    const labels = { before: sources[0], after: `${sources[1]}${change}`, seeds };
    await terminal.print(
      format === 'json'
        ? jsonText({ schema: 1, ...labels, metrics: rows })
        : compareText(rows, labels, terminal),
    );
    const counts = (row: ComparedMetric) => !row.within && (failOn === 'any' || row.change !== 'better');
    return rows.some(counts) ? EXIT.failed : EXIT.ok;
  },
});

interface Question {
  readonly source: string;
  readonly set: readonly string[];
  readonly seed: string | undefined;
  readonly seeds: number;
}

/** One side: figures that are there already, or runs to make. */
interface Side {
  readonly seed: string;
  readonly saved: RunFigures | null;
  readonly tasks: readonly Parameters<WorkerPool['execute']>[0][];
}

async function openSide({ source, set, seed, seeds }: Question): Promise<Side> {
  if (await namesResult(source)) {
    if (seeds > 1) throw new UserError(`${source} is one saved run`, '--seeds needs scenarios on both sides');
    if (set.length > 0) throw new UserError(`${source} is a saved run: --set cannot change it`);
    const result = await loadResult(source);
    return { seed: result.scenario.seed, saved: withSaved([source], () => figuresOf(result)), tasks: [] };
  }
  const from = await readScenarioText(source);
  const { text, label, beside } = from;
  const own = parseOrThrow(from, { set, seed }).seed;
  // As a sweep numbers them: the first run is the one that `ipvsim run` shows.
  const all = Array.from({ length: seeds }, (_, index) => (index === 0 ? own : `${own}/${index + 1}`));
  const common = { text, file: label, beside, set, maxEvents: null, whole: false };
  return { seed: own, saved: null, tasks: all.map((each) => ({ ...common, seed: each })) };
}

async function runSides(sides: readonly Side[], pool: WorkerPool): Promise<RunFigures[][]> {
  const figures = sides.map(({ saved }): RunFigures[] => (saved === null ? [] : [saved]));
  const items = sides.flatMap(({ tasks }, side) => tasks.map((task, index) => ({ task, side, index })));
  let done = 0;
  const failures = await runAll({
    items,
    jobs: pool.jobs,
    signal: pool.interrupt.signal,
    execute: ({ task }) => pool.execute(task),
    onOutcome({ side, index }, outcome) {
      if (outcome.kind !== 'done') throw new Error(`a checked scenario is ${outcome.kind}`);
      figures[side]![index] = outcome.figures;
      pool.count(++done, items.length);
    },
  });
  if (failures.length > 0) throw failures[0]!.error;
  return figures;
}
