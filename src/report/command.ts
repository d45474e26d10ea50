/** The command that repeats a run, for the last line of every report. */
import type { Result } from '../measure/result.ts';

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
