/** Rows of ab's table "Connection Times (ms)". */
import type { LatencyHistogram } from './latency.ts';
import type { Times } from './result.ts';

const PERCENTILES = [50, 66, 75, 80, 90, 95, 98, 99, 100] as const;

/** All zero when there was nothing to measure, as ab prints it. */
export function timesOf(histogram: LatencyHistogram): Times {
  const values =
    histogram.count === 0
      ? PERCENTILES.map(() => 0)
      : histogram.percentiles_us(PERCENTILES.map((percentile) => percentile / 100));
  return {
    min: histogram.count === 0 ? 0 : ms(histogram.min_us),
    mean: ms(Math.round(histogram.mean_us)),
    sd: ms(Math.round(histogram.sd_us)),
    median: ms(values[0]!),
    max: ms(histogram.max_us),
    percentiles: Object.fromEntries(PERCENTILES.map((percentile, index) => [percentile, ms(values[index]!)])),
  };
}

/** Whole microseconds as milliseconds. */
export function ms(us: number): number {
  return us / 1000;
}
