/**
 * What a command is: a table of options and positionals, and a function. A command file holds one of these
 * and no logic; commands.ts lists them; arguments.ts turns the command line into the values named here.
 */
import type { ExitCode } from './exit_code.ts';
import type { Terminal } from './terminal.ts';

interface OptionBase {
  /** A lower-case phrase for --help. */
  readonly describe: string;
  /** One letter: `s` for -s. */
  readonly alias?: string;
}

/** What the shell's completion offers for a value, given what is typed of it; the rest is the shell's file names. */
export type Offers = (typed: string) => Promise<readonly string[]>;

export interface TextOption extends OptionBase {
  readonly type: 'text';
  /** What stands for the value in the help: `FILE`. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly default?: string;
  readonly offers?: Offers;
}

/** May be given several times. */
export interface ListOption extends OptionBase {
  readonly type: 'list';
  readonly value?: string;
  readonly offers?: Offers;
}

/** A whole number within its bounds. */
export interface CountOption extends OptionBase {
  readonly type: 'count';
  readonly minimum: number;
  readonly maximum?: number;
  readonly default?: number;
}

/** A time with its unit, as in scenario files (`31s`); handed on in whole nanoseconds. */
export interface TimeOption extends OptionBase {
  readonly type: 'time';
}

export interface FlagOption extends OptionBase {
  readonly type: 'flag';
}

export type Option = TextOption | ListOption | CountOption | TimeOption | FlagOption;
export type Options = Readonly<Record<string, Option>>;

export interface Positional {
  readonly describe: string;
  /** One value, at most one, or any number from `minimum` on. */
  readonly count: 'one' | 'optional' | 'many';
  readonly minimum?: number;
  readonly offers?: Offers;
}
export type Positionals = Readonly<Record<string, Positional>>;

type OptionValue<O extends Option> = O extends ListOption
  ? readonly string[]
  : O extends FlagOption
    ? boolean
    : O extends CountOption
      ? O extends { readonly default: number }
        ? number
        : number | undefined
      : O extends TimeOption
        ? number | undefined
        : O extends { readonly choices: readonly (infer Choice)[] }
          ? O extends { readonly default: string }
            ? Choice
            : Choice | undefined
          : O extends { readonly default: string }
            ? string
            : string | undefined;

type PositionalValue<P extends Positional> = P['count'] extends 'many'
  ? readonly string[]
  : P['count'] extends 'optional'
    ? string | undefined
    : string;

/** The values a command's function gets: options and positionals by name, as written on the command line. */
export type Arguments<O extends Options, P extends Positionals> = {
  readonly [Name in keyof O]: OptionValue<O[Name]>;
} & { readonly [Name in keyof P]: PositionalValue<P[Name]> };

export interface CommandSpec<O extends Options, P extends Positionals> {
  readonly positionals: P;
  readonly options: O;
  /** Command line after `ipvsim`, and what it does. */
  readonly examples: readonly (readonly [line: string, meaning: string])[];
  /** Paragraphs for the end of the command's help. */
  readonly notes?: readonly string[];
  run(args: Arguments<O, P>, terminal: Terminal): Promise<ExitCode>;
}

export type Value = string | number | boolean | readonly string[] | undefined;

/** A command whose tables are not known to the compiler any more: what main.ts and completion/ work with. */
export interface Command extends Omit<CommandSpec<Options, Positionals>, 'run'> {
  run(args: Readonly<Record<string, Value>>, terminal: Terminal): Promise<ExitCode>;
}

/** Checks a command's function against its tables. */
export function defineCommand<const O extends Options, const P extends Positionals>(
  spec: CommandSpec<O, P>,
): Command {
  return spec as unknown as Command;
}

/** One line of the list in commands.ts; everything else is loaded when the command is called. */
export interface CommandEntry {
  readonly name: string;
  /** How the positionals look in the overview: `SCENARIO`. */
  readonly operands: string;
  readonly summary: string;
  readonly group: CommandGroup;
  load(): Promise<{ readonly command: Command }>;
}

export const COMMAND_GROUPS = ['Start', 'Simulate', 'Understand', 'Compare', 'Many runs', 'Help'] as const;
export type CommandGroup = (typeof COMMAND_GROUPS)[number];

/** Options that every command takes. */
export const GLOBAL_OPTIONS = {
  quiet: { type: 'flag', describe: 'say nothing but the result and errors', alias: 'q' },
  verbose: { type: 'flag', describe: 'say more on standard error' },
  'no-color': { type: 'flag', describe: 'no colour (also NO_COLOR, TERM=dumb)' },
  help: { type: 'flag', describe: 'show this help', alias: 'h' },
} as const satisfies Record<string, Option>;
