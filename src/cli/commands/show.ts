/** `ipvsim show`: the director at an instant, in the words of ipvsadm, /proc and conntrack. */
import { VIEWS } from '../../report/instant/views.ts';
import { createRun } from '../../simulate.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit_code.ts';
import { loadScenario } from '../files/scenario_source.ts';
import { requireReached, requireWithin } from '../instant.ts';
import { SCENARIO, SCENARIO_OPTIONS } from '../scenario_options.ts';

export const command = defineCommand({
  positionals: { scenario: SCENARIO },
  options: {
    ...SCENARIO_OPTIONS,
    at: { type: 'time', describe: 'the instant [the end of the run]' },
    view: {
      type: 'text',
      describe: 'what to look at',
      choices: VIEWS.map(({ name }) => name),
      default: 'ipvsadm-ln',
    },
  },
  examples: [
    ['show k8s-cliff --at 31s', 'ipvsadm -Ln, 31 s into the run'],
    ['show k8s-cliff --at 31s --view ip_vs_conn | head', 'the table as /proc/net/ip_vs_conn'],
  ],
  notes: VIEWS.map(({ name, like, description }) => `${name}: as ${like}, ${description}.`),
  async run({ scenario: source, set, seed, at, view: name }, terminal) {
    const scenario = await loadScenario(source, { set, seed });
    const view = VIEWS.find((each) => each.name === name)!;
    requireWithin('--at', at, scenario.duration_ns);
    const run = createRun(scenario);
    run.advanceTo(at ?? scenario.duration_ns);
    requireReached('--at', at, run);
    const snapshot = run.snapshot();
    await terminal.print(view.render(snapshot));
    if (view.talk !== undefined) terminal.say(view.talk(snapshot));
    return EXIT.ok;
  },
});
