/** `ipvsim sweep`: a scenario over a grid of values, on all cores, kept so that it can be continued and shared out. */

import { UserError } from '../../storage/user_error.ts';
import { parseVary } from '../../sweep/grid.ts';
import { type Journal, openJournal } from '../../sweep/journal.ts';
import { writeSweepFiles } from '../../sweep/output/output.ts';
import { sweepText } from '../../sweep/output/sweep_text.ts';
import { assignmentsOf, makePlan, type Plan, type PlannedRun } from '../../sweep/plan.ts';
import { verdictOf } from '../../sweep/record.ts';
import type { Failure } from '../../sweep/run_all.ts';
import { parseShard, type Shard, shardFromEnvironment, shardName } from '../../sweep/shard.ts';
import { runPlan, type SweepSource } from '../../sweep/sweep.ts';
import { VERSION } from '../../version.ts';
import { defineCommand } from '../command.ts';
import { EXIT, type ExitCode } from '../exit_code.ts';
import { readScenarioText, ScenarioProblems } from '../files/scenario_source.ts';
import { LIMIT_OPTIONS, type Limits, limitsOf, refuseGridBeyond } from '../limits.ts';
import { withWorkers } from '../run_pool.ts';
import { JOBS_OPTION, SCENARIO, SCENARIO_OPTIONS } from '../scenario_options.ts';
import { checkMetric, METRIC_OPTION } from '../sweep_metric.ts';
import type { Terminal } from '../terminal.ts';
import { verdictExit } from '../verdict_exit.ts';

export const command = defineCommand({
  positionals: { scenario: SCENARIO },
  options: {
    vary: {
      type: 'list',
      value: 'KEY=SPEC',
      describe: 'what to vary: a,b or lo..hi:step or lo..hi*factor',
      offers: SCENARIO_OPTIONS.set.offers,
    },
    seeds: {
      type: 'count',
      minimum: 1,
      maximum: 10_000,
      default: 1,
      describe: 'runs per point, each with its own seed',
    },
    seed: { type: 'text', value: 'SEED', describe: "instead of the scenario's seed" },
    set: { ...SCENARIO_OPTIONS.set, describe: 'change the scenario for all runs' },
    ...JOBS_OPTION,
    out: { type: 'text', value: 'DIR', describe: 'the folder for journal and tables', alias: 'o' },
    resume: { type: 'flag', describe: 'continue what the folder holds' },
    shard: { type: 'text', value: 'I/N', describe: 'compute only part I of N' },
    metric: METRIC_OPTION,
    ...LIMIT_OPTIONS,
  },
  examples: [
    ['sweep k8s-71114 --vary clients.0.concurrency=50..300:50 --out out/c', 'one key, six points'],
    [
      'sweep k8s-71114 --vary kernel=4.19,5.10 --vary clients.0.concurrency=100..400*2 --seeds 5 --out out/grid',
      'two keys make a heat map',
    ],
    ['sweep k8s-71114 --vary kernel=4.19,5.10 --out out/grid --resume', 'go on after Ctrl-C or a crash'],
  ],
  notes: [
    'Every point gets the same seeds, so that points differ by what is varied and not by luck.',
    'Exit code 1 when an expectation of some run failed, 3 when one could not be judged; a shard leaves that to ipvsim merge.',
    'The folder gets sweep.csv, sweep.parquet, heat_map.svg when two keys are varied, and journal.ndjson, from which --resume and ipvsim merge work. The files are the same whatever --jobs is.',
    'Without --shard, the index of a Kubernetes Indexed Job (JOB_COMPLETION_INDEX, JOB_COMPLETIONS), a Slurm array (SLURM_ARRAY_TASK_ID) or a GitHub matrix (STRATEGY_JOB_INDEX, STRATEGY_JOB_TOTAL) is obeyed; --shard 1/1 ignores them.',
  ],
  async run(args, terminal) {
    if (args.vary.length === 0 && args.seeds === 1) {
      throw new UserError(
        'sweep needs something to vary',
        'for example --vary clients.0.concurrency=50,100 or --seeds 5',
      );
    }
    if (args.out === undefined)
      throw new UserError('sweep needs --out DIR', 'the runs are kept there as they end');
    checkMetric(args.metric);
    const { text, label, beside } = await readScenarioText(args.scenario);
    const source = { text, file: label, beside, set: args.set };
    const { shard, origin } = whichShard(args.shard);
    const { plan, problems } = makePlan({
      ...source,
      seed: args.seed ?? null,
      dimensions: args.vary.map(parseVary),
      seeds: args.seeds,
      shard,
    });
    if (plan === null) throw new ScenarioProblems(problems, text);
    const limits = limitsOf(args);
    refuseGridBeyond(plan, source, limits, args.jobs);
    const journal = openJournal(args.out, plan, args.resume);
    try {
      announce(plan, origin, journal, terminal);
      const done = await compute(plan, source, journal, { jobs: args.jobs, limits }, terminal);
      if (done.interrupted) return interrupted(plan, journal, args.out, terminal);
      if (done.failures.length > 0) reportFailures(plan, done.failures, args.out, terminal);
      journal.finish();
      const records = plan.runs.map(({ key }) => journal.records.get(key)!);
      const files = writeSweepFiles(args.out, plan.head, records, args.metric);
      await terminal.print(sweepText(plan.head, records, terminal));
      terminal.say(closing(plan, args.out, files));
      // A shard that is done is done: job engines would repeat one that fails. merge judges the whole.
      return plan.head.shard === null ? verdictExit(verdictOf(records)) : EXIT.ok;
    } finally {
      journal.close();
    }
  },
});

/** What --shard says, else what the engine around us says. The whole in one piece is no shard. */
function whichShard(option: string | undefined): { shard: Shard | null; origin: string } {
  const found =
    option === undefined ? shardFromEnvironment(process.env) : { shard: parseShard(option), origin: '' };
  return found === null || found.shard.count === 1 ? { shard: null, origin: '' } : found;
}

interface HowToRun {
  readonly jobs: number | undefined;
  readonly limits: Limits;
}

async function compute(plan: Plan, source: SweepSource, journal: Journal, how: HowToRun, terminal: Terminal) {
  const known = journal.records.size;
  const todo = plan.runs.length - known;
  if (todo === 0) return { failures: [], interrupted: false };
  return await withWorkers(
    { jobs: how.jobs, runs: todo, what: `sweeping ${plan.head.scenario}`, limits: how.limits },
    terminal,
    async (pool) => {
      const failures = await runPlan(plan, {
        source,
        execute: pool.execute,
        jobs: pool.jobs,
        maxEvents: how.limits.maxEvents,
        signal: pool.interrupt.signal,
        known: journal.records,
        onRecord(record) {
          journal.append(record);
          pool.count(journal.records.size - known, todo);
        },
      });
      return { failures, interrupted: pool.interrupt.asked };
    },
  );
}

function announce(plan: Plan, origin: string, journal: Journal, terminal: Terminal): void {
  const { head, runs, total } = plan;
  const points = total / head.seeds;
  const seeds = head.seeds === 1 ? '' : ` × ${head.seeds} seeds`;
  const parts = [
    `ipvsim ${VERSION}`,
    head.scenario,
    `${points} ${points === 1 ? 'point' : 'points'}${seeds}`,
  ];
  if (head.shard !== null) {
    const from = origin === '' ? '' : ` (${origin})`;
    parts.push(`shard ${shardName(head.shard)}${from}: ${runs.length} of ${total} runs`);
  }
  if (journal.records.size > 0)
    parts.push(`${journal.records.size} of ${runs.length} runs are there already`);
  terminal.say(parts.join(' · '));
  const damaged = journal.damaged.length;
  if (damaged > 0)
    terminal.complain(`ipvsim: the journal has ${damaged} damaged lines; their runs are computed again`);
}

function interrupted(plan: Plan, journal: Journal, out: string, terminal: Terminal): ExitCode {
  terminal.complain(
    `ipvsim: interrupted; ${journal.records.size} of ${plan.runs.length} runs are kept in ${out}`,
  );
  terminal.complain('        the same command with --resume goes on from there');
  return EXIT.interrupted;
}

/** The runs that went well are kept; a bug decides how the command ends, else the first of the others. */
function reportFailures(
  plan: Plan,
  failures: readonly Failure<PlannedRun>[],
  out: string,
  terminal: Terminal,
): never {
  const shown = failures.slice(0, 10);
  for (const { item, error } of shown) {
    const name = [...assignmentsOf(plan.head, item), `seed=${item.seed}`].join(' ');
    terminal.complain(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    if (error instanceof UserError && error.hint !== null) terminal.complain(`        ${error.hint}`);
  }
  if (failures.length > shown.length) terminal.complain(`... and ${failures.length - shown.length} more`);
  const bug = failures.find(({ error }) => !(error instanceof UserError));
  if (bug !== undefined) throw bug.error;
  throw new UserError(
    `${failures.length} of ${plan.runs.length} runs could not be computed; the others are kept in ${out}`,
    'with --resume only the missing ones are computed',
  );
}

function closing(plan: Plan, out: string, files: readonly string[]): string {
  const wrote = `wrote ${files.join(', ')} to ${out}`;
  if (plan.head.shard === null) return wrote;
  return `${wrote}\nNext: ipvsim merge DIR... --out DIR, with the folders of all ${plan.head.shard.count} shards`;
}
