/** Help texts, at most 80 columns wide. Loads nothing but the list of commands, so that --help is quick. */
import { COMMAND_GROUPS, type Command, type CommandEntry, type Option } from './command.ts';
import { EXIT_MEANINGS } from './exit_code.ts';

const WIDTH = 80;

/** Splits a text into lines of at most `width` characters at its blanks. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(line);
  return lines;
}

/** Two columns: the terms, and what they mean, wrapped. */
function definitions(rows: readonly (readonly [term: string, meaning: string])[], left: number): string[] {
  return rows.flatMap(([term, meaning]) => {
    const lines = wrap(meaning, WIDTH - left - 2);
    const first = term.length <= left - 4 ? [] : [`  ${term}`];
    const head = first.length === 0 ? `  ${term.padEnd(left - 2)}` : ' '.repeat(left);
    return [...first, ...lines.map((line, index) => (index === 0 ? head : ' '.repeat(left)) + line)];
  });
}

function exitCodes(): string[] {
  return definitions(
    EXIT_MEANINGS.map(([code, meaning]) => [String(code).padStart(3), meaning] as const),
    8,
  );
}

/** What `ipvsim --help` prints. */
export function overview(version: string, commands: readonly CommandEntry[]): string {
  const lines = [
    `ipvsim ${version}: what the Linux IPVS connection table does to your requests`,
    '',
    'Usage: ipvsim COMMAND [options]',
    '',
    'Examples:',
    ...definitions(
      [
        ['ipvsim demo', 'the cliff, and three ways around it, side by side'],
        ['ipvsim run k8s-cliff', 'one shipped scenario, its series and its cause'],
        ['ipvsim run my.yaml --set kernel=5.10', 'your own, on another kernel'],
      ],
      42,
    ),
  ];
  for (const group of COMMAND_GROUPS) {
    const members = commands.filter((entry) => entry.group === group);
    if (members.length === 0) continue;
    const rows = members.map((entry) => [`${entry.name} ${entry.operands}`.trim(), entry.summary] as const);
    lines.push('', `${group}:`, ...definitions(rows, 26));
  }
  lines.push('', 'SCENARIO is a file, - for standard input, a shipped scenario, or lesson:NAME.');
  lines.push('', 'Exit codes:', ...exitCodes());
  lines.push('', 'Every option can also be set as IPVSIM_<OPTION> in the environment.');
  lines.push("'ipvsim COMMAND --help' shows a command's options and examples.");
  return `${lines.join('\n')}\n`;
}

/** What `ipvsim COMMAND --help` prints. */
export function commandHelp(
  entry: CommandEntry,
  command: Command,
  globals: Readonly<Record<string, Option>>,
): string {
  const lines = [`${entry.summary[0]!.toUpperCase()}${entry.summary.slice(1)}.`, ''];
  const hasOptions = Object.keys(command.options).length > 0;
  lines.push(`Usage: ipvsim ${entry.name} ${entry.operands}${hasOptions ? ' [options]' : ''}`.trimEnd());
  const positionals = Object.entries(command.positionals);
  if (positionals.length > 0) {
    lines.push(
      '',
      ...definitions(
        positionals.map(([key, p]) => [key.toUpperCase(), p.describe] as const),
        26,
      ),
    );
  }
  if (hasOptions) lines.push('', 'Options:', ...optionLines(command.options));
  lines.push('', 'Everywhere:', ...optionLines(globals));
  if (command.examples.length > 0) {
    lines.push('', 'Examples:');
    for (const [line, meaning] of command.examples) {
      lines.push(
        ...commandLine(`ipvsim ${line}`),
        ...wrap(meaning, WIDTH - 8).map((text) => `      ${text}`),
      );
    }
  }
  for (const note of command.notes ?? []) lines.push('', ...wrap(note, WIDTH));
  lines.push('', 'Exit codes:', ...exitCodes());
  return `${lines.join('\n')}\n`;
}

/** A command line that is too long goes on after a backslash, as a shell takes it. */
function commandLine(line: string): string[] {
  if (line.length <= WIDTH - 2) return [`  ${line}`];
  const parts = line.split(/ (?=--)/);
  return parts.map((part, index) => {
    const indent = index === 0 ? '  ' : '    ';
    return `${indent}${part}${index < parts.length - 1 ? ' \\' : ''}`;
  });
}

function optionLines(options: Readonly<Record<string, Option>>): string[] {
  return definitions(
    Object.entries(options).map(([key, option]) => [optionTerm(key, option), optionMeaning(option)] as const),
    26,
  );
}

function optionTerm(key: string, option: Option): string {
  const short = option.alias === undefined ? '' : `-${option.alias}, `;
  return `${short}--${key}${optionValue(option)}`;
}

function optionValue(option: Option): string {
  switch (option.type) {
    case 'flag':
      return '';
    case 'count':
      return ' N';
    case 'time':
      return ' TIME';
    case 'list':
      return ` ${option.value ?? 'VALUE'}`;
    case 'text':
      return ` ${option.value ?? (option.choices === undefined ? 'TEXT' : 'NAME')}`;
    default:
      return option satisfies never;
  }
}

function optionMeaning(option: Option): string {
  const parts = [option.describe];
  if (option.type === 'list') parts.push('(may be repeated)');
  if (option.type === 'text' && option.choices !== undefined) parts.push(`(${option.choices.join(', ')})`);
  if ('default' in option && option.default !== undefined) parts.push(`[${option.default}]`);
  return parts.join(' ');
}
