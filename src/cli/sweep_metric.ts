/** The column that the heat map of a sweep shows. */

import { UserError } from '../storage/user_error.ts';
import { METRICS } from '../sweep/record.ts';
import type { TextOption } from './command.ts';
import { didYouMean } from './did_you_mean.ts';

export const METRIC_OPTION = {
  type: 'text',
  value: 'COLUMN',
  default: 'rps',
  describe: 'what the heat map shows',
} as const satisfies TextOption;

/** Drops and errors get their columns from the runs, so that any name of theirs may turn up. */
export function checkMetric(metric: string): void {
  if (/^(?:drops|errors)\[.+\]$/.test(metric)) return;
  const names = METRICS.map(({ name }) => name);
  if (names.includes(metric)) return;
  throw new UserError(
    `no column is called ${metric}`,
    didYouMean(metric, names) ?? `there are ${names.join(', ')}`,
  );
}
