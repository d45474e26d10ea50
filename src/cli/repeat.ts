/** The command that repeats a run, for reports and command.txt. */
import { quote } from '../report/command.ts';
import { duration } from '../report/numbers.ts';

export interface Repeatable {
  /** What the user called the scenario. */
  readonly source: string;
  readonly seed: string;
  readonly set: readonly string[];
  readonly until_ns: number | undefined;
}

export function repeatLine({ source, seed, set, until_ns }: Repeatable): string {
  const settings = set.flatMap((change) => ['--set', quote(change)]);
  const until = until_ns === undefined ? [] : ['--until', duration(until_ns)];
  return ['ipvsim', 'run', quote(source), '--seed', quote(seed), ...settings, ...until].join(' ');
}
