/** What a user waits for: whole commands, by the clock on the wall. */
import type { Spread } from './figures.ts';
import { commandTimes_ms } from './processes.ts';

export interface CommandTimes {
  readonly help_ms: Spread;
  /** 300 s of the seed case in mode 0, 600 000 requests. */
  readonly seed_case_ms: Spread;
  /** The scenarios of `npm start`, on all cores. */
  readonly demo_ms: Spread;
}

const STARTS = 10;

export function measureCommands(repetitions: number): CommandTimes {
  return {
    help_ms: commandTimes_ms(STARTS, '--help'),
    seed_case_ms: commandTimes_ms(repetitions, 'run', 'k8s-cliff-mode0', '--quiet'),
    demo_ms: commandTimes_ms(repetitions, 'demo', '--quiet', '--out', 'out/bench/demo'),
  };
}
