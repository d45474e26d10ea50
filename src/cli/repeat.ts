/** Commands that a report tells people to type: the one that repeats a run, and others about the same scenario. */
import { quote } from '../report/command.ts';
import { duration } from '../report/numbers.ts';

/** What the user said about the scenario, so that the next command is about the same one. */
export interface Asked {
  /** What the user called the scenario. */
  readonly source: string;
  readonly set: readonly string[];
  readonly seed: string | undefined;
}

export interface Repeatable extends Asked {
  readonly seed: string;
  readonly until_ns: number | undefined;
}

export function repeatLine({ until_ns, ...asked }: Repeatable): string {
  const until = until_ns === undefined ? '' : ` --until ${duration(until_ns)}`;
  return `${commandLine('run', asked)}${until}`;
}

/** `ipvsim COMMAND SCENARIO` with the changes that were asked for. */
export function commandLine(command: string, { source, seed, set }: Asked): string {
  const changes = [
    ...(seed === undefined ? [] : [option('seed', seed)]),
    ...set.map((change) => option('set', change)),
  ];
  return ['ipvsim', command, quote(source), ...changes].join(' ');
}

/** A value that begins with a dash would be taken for the next option. */
function option(name: string, value: string): string {
  return `--${name}${value.startsWith('-') ? '=' : ' '}${quote(value)}`;
}
