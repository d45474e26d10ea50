/** `ipvsim advise`: tries the known remedies on a scenario and prints the effect and the price of each. */
import { type Advice, cliffSpan, renderAdvice } from '../../advise/advice.ts';
import { type DrainTest, drainTest } from '../../advise/drain.ts';
import { effectOf, priceOf } from '../../advise/outcome.ts';
import { type Remedy, remediesFor } from '../../advise/remedies.ts';
import type { Result } from '../../measure/result.ts';
import { duration } from '../../report/numbers.ts';
import { givenUpWords } from '../../run_slices.ts';
import { runAll } from '../../sweep/run_all.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit_code.ts';
import { parseOrThrow, readScenarioText } from '../files/scenario_source.ts';
import type { NamedText } from '../files/text_file.ts';
import { type Crew, withCrew } from '../run_pool.ts';
import { SCENARIO, SCENARIO_OPTIONS } from '../scenario_options.ts';

/** The drain begins once ports are used again, and not before there is something to drain. */
const EARLIEST_DRAIN_NS = 20e9;

const AS_IT_IS: Remedy = { name: 'as it is', deed: '', changes: [] };

export const command = defineCommand({
  positionals: { scenario: SCENARIO },
  options: {
    ...SCENARIO_OPTIONS,
    jobs: { type: 'count', minimum: 1, maximum: 1024, describe: 'worker threads [one per core]' },
  },
  examples: [
    ['advise k8s-cliff', 'what mode 0, a newer kernel, keep-alive ... would change, and what each costs'],
  ],
  notes: [
    'Every remedy is simulated twice: once as the scenario says, for its effect, and once with a real server that ' +
      'gets weight 0, for its price. Nothing in the table is from a book.',
  ],
  async run({ scenario: source, set, seed, jobs }, terminal) {
    const text = await readScenarioText(source);
    const scenario = parseOrThrow(text, { set, seed });
    const remedies = remediesFor(scenario);
    const advice = await withCrew(
      { jobs, runs: 1 + 2 * (remedies.length + 1), what: 'trying remedies' },
      terminal,
      async (crew) => {
        const ask: Ask = { text, set, seed: seed ?? null, crew };
        const base = (await simulateAll(ask, [{ name: 'base', changes: [] }])).get('base')?.result;
        if (base === undefined || base === null) return null;
        if (base.cliff === null) return `${scenario.name} has no cliff: there is nothing to remedy.`;
        const { from_s, to_s } = cliffSpan(base, base.cliff);
        const drain = drainTest(scenario, Math.max(EARLIEST_DRAIN_NS, from_s * 1e9));
        const shortened = [`duration=${duration(Math.ceil(to_s) * 1e9)}`, 'expect=[]'];
        const outcomes = await simulateAll(ask, tasksFor([AS_IT_IS, ...remedies], shortened, drain));
        const [asItIs, ...others] = [AS_IT_IS, ...remedies].map((remedy): Advice => {
          const effect = outcomes.get(`${remedy.name}/effect`);
          const price = outcomes.get(`${remedy.name}/price`);
          return {
            remedy,
            effect: effect?.result ? effectOf(effect.result, { from_s, to_s }) : null,
            price: drain !== null && price?.result ? priceOf(price.result, drain) : null,
            trouble: effect?.trouble ?? null,
          };
        });
        return crew.interrupt.asked ? null : renderAdvice(base, asItIs!, others, terminal);
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
  readonly crew: Crew;
}

interface Task {
  readonly name: string;
  readonly changes: readonly string[];
}

interface Outcome {
  readonly result: Result | null;
  readonly trouble: string | null;
}

function tasksFor(
  remedies: readonly Remedy[],
  shortened: readonly string[],
  drain: DrainTest | null,
): Task[] {
  return remedies.flatMap(({ name, changes }) => [
    { name: `${name}/effect`, changes: [...changes, ...shortened] },
    ...(drain === null ? [] : [{ name: `${name}/price`, changes: [...changes, ...drain.changes] }]),
  ]);
}

async function simulateAll(
  { text, set, seed, crew }: Ask,
  tasks: readonly Task[],
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const failures = await runAll({
    items: tasks,
    jobs: crew.jobs,
    signal: crew.interrupt.signal,
    execute: ({ changes }) =>
      crew.execute({
        text: text.text,
        file: text.label,
        set: [...set, ...changes],
        seed,
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
      crew.count(outcomes.size, tasks.length);
    },
  });
  if (failures.length > 0) throw failures[0]!.error;
  return outcomes;
}
