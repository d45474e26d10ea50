/** `ipvsim advise`: tries the known remedies on a scenario and prints the effect and the price of each. */
import { type Advice, cliffSpan, renderAdvice } from '../advise/advice.ts';
import { drainTest } from '../advise/drain.ts';
import { effectOf, priceOf, type Span } from '../advise/outcome.ts';
import { type Remedy, remediesFor } from '../advise/remedies.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { defineCommand } from './command.ts';
import { drive, type Watch } from './drive.ts';
import { EXIT } from './exit_code.ts';
import { listenForInterrupt } from './interrupt.ts';
import { showProgress } from './progress.ts';
import { SCENARIO, SCENARIO_OPTIONS } from './scenario_options.ts';
import { type Changes, parseOrThrow, parseText, readScenarioText } from './scenario_source.ts';
import type { NamedText } from './text_file.ts';

/** The drain begins once the fast phase is over, and not before ports have been used again. */
const EARLIEST_DRAIN_NS = 20e9;

export const command = defineCommand({
  positionals: { scenario: SCENARIO },
  options: SCENARIO_OPTIONS,
  examples: [
    ['advise k8s-cliff', 'what mode 0, a newer kernel, keep-alive ... would change, and what each costs'],
    ['advise mine.yaml --set duration=120s', 'a shorter run answers sooner'],
  ],
  notes: [
    'Every remedy is simulated twice: once as the scenario says, for its effect, and once with a real server that ' +
      'gets weight 0, for its price. Nothing in the table is from a book.',
  ],
  async run({ scenario: source, ...changes }, terminal) {
    const text = await readScenarioText(source);
    const scenario = parseOrThrow(text, changes);
    const interrupt = listenForInterrupt(terminal);
    const watch = (label: string): Watch => ({ interrupt, progress: showProgress(terminal), label });
    const base = await drive(scenario, watch('as it is'));
    if (interrupt.asked) return EXIT.interrupted;
    if (base.cliff === null) {
      await terminal.print(`${scenario.name} has no cliff: there is nothing to remedy.`);
      return EXIT.ok;
    }
    const span = cliffSpan(base, base.cliff);
    const drain_ns = Math.max(EARLIEST_DRAIN_NS, Math.ceil(base.cliff.first_drop_s) * 1e9);
    const nothing: Remedy = { name: 'as it is', deed: '', changes: [] };
    const asItIs: Advice = {
      remedy: nothing,
      effect: effectOf(base, span),
      price: await price(scenario, drain_ns, watch('as it is, drain')),
      trouble: null,
    };
    if (interrupt.asked) return EXIT.interrupted;
    const others: Advice[] = [];
    for (const remedy of remediesFor(scenario)) {
      if (interrupt.asked) break;
      others.push(await tryRemedy({ text, changes, remedy, span, drain_ns }, watch(remedy.name)));
    }
    // The last attempt was cut short: its figures would be of another span.
    if (interrupt.asked) others.pop();
    await terminal.print(renderAdvice(base, asItIs, others, terminal));
    if (interrupt.asked) return EXIT.interrupted;
    terminal.say(`\nTry one: ipvsim run ${source} --set KEY=VALUE`);
    return EXIT.ok;
  },
});

interface Attempt {
  readonly text: NamedText;
  readonly changes: Changes;
  readonly remedy: Remedy;
  readonly span: Span;
  readonly drain_ns: number;
}

async function tryRemedy({ text, changes, remedy, span, drain_ns }: Attempt, watch: Watch): Promise<Advice> {
  const set = [...(changes.set ?? []), ...remedy.changes];
  const { scenario, problems } = parseText(text, { ...changes, set });
  if (scenario === null) {
    return { remedy, effect: null, price: null, trouble: problems[0]?.message ?? 'the scenario refuses it' };
  }
  const effect = effectOf(await drive(scenario, watch), span);
  return { remedy, effect, price: await price(scenario, drain_ns, watch), trouble: null };
}

async function price(scenario: Scenario, drain_ns: number, watch: Watch): Promise<Advice['price']> {
  const test = drainTest(scenario, drain_ns);
  return test === null ? null : priceOf(await drive(test.scenario, watch), test);
}
