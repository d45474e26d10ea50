/** Percentiles against a sorted list, and the ways to add and take away. */
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { LatencyHistogram } from '../../src/measure/latency.ts';
import { MillisecondCounts } from '../../src/measure/millisecond_counts.ts';
import { timesOf } from '../../src/measure/times.ts';

const anyLatency = fc.oneof(fc.nat(2000), fc.nat(2_000_000), fc.nat(2 ** 31 - 1));

function histogramOf(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

describe('LatencyHistogram', () => {
  property.prop([fc.array(anyLatency, { minLength: 1, maxLength: 300 })])(
    'percentiles are nearest ranks, low by at most 1/8192',
    (values) => {
      const sorted = [...values].sort((a, b) => a - b);
      const shares = [0.01, 0.5, 0.66, 0.95, 0.99, 1];
      for (const [index, value] of histogramOf(values).percentiles_us(shares).entries()) {
        const exact = sorted[Math.max(1, Math.ceil(shares[index]! * sorted.length - 1e-9)) - 1]!;
        expect(value).toBeLessThanOrEqual(exact);
        expect(value).toBeGreaterThanOrEqual(exact - exact / 8192);
        if (exact < 16384) expect(value).toBe(exact);
      }
    },
  );

  property.prop([fc.array(anyLatency, { minLength: 1 }), fc.array(anyLatency, { minLength: 1 })])(
    'what is added can be taken away',
    (first, second) => {
      const whole = histogramOf(first);
      const before = whole.clone();
      whole.add(histogramOf(second));
      expect(whole.count).toBe(first.length + second.length);
      expect(whole.max_us).toBe(Math.max(...first, ...second));
      const shares = [0.25, 0.5, 0.75];
      expect(whole.percentiles_us(shares)).toEqual(histogramOf([...first, ...second]).percentiles_us(shares));
      const rest = whole.minus(before);
      expect(rest.count).toBe(second.length);
      expect(rest.mean_us).toBeCloseTo(histogramOf(second).mean_us, 3);
    },
  );

  test('a lost SYN is told from a second to a tenth of a millisecond', () => {
    const histogram = histogramOf([1_000_400, 1_069_900, 1_070_100]);
    const [low, middle, high] = histogram.percentiles_us([0.3, 0.6, 1]);
    expect(low! / 1000).toBeCloseTo(1000.4, 0);
    expect(middle! / 1000).toBeCloseTo(1069.9, 0);
    expect(high).toBe(1_070_100);
  });

  test('is empty again after clear()', () => {
    const histogram = histogramOf([5, 5, 70_000]);
    histogram.clear();
    expect(histogram.count).toBe(0);
    histogram.record(7);
    expect(histogram.percentiles_us([0.5])).toEqual([7]);
    expect(timesOf(histogram)).toMatchObject({ min: 0.007, mean: 0.007, sd: 0, median: 0.007, max: 0.007 });
  });

  test('mean and standard deviation as ab computes them', () => {
    const { mean, sd } = timesOf(histogramOf([1000, 2000, 3000, 4000]));
    expect(mean).toBe(2.5);
    expect(sd).toBe(1.291);
  });

  test('an empty one prints zeros', () => {
    expect(timesOf(new LatencyHistogram())).toMatchObject({ min: 0, mean: 0, sd: 0, median: 0, max: 0 });
  });
});

test('MillisecondCounts rounds down and grows', () => {
  const counts = new MillisecondCounts();
  for (const us of [0, 999, 1000, 1999, 127_000_500]) counts.record(us);
  expect(counts.toRecord()).toEqual({ 0: 2, 1: 2, 127000: 1 });
});
