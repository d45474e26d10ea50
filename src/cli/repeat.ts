/** The command that repeats a run, for reports and command.txt. */
import { quote } from '../report/command.ts';
import type { Scenario } from '../scenario/scenario.ts';

export function repeatLine(source: string, run: { scenario: Scenario; set: readonly string[] }): string {
  const settings = run.set.flatMap((change) => ['--set', quote(change)]);
  return ['ipvsim', 'run', quote(source), '--seed', quote(run.scenario.seed), ...settings].join(' ');
}
