/** The command that repeats a run, as the user asked for it. */
import { type Asked, commandLine } from '../report/command.ts';
import { duration } from '../report/numbers.ts';

export interface Repeatable extends Asked {
  readonly seed: string;
  readonly until_ns: number | undefined;
}

export function repeatLine({ until_ns, ...asked }: Repeatable): string {
  const until = until_ns === undefined ? '' : ` --until ${duration(until_ns)}`;
  return `${commandLine('run', asked)}${until}`;
}
