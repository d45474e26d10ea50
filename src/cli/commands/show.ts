/** `ipvsim show`: the director at an instant, in the words of ipvsadm, /proc and conntrack. */
import { renderAnswer } from '../../report/answers/answer.ts';
import { showAnswer } from '../../report/answers/show_answer.ts';
import { goneNodeText } from '../../report/instant/gone_node.ts';
import { VIEWS } from '../../report/instant/views.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { suggest } from '../../scenario/text/suggest.ts';
import { createRun } from '../../simulate.ts';
import { UserError } from '../../storage/user_error.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit_code.ts';
import { loadScenario } from '../files/scenario_source.ts';
import { requireReached, requireWithin } from '../instant.ts';
import { listenForInterrupt } from '../interrupt.ts';
import { LIMIT_OPTIONS, limitsOf, refuseBeyond, refuseToPrint, runLimits } from '../limits.ts';
import { showProgress } from '../progress.ts';
import { ANSWER_FORMAT, SCENARIO, SCENARIO_OPTIONS } from '../scenario_options.ts';
import { advanceWatched } from '../watched_run.ts';

export const command = defineCommand({
  positionals: { scenario: SCENARIO },
  options: {
    ...SCENARIO_OPTIONS,
    ...LIMIT_OPTIONS,
    ...ANSWER_FORMAT,
    at: { type: 'time', describe: 'the instant [the end of the run]' },
    node: { type: 'text', describe: 'the one of several nodes to look at [the first]' },
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
    ['show node-rr-start --node node3', 'what one of several nodes knows'],
    ['show k8s-cliff --at 31s --format json | jq .services', 'all of it, for programs'],
  ],
  notes: VIEWS.map(({ name, like, description }) => `${name}: as ${like}, ${description}.`),
  async run({ scenario: source, set, seed, format, at, node, view: name, ...asked }, terminal) {
    const scenario = await loadScenario(source, { set, seed });
    const view = VIEWS.find((each) => each.name === name)!;
    requireWithin('--at', at, scenario.duration_ns);
    const index = nodeIndex(scenario, node);
    const limits = limitsOf(asked);
    refuseBeyond([scenario], limits, 1);
    const run = createRun(scenario, { until_ns: at });
    const interrupt = listenForInterrupt(terminal);
    const watch = {
      interrupt,
      progress: showProgress(terminal),
      label: `simulating ${scenario.name}`,
      limits: runLimits(limits),
    };
    await advanceWatched(run, watch);
    if (interrupt.asked) return EXIT.interrupted;
    requireReached('--at', at, run);
    refuseToPrint(run.entries, limits);
    const snapshot = run.snapshot(index);
    const gone = goneNodeText(scenario, index, snapshot.at_ns);
    if (gone !== null) terminal.say(gone);
    if (format === 'json') {
      await terminal.print(renderAnswer(showAnswer(scenario, snapshot)));
      return EXIT.ok;
    }
    await terminal.print(view.render(snapshot));
    if (view.talk !== undefined) terminal.say(view.talk(snapshot));
    const [first, second] = scenario.nodes ?? [];
    if (node === undefined && second !== undefined) {
      terminal.say(
        `This is ${first!.name}, the first of ${scenario.nodes!.length} nodes; see --node ${second.name}`,
      );
    }
    return EXIT.ok;
  },
});

function nodeIndex({ nodes }: Scenario, asked: string | undefined): number {
  if (asked === undefined) return 0;
  const names = (nodes ?? []).map(({ name }) => name);
  if (names.includes(asked)) return names.indexOf(asked);
  if (names.length === 0) throw new UserError(`--node ${asked}: the scenario has no nodes`, 'leave it out');
  const near = suggest(asked, names);
  throw new UserError(
    `there is no node ${asked}`,
    near === null ? `there is ${names.slice(0, 5).join(', ')}` : `did you mean ${near}?`,
  );
}
