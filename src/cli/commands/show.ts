/** `ipvsim show`: the director at an instant, in the words of ipvsadm, /proc and conntrack. */
import { VIEWS } from '../../report/instant/views.ts';
import { createRun } from '../../simulate.ts';
import { UserError } from '../../storage/user_error.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit_code.ts';
import { loadScenario } from '../files/scenario_source.ts';
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
    const at_ns = at ?? scenario.duration_ns;
    if (at_ns > scenario.duration_ns) {
      throw new UserError(
        `--at lies behind the end of the run (${scenario.duration_ns / 1e9} s)`,
        '--set duration=... makes it longer',
      );
    }
    const run = createRun(scenario);
    run.advanceTo(at_ns);
    const snapshot = run.snapshot();
    await terminal.print(view.render(snapshot));
    if (view.talk !== undefined) terminal.say(view.talk(snapshot));
    return EXIT.ok;
  },
});
