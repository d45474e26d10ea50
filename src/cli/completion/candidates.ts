/**
 * What may stand where the cursor is: the words after `ipvsim`, the last of them unfinished, against the tables
 * of the commands. The shells' scripts (scripts.ts) ask for it.
 */
import { type Command, GLOBAL_OPTIONS, type Offers, type Option } from '../command.ts';
import { COMMANDS } from '../commands.ts';

export async function candidates(words: readonly string[]): Promise<readonly string[]> {
  const current = words.at(-1) ?? '';
  const all = await offered(words.slice(0, -1), current);
  return [...new Set(all)].filter((candidate) => candidate.startsWith(current));
}

async function offered(before: readonly string[], current: string): Promise<readonly string[]> {
  const [name, ...rest] = before;
  const commands = COMMANDS.map((entry) => entry.name);
  if (name === undefined) return current.startsWith('-') ? ['--help', '--version'] : [...commands, 'help'];
  if (name === 'help') return commands;
  const entry = COMMANDS.find((one) => one.name === name);
  if (entry === undefined) return [];
  const { command } = await entry.load();
  const options: Readonly<Record<string, Option>> = { ...command.options, ...GLOBAL_OPTIONS };
  const [, key, typed] = /^--([\w-]+)=(.*)$/s.exec(current) ?? [];
  if (key !== undefined && Object.hasOwn(options, key)) {
    return (await valuesOf(options[key]!, typed!)).map((value) => `--${key}=${value}`);
  }
  const waiting = optionOf(options, rest.at(-1));
  if (waiting !== null && waiting.type !== 'flag') return await valuesOf(waiting, current);
  if (current.startsWith('-')) return Object.keys(options).map((option) => `--${option}`);
  return (await positionalAt(command, places(options, rest))?.(current)) ?? [];
}

function optionOf(options: Readonly<Record<string, Option>>, word: string | undefined): Option | null {
  if (word === undefined) return null;
  const long = /^--([\w-]+)$/.exec(word)?.[1];
  if (long !== undefined) return Object.hasOwn(options, long) ? options[long]! : null;
  return Object.values(options).find(({ alias }) => alias !== undefined && word === `-${alias}`) ?? null;
}

async function valuesOf(option: Option, typed: string): Promise<readonly string[]> {
  if ('choices' in option && option.choices !== undefined) return option.choices;
  return 'offers' in option ? ((await option.offers?.(typed)) ?? []) : [];
}

/** How many positionals are there already: words that are neither options nor their values. */
function places(options: Readonly<Record<string, Option>>, words: readonly string[]): number {
  return words.filter((word, index) => {
    if (word.startsWith('-') && word !== '-') return false;
    const option = optionOf(options, words[index - 1]);
    return option === null || option.type === 'flag';
  }).length;
}

function positionalAt({ positionals }: Command, place: number): Offers | undefined {
  const all = Object.values(positionals);
  const last = all.at(-1);
  return (all[place] ?? (last?.count === 'many' ? last : undefined))?.offers;
}
