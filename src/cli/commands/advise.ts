/** `ipvsim advise`: tries the known remedies on a scenario and prints the effect and the price of each. */
import { adviceOf, type RunOutcome } from '../../advise/advice.ts';
import { adviceAnswer } from '../../advise/advice_answer.ts';
import { renderAdvice, renderNoAdvice } from '../../advise/advice_text.ts';
import { type PlannedRun, planFor, runsOf } from '../../advise/plan.ts';
import { renderAnswer } from '../../report/answers/answer.ts';
import { commandLine } from '../../report/command.ts';
import { givenUpWords } from '../../run_slices.ts';
import { runAll } from '../../sweep/run_all.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit_code.ts';
import { endingAt, parseOrThrow, readScenarioText } from '../files/scenario_source.ts';
import type { NamedText } from '../files/text_file.ts';
import { type WorkerPool, withWorkers } from '../run_pool.ts';
import { ANSWER_FORMAT, SCENARIO, SCENARIO_OPTIONS, UNTIL_OPTION } from '../scenario_options.ts';

export const command = defineCommand({
  positionals: { scenario: SCENARIO },
  options: {
    ...SCENARIO_OPTIONS,
    ...UNTIL_OPTION,
    ...ANSWER_FORMAT,
    jobs: { type: 'count', minimum: 1, maximum: 1024, describe: 'worker threads [one per core]' },
  },
  examples: [
    ['advise k8s-cliff', 'what mode 0, a newer kernel, keep-alive ... would change, and what each costs'],
  ],
  notes: [
    'The causes of what failed or was slow are named, and what is known to help against each is simulated. Against the ' +
      'cliff every remedy is simulated twice: once as the scenario says, for its effect, and once with a real server ' +
      'that gets weight 0, for its price. Nothing in the table is from a book.',
  ],
  async run({ scenario: source, set, seed, until, format, jobs }, terminal) {
    const text = await readScenarioText(source);
    const whole = parseOrThrow(text, { set, seed });
    endingAt(whole, until);
    const advice = await withWorkers(
      { jobs, runs: MOST_RUNS, what: 'trying remedies' },
      terminal,
      async (pool) => {
        const ask: Ask = { text, set, seed: seed ?? null, pool };
        const base = (await simulateAll(ask, [{ name: 'base', changes: [], until_ns: until }])).get(
          'base',
        )?.result;
        if (base === undefined || base === null) return null;
        const plan = planFor(base, whole.duration_ns);
        const found = plan === null ? null : adviceOf(plan, await simulateAll(ask, runsOf(plan)));
        if (pool.interrupt.asked) return null;
        if (format === 'json') return renderAnswer(adviceAnswer(base, found));
        const why = commandLine('why', { source, set, seed, until_ns: until });
        return found === null ? renderNoAdvice(base, why, terminal) : renderAdvice(found, terminal);
      },
    );
    if (advice === null) return EXIT.interrupted;
    await terminal.print(advice);
    return EXIT.ok;
  },
});

interface Ask {
  readonly text: NamedText;
  readonly set: readonly string[];
  readonly seed: string | null;
  readonly pool: WorkerPool;
}

/** Threads are made for so many runs at most; how many there are is known after the first. */
const MOST_RUNS = 16;

async function simulateAll(
  { text, set, seed, pool }: Ask,
  tasks: readonly PlannedRun[],
): Promise<Map<string, RunOutcome>> {
  const outcomes = new Map<string, RunOutcome>();
  const failures = await runAll({
    items: tasks,
    jobs: pool.jobs,
    signal: pool.interrupt.signal,
    execute: ({ changes, until_ns }) =>
      pool.execute({
        text: text.text,
        file: text.label,
        beside: text.beside,
        set: [...set, ...changes],
        seed,
        ...(until_ns === undefined ? {} : { until_ns }),
        maxEvents: null,
        whole: true,
      }),
    onOutcome({ name }, outcome) {
      if (outcome.kind === 'done') outcomes.set(name, { result: outcome.result, trouble: null });
      else {
        const trouble =
          outcome.kind === 'invalid'
            ? (outcome.problems[0]?.message ?? 'refused')
            : givenUpWords(outcome.givenUp)[0];
        outcomes.set(name, { result: null, trouble });
      }
      pool.count(outcomes.size, tasks.length);
    },
  });
  if (failures.length > 0) throw failures[0]!.error;
  return outcomes;
}
