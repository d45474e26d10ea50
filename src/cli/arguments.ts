/**
 * From a command line to the values a command's function gets. yargs splits the words; the checks are ours,
 * because yargs takes `--jobs abc` for NaN, drops an option without its value, makes an array of a repeated
 * one, and suggests commands but no options.
 */
import yargs from 'yargs';
import { readDuration } from '../scenario/units.ts';
import { UserError } from '../storage/user_error.ts';
import { type Command, type CountOption, GLOBAL_OPTIONS, type Option, type Value } from './command.ts';
import { didYouMean } from './did_you_mean.ts';
import type { TerminalSettings } from './terminal.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface ParsedArguments {
  readonly values: Readonly<Record<string, Value>>;
  readonly settings: TerminalSettings;
}

/** `words` are the command line after the command's name. Throws a UserError that names what is wrong. */
export async function parseArguments(
  name: string,
  command: Command,
  words: readonly string[],
  environment: Environment,
): Promise<ParsedArguments> {
  // Without a prototype: `--constructor` is no option, and must not look like one.
  const options: Readonly<Record<string, Option>> = Object.assign(
    Object.create(null),
    command.options,
    GLOBAL_OPTIONS,
  );
  rejectUnknown(name, options, words);
  rejectFlagValues(options, words);
  const raw = await split(options, words);
  const values: Record<string, Value> = {};
  for (const [key, option] of Object.entries(options)) {
    values[key] = readOption(key, option, raw[key], environment);
  }
  readPositionals(name, command, raw._ as readonly string[], values);
  return {
    values,
    settings: {
      quiet: values.quiet === true,
      verbose: values.verbose === true,
      colour: values['no-color'] !== true,
    },
  };
}

/** yargs at its plainest: every value stays the text that was written. */
async function split(options: Readonly<Record<string, Option>>, words: readonly string[]) {
  const names = Object.keys(options);
  const parser = yargs()
    .help(false)
    .version(false)
    .locale('en')
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'short-option-groups': false,
      'strip-aliased': true,
    })
    .option('_', { type: 'string' })
    .string(names.filter((key) => options[key]!.type !== 'flag'))
    .boolean(names.filter((key) => options[key]!.type === 'flag'));
  for (const key of names) if (options[key]!.alias !== undefined) parser.alias(key, options[key]!.alias);
  const { $0: _script, ...raw } = (await parser.parseAsync(joinDashes(options, words))) as Record<
    string,
    unknown
  >;
  return raw;
}

/** A lone `-` stands for a standard stream; yargs would take it for the next option. */
function joinDashes(options: Readonly<Record<string, Option>>, words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const option = options[joined.at(-1)?.replace(/^--/, '') ?? ''];
    if (word === '-' && option !== undefined && option.type !== 'flag') joined.push(`${joined.pop()}=-`);
    else joined.push(word);
  }
  return joined;
}

/** yargs takes `--force=maybe` for false. */
function rejectFlagValues(options: Readonly<Record<string, Option>>, words: readonly string[]): void {
  for (const word of beforeDashes(words)) {
    const [, key = '', value = ''] = /^--([^=]+)=(.*)$/s.exec(word) ?? [];
    if (options[key]?.type !== 'flag' || value === 'true' || value === 'false') continue;
    throw new UserError(`--${key} takes no value (got ${JSON.stringify(value)})`);
  }
}

/** Before yargs sees them: it stumbles over `--constructor` and renames `--__proto__`. */
function rejectUnknown(
  name: string,
  options: Readonly<Record<string, Option>>,
  words: readonly string[],
): void {
  const known = Object.keys(options);
  const names = new Set([...known, ...known.flatMap((key) => options[key]!.alias ?? [])]);
  for (const word of beforeDashes(words)) {
    const [, dashes = '', key = ''] = /^(--?)([^-=\d][^=]*)/.exec(word) ?? [];
    if (key === '' || names.has(key)) continue;
    const hint = didYouMean(
      `--${key}`,
      known.map((option) => `--${option}`),
    );
    throw new UserError(
      `${name}: unknown option ${dashes}${key}`,
      hint ?? `ipvsim ${name} --help lists the options`,
    );
  }
}

/** After a lone `--` come positionals, whatever they look like. */
function beforeDashes(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--');
  return end === -1 ? words : words.slice(0, end);
}

/** A value comes from the command line, else from IPVSIM_<OPTION>, else it is the default. */
function readOption(key: string, option: Option, given: unknown, environment: Environment): Value {
  const variable = `IPVSIM_${key.toUpperCase().replaceAll('-', '_')}`;
  const fromEnvironment = environment[variable];
  const useEnvironment = (given === undefined || given === false) && Boolean(fromEnvironment);
  const label = useEnvironment ? variable : `--${key}`;
  const value = useEnvironment ? fromEnvironment : given;
  if (option.type === 'flag') return readFlag(label, value);
  if (option.type === 'list') {
    const list = useEnvironment ? fromEnvironment!.split('\n') : value === undefined ? [] : [value].flat();
    return (list as string[]).map((text) => readText(label, text));
  }
  if (Array.isArray(value))
    throw new UserError(`${label} is given ${value.length} times; it takes one value`);
  if (value === undefined) return 'default' in option ? option.default : undefined;
  const text = readText(label, value);
  switch (option.type) {
    case 'count':
      return readCount(label, option, text);
    case 'time':
      return readTime(label, text);
    case 'text':
      return readChoice(label, option.choices, text);
    default:
      return option satisfies never;
  }
}

function readFlag(label: string, value: unknown): boolean {
  // A flag given twice says the same twice.
  const last = Array.isArray(value) ? value.at(-1) : value;
  if (last === undefined || last === false || last === '0' || last === 'false') return false;
  if (last === true || last === '1' || last === 'true') return true;
  throw new UserError(`${label} must be 1 or 0 (got ${JSON.stringify(last)})`);
}

function readText(label: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new UserError(`${label} needs a value`);
  return value;
}

function readCount(label: string, option: CountOption, text: string): number {
  const { minimum, maximum = Number.MAX_SAFE_INTEGER } = option;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= minimum && value <= maximum) return value;
  const bounds = option.maximum === undefined ? `${minimum} or more` : `${minimum} to ${maximum}`;
  throw new UserError(`${label} must be a whole number, ${bounds} (got ${JSON.stringify(text)})`);
}

function readTime(label: string, text: string): number {
  const reading = readDuration(text);
  if (reading.ok) return reading.value;
  throw new UserError(`${label} ${reading.message} (got ${JSON.stringify(text)})`, reading.hint);
}

function readChoice(label: string, choices: readonly string[] | undefined, text: string): string {
  if (choices === undefined || choices.includes(text)) return text;
  const hint = didYouMean(text, choices);
  throw new UserError(`${label} must be one of ${choices.join(', ')} (got ${JSON.stringify(text)})`, hint);
}

function readPositionals(
  name: string,
  command: Command,
  given: readonly string[],
  values: Record<string, Value>,
): void {
  const left = given.map(String);
  for (const [key, positional] of Object.entries(command.positionals)) {
    const label = key.toUpperCase();
    if (positional.count === 'many') {
      values[key] = left.splice(0);
      const minimum = positional.minimum ?? 0;
      if ((values[key] as readonly string[]).length < minimum)
        throw missing(name, label, positional.describe);
      continue;
    }
    const value = left.shift();
    if (positional.count === 'one' && (value === undefined || value === '')) {
      throw missing(name, label, positional.describe);
    }
    values[key] = value;
  }
  if (left.length > 0) {
    throw new UserError(
      `${name}: unexpected ${JSON.stringify(left[0])}`,
      `ipvsim ${name} --help shows the usage`,
    );
  }
}

function missing(name: string, label: string, describe: string): UserError {
  return new UserError(`${name} needs ${label}: ${describe}`, `ipvsim ${name} --help shows the usage`);
}
