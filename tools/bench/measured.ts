/** All that one benchmark measures. */
import type { CaseSummaries } from './measure_cases.ts';
import type { CommandTimes } from './measure_commands.ts';
import type { GrowthSummary } from './measure_growth.ts';
import type { PushPollTimes } from './measure_push_poll.ts';

export interface Measured extends CaseSummaries {
  readonly push_poll: readonly PushPollTimes[];
  readonly growth: readonly GrowthSummary[];
  readonly commands: CommandTimes;
}
