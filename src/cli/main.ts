#!/usr/bin/env node
/**
 * The ipvsim command: finds the command in the list, loads that one only, and turns whatever goes wrong into
 * a line on standard error and an exit code. Read commands.ts next, then run.ts.
 */
import { systemError } from '../storage/system_error.ts';
import { CannotTell, UserError } from '../storage/user_error.ts';
import { VERSION } from '../version.ts';
import { reportBug } from './bug.ts';
import { type CommandEntry, GLOBAL_OPTIONS } from './command.ts';
import { COMMANDS } from './commands.ts';
import { complainOf } from './complain.ts';
import { didYouMean } from './did_you_mean.ts';
import { EXIT, type ExitCode } from './exit_code.ts';
import { openTerminal, type Terminal } from './terminal.ts';

async function main(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  if (words[0] === '--complete') {
    const { candidates } = await import('./completion/candidates.ts');
    const found = await candidates(words.slice(1));
    if (found.length > 0) await terminal.print(found.join('\n'));
    return EXIT.ok;
  }
  const at = words.findIndex((word) => !word.startsWith('-'));
  if (at === -1) return await withoutCommand(words, terminal);
  const name = words[at]!;
  const rest = words.toSpliced(at, 1);
  if (name === 'help') return await main(rest.length === 0 ? ['--help'] : [rest[0]!, '--help'], terminal);
  return await call(find(name), rest, terminal);
}

async function withoutCommand(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  if (words.includes('--version') || words.includes('-V')) {
    await terminal.print(VERSION);
    return EXIT.ok;
  }
  const { overview } = await import('./help.ts');
  if (words.includes('--help') || words.includes('-h')) {
    await terminal.print(overview(VERSION, COMMANDS));
    return EXIT.ok;
  }
  if (words.length > 0) throw new UserError(`unknown option ${words[0]}`, 'ipvsim --help lists the commands');
  terminal.complain(overview(VERSION, COMMANDS));
  return EXIT.wrong;
}

function find(name: string): CommandEntry {
  const found = COMMANDS.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  const hint = didYouMean(
    name,
    COMMANDS.map((entry) => entry.name),
  );
  throw new UserError(`unknown command ${name}`, hint ?? 'ipvsim --help lists the commands');
}

async function call(entry: CommandEntry, words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { command } = await entry.load();
  const end = words.indexOf('--');
  const before = end === -1 ? words : words.slice(0, end);
  if (before.includes('--help') || before.includes('-h')) {
    const { commandHelp } = await import('./help.ts');
    await terminal.print(commandHelp(entry, command, GLOBAL_OPTIONS));
    return EXIT.ok;
  }
  const { parseArguments } = await import('./arguments.ts');
  const { values, settings } = await parseArguments(entry.name, command, words, process.env);
  return await command.run(values, openTerminal(settings));
}

/** What the user can mend, in one line and a hint; everything else is ours to mend. */
function explainFailure(error: unknown, terminal: Terminal): ExitCode {
  const known = systemError('go on', error);
  if (!(known instanceof UserError)) return reportBug(known, terminal);
  complainOf(known, terminal);
  return known instanceof CannotTell ? EXIT.unknown : EXIT.wrong;
}

const words = process.argv.slice(2);
const terminal = openTerminal({ quiet: false, verbose: false, colour: !words.includes('--no-color') });
process.on('uncaughtException', (error) => process.exit(explainFailure(error, terminal)));
try {
  process.exitCode = await main(words, terminal);
} catch (error) {
  process.exitCode = explainFailure(error, terminal);
}
