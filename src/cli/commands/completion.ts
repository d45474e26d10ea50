/** Completion for the shell: yargs prints the script, and answers what it asks while the user types. */
import yargs, { type Argv } from 'yargs';
import { defineCommand, GLOBAL_OPTIONS, type Option } from '../command.ts';
import { COMMANDS } from '../commands.ts';
import { EXIT, type ExitCode } from '../exit_code.ts';
import { shippedScenarios } from '../files/shipped.ts';
import type { Terminal } from '../terminal.ts';

export const command = defineCommand({
  positionals: {},
  options: {},
  examples: [['completion >> ~/.bashrc', 'complete commands, options and scenario names with Tab']],
  async run(_args, terminal) {
    const script = await captured(async () => (await parser()).showCompletionScript());
    await terminal.print(script);
    return EXIT.ok;
  },
});

/** The shell's question: the words typed so far, after --get-yargs-completions. */
export async function complete(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const typed = words.slice(words.indexOf('--get-yargs-completions') + 1);
  const current = typed.at(-1) ?? '';
  const takesScenario = COMMANDS.some(
    (entry) => entry.name === typed[1] && entry.operands.includes('SCENARIO'),
  );
  const names = takesScenario && !current.startsWith('-') ? await shippedScenarios() : [];
  const own = names.map((scenario) => scenario.name).filter((name) => name.startsWith(current));
  const asked = await captured(async () => void (await (await parser()).parseAsync([...words])));
  await terminal.print([...own, ...asked.split('\n').filter((line) => line !== '')].join('\n'));
  return EXIT.ok;
}

/** All commands with all their options, as yargs wants them. */
async function parser(): Promise<Argv> {
  let all = yargs().scriptName('ipvsim').locale('en').help(false).version(false).exitProcess(false);
  for (const entry of COMMANDS) {
    const { options } = (await entry.load()).command;
    all = all.command(entry.name, entry.summary, (each) =>
      withOptions(each, { ...options, ...GLOBAL_OPTIONS }),
    );
  }
  return all.completion('completion', false);
}

function withOptions(parser: Argv, options: Readonly<Record<string, Option>>): Argv {
  for (const [key, option] of Object.entries(options)) {
    parser.option(key, {
      type: option.type === 'flag' ? 'boolean' : 'string',
      describe: option.describe,
      ...('choices' in option && option.choices !== undefined ? { choices: option.choices } : {}),
    });
  }
  return parser;
}

/** yargs prints completions itself, through console.log. */
async function captured(work: () => Promise<unknown>): Promise<string> {
  const lines: string[] = [];
  const { log } = console;
  console.log = (line: unknown) => lines.push(String(line));
  try {
    await work();
  } finally {
    console.log = log;
  }
  return lines.join('\n');
}
