/** Commands that reports and the page tell people to type: the one that repeats a run, and others about the same scenario. */
import type { Result } from '../measure/result.ts';
import { duration } from './numbers.ts';

/**
 * `ipvsim run NAME --seed SEED` with the sysctls that came from the command line. Whoever knows the real
 * command (the file's path, other --set options) hands that to the report instead.
 */
export function repeatCommand({ scenario }: Result): string {
  const settings = Object.entries(scenario.sysctlOrigin)
    .filter(([key, origin]) => origin === '--set' && Object.hasOwn(scenario.sysctl, key))
    .map(([key]) => `--set ${quote(`sysctl.${key}=${scenario.sysctl[key]}`)}`);
  return ['ipvsim run', quote(scenario.name), '--seed', quote(scenario.seed), ...settings].join(' ');
}

/** A word for a POSIX shell. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** What the user said about the scenario, so that the next command is about the same one. */
export interface Asked {
  /** What the user called the scenario. */
  readonly source: string;
  readonly set: readonly string[];
  readonly seed: string | undefined;
  /** An earlier end of the run; absent for its duration. */
  readonly until_ns?: number | undefined;
}

/** `ipvsim COMMAND SCENARIO` with the changes that were asked for. */
export function commandLine(command: string, { source, seed, set, until_ns }: Asked): string {
  const changes = [
    ...(seed === undefined ? [] : [option('seed', seed)]),
    ...set.map((change) => option('set', change)),
    ...(until_ns === undefined ? [] : [option('until', duration(until_ns))]),
  ];
  return ['ipvsim', command, quote(source), ...changes].join(' ');
}

/** A value that begins with a dash would be taken for the next option. */
function option(name: string, value: string): string {
  return `--${name}${value.startsWith('-') ? '=' : ' '}${quote(value)}`;
}
