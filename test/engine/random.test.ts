/** Named random streams: independent, repeatable, and within their bounds. */
import { expect, test } from 'vitest';
import { RandomStream } from '../../src/engine/random.ts';

const draws = (stream: RandomStream, count: number) => Array.from({ length: count }, () => stream.u32());

test('the same seed and name give the same numbers, another name or seed others', () => {
  const first = draws(new RandomStream('seed', 'a'), 5);
  expect(draws(new RandomStream('seed', 'a'), 5)).toEqual(first);
  expect(draws(new RandomStream('seed', 'b'), 5)).not.toEqual(first);
  expect(draws(new RandomStream('other', 'a'), 5)).not.toEqual(first);
});

test('these numbers stay what they were: saved results depend on them', () => {
  // A snapshot of the day it was taken; nothing says that these are the right ones.
  expect(draws(new RandomStream('ipvsim', 'director'), 3)).toMatchInlineSnapshot(`
    [
      3730128026,
      3920553401,
      2711134691,
    ]
  `);
});

test('numbers below a bound are whole, in range, and about equally frequent', () => {
  const stream = new RandomStream('seed', 'below');
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) counts[stream.below(10)]!++;
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

test('exponential delays are whole nanoseconds with the mean that was asked for', () => {
  const stream = new RandomStream('seed', 'exponential');
  let sum = 0;
  for (let i = 0; i < 20_000; i++) {
    const delay_ns = stream.exponential_ns(60e6);
    expect(Number.isSafeInteger(delay_ns) && delay_ns >= 0).toBe(true);
    sum += delay_ns;
  }
  expect(sum / 20_000 / 60e6).toBeCloseTo(1, 1);
});
