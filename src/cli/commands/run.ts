/** `ipvsim run`: one scenario, its result on standard output and, with --out, in a folder. */
import type { Cliff, Result } from '../../measure/result.ts';
import { type Asked, commandLine } from '../../report/command.ts';
import { FORMATS, type FormatOptions } from '../../report/forms/formats.ts';
import { overall } from '../../report/verdicts.ts';
import { scenarioNotes } from '../../scenario/notes.ts';
import { prepareFolder, writeTogether } from '../../storage/whole_file.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../exit_code.ts';
import { resultFiles } from '../files/result_files.ts';
import { endingAt, parseOrThrow, readScenarioText } from '../files/scenario_source.ts';
import { listenForInterrupt } from '../interrupt.ts';
import { LIMIT_OPTIONS, limitsOf, refuseBeyond, runLimits } from '../limits.ts';
import { showProgress } from '../progress.ts';
import { SCENARIO, SCENARIO_OPTIONS, UNTIL_OPTION } from '../scenario_options.ts';
import { findAttempt, traceAttempt, watchPorts } from '../slow_connect.ts';
import { verdictExit } from '../verdict_exit.ts';
import { runWatched, type Watch } from '../watched_run.ts';

export const command = defineCommand({
  positionals: { scenario: SCENARIO },
  options: {
    ...SCENARIO_OPTIONS,
    ...LIMIT_OPTIONS,
    ...UNTIL_OPTION,
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
  async run({ scenario: source, set, seed, until, out, format, ...asked }, terminal) {
    const from = await readScenarioText(source);
    const scenario = endingAt(parseOrThrow(from, { set, seed }), until);
    for (const note of scenarioNotes(scenario)) terminal.say(`note: ${note}`);
    const limits = limitsOf(asked);
    refuseBeyond([scenario], limits, 1);
    const interrupt = listenForInterrupt(terminal);
    if (out !== undefined) prepareFolder(out);
    const watch = {
      interrupt,
      progress: showProgress(terminal),
      label: `simulating ${scenario.name}`,
      limits: runLimits(limits),
    };
    const result = await runWatched(scenario, watch);
    const command = commandLine('run', { source, seed: scenario.seed, set, until_ns: until });
    if (out !== undefined) writeTogether(out, resultFiles(result, command));
    const seen = format === 'html' && !interrupt.asked ? await pictureOfCliff(result, watch) : {};
    const { render } = FORMATS.find(({ name }) => name === format)!;
    await terminal.print(
      render([result], { look: terminal, commands: [command], file: from.label, ...seen }),
    );
    if (out !== undefined) terminal.say(`Written: ${out}`);
    if (result.cliff !== null && format === 'table')
      terminal.say(nextSteps({ source, set, seed, until_ns: until }, result.cliff));
    return interrupt.asked ? EXIT.interrupted : verdictExit(overall(result.expectations));
  },
});

/** The packets of one connect that met the cliff, and what its client's source ports went through. */
async function pictureOfCliff(result: Result, watch: Watch): Promise<Pick<FormatOptions, 'trace' | 'ports'>> {
  const { scenario, cliff } = result;
  if (cliff === null) return {};
  const attempt = await findAttempt(scenario, { at_ns: Math.ceil(cliff.first_drop_s * 1e9) }, watch);
  if (attempt === null) return {};
  return {
    trace: await traceAttempt(scenario, attempt, false, watch),
    ports: await watchPorts(result, attempt, watch),
  };
}

/** On one line where the terminal has room for both. */
function nextSteps(asked: Asked, { first_drop_s }: Cliff): string {
  const steps = [
    `${commandLine('why', asked)} --at ${Math.ceil(first_drop_s) + 1}s`,
    commandLine('advise', asked),
  ];
  const line = `Next: ${steps.join('     ')}`;
  return line.length <= 80 ? line : `Next: ${steps.join('\n      ')}`;
}
