/** `ipvsim run`: one scenario, its result on standard output and, with --out, in a folder. */
import { FORMATS } from '../report/formats.ts';
import { overall } from '../report/verdicts.ts';
import { defineCommand } from './command.ts';
import { drive } from './drive.ts';
import { EXIT } from './exit_code.ts';
import { listenForInterrupt } from './interrupt.ts';
import { LIMIT_OPTIONS, limitsOf, refuseBeyond } from './limits.ts';
import { showProgress } from './progress.ts';
import { repeatLine } from './repeat.ts';
import { resultFiles } from './result_files.ts';
import { prepareFolder, writeFolder } from './result_folder.ts';
import { SCENARIO, SCENARIO_OPTIONS } from './scenario_options.ts';
import { endingAt, loadScenario } from './scenario_source.ts';
import { verdictExit } from './verdict_exit.ts';

export const command = defineCommand({
  positionals: { scenario: SCENARIO },
  options: {
    ...SCENARIO_OPTIONS,
    ...LIMIT_OPTIONS,
    until: { type: 'time', describe: 'end the run there instead of at its duration' },
    out: {
      type: 'text',
      value: 'DIR',
      describe: 'write series.csv, summary.txt, command.txt and result.json there',
    },
    format: {
      type: 'text',
      describe: 'form of the result on standard output',
      choices: FORMATS.map(({ name }) => name),
      default: 'table',
    },
  },
  examples: [
    ['run k8s-cliff', 'a shipped scenario; ipvsim examples lists them'],
    ['run mine.yaml --set kernel=5.10 --out out/5.10', 'your own on another kernel, results kept'],
    ['run k8s-cliff --format ab', "what ab would have printed, to lay beside the ticket's"],
  ],
  notes: [
    'Same scenario and seed, same bytes in DIR. Ctrl-C ends the run early: what there is by then is written, marked ' +
      'as interrupted, and the exit code is 130.',
  ],
  async run({ scenario: source, set, seed, until, out, format, ...limits }, terminal) {
    const scenario = endingAt(await loadScenario(source, { set, seed }), until);
    refuseBeyond([scenario], limitsOf(limits), 1);
    if (out !== undefined) await prepareFolder(out);
    const interrupt = listenForInterrupt(terminal);
    const result = await drive(scenario, {
      interrupt,
      progress: showProgress(terminal),
      label: scenario.name,
    });
    const command = repeatLine({ source, seed: scenario.seed, set, until_ns: until });
    if (out !== undefined) {
      await writeFolder(out, resultFiles(result, command));
      terminal.say(`Written: ${out}`);
    }
    const { render } = FORMATS.find(({ name }) => name === format)!;
    await terminal.print(render([result], { look: terminal, command }));
    return interrupt.asked ? EXIT.interrupted : verdictExit(overall(result.expectations));
  },
});
