/** Bisection to the last good value: the edge is found, runs are few, and what is no edge is called so. */
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { edgeConfidence, findEdge, type Judge } from '../../src/sweep/edge.ts';
import { parseRange } from '../../src/sweep/grid.ts';

const range = (spec: string) => parseRange('clients.0.rate', spec)!;

function judgeBy(good: (value: number, seed: string) => boolean | null) {
  const asked: string[] = [];
  const judge: Judge = async (value, seed) => {
    asked.push(`${value} ${seed}`);
    const verdict = good(Number.parseFloat(value), seed);
    return {
      verdict: verdict === null ? 'unknown' : verdict ? 'pass' : 'fail',
      measured: 1,
      message: 'said',
    };
  };
  return { judge, asked };
}

describe('findEdge', () => {
  test('finds the last good value in about log2 steps and asks nothing twice', async () => {
    const { judge, asked } = judgeBy((rate) => rate <= 235);
    const edge = await findEdge(range('1/s..1000/s'), ['a'], judge);
    expect(edge).toMatchObject({ kind: 'edge', goodSide: 'low', lastGood: '235/s', firstBad: '236/s' });
    expect(edge).toMatchObject({ goodAtLast: 1, goodAtFirstBad: 0 });
    expect(asked.length).toBeLessThanOrEqual(13);
    expect(new Set(asked).size).toBe(asked.length);
    expect(edge.probes).toHaveLength(asked.length);
  });

  test('the good side may be the high one', async () => {
    const { judge } = judgeBy((delay) => delay >= 0.7);
    const edge = await findEdge(range('0.1..2.0'), ['a'], judge);
    expect(edge).toMatchObject({ kind: 'edge', goodSide: 'high', lastGood: '0.7', firstBad: '0.6' });
  });

  test('with several seeds the last good value is good with all of them', async () => {
    const limits: Record<string, number> = { a: 200, b: 210, c: 190 };
    const { judge } = judgeBy((rate, seed) => rate <= limits[seed]!);
    const edge = await findEdge(range('100..300'), ['a', 'b', 'c'], judge);
    expect(edge).toMatchObject({
      kind: 'edge',
      lastGood: '190',
      firstBad: '191',
      goodAtLast: 3,
      goodAtFirstBad: 2,
    });
    expect(edge.spread).toEqual({ low: '190', median: '200', high: '210' });
  });

  test('a seed that is good everywhere does not move the edge of the others', async () => {
    const { judge } = judgeBy((rate, seed) => seed === 'a' || rate <= 120);
    const edge = await findEdge(range('100..300'), ['a', 'b'], judge);
    expect(edge).toMatchObject({ kind: 'edge', lastGood: '120', spread: { low: '120', high: '300' } });
  });

  test.each([
    ['all good', () => true, { kind: 'all good', lastGood: '20' }],
    ['all bad', () => false, { kind: 'all bad', lastGood: null }],
    [
      'cannot be judged',
      () => null,
      { kind: 'unknown', reason: expect.stringMatching(/^the goal cannot be judged at \d+ with seed a: /) },
    ],
    ['bad everywhere with one seed', (v: number, s: string) => s === 'a' && v <= 15, { kind: 'all bad' }],
    [
      'seeds that disagree on the side',
      (v: number, s: string) => (s === 'a' ? v <= 15 : v > 15),
      { kind: 'unknown', reason: 'the seeds disagree on which end of the range is good' },
    ],
  ])('%s', async (_, good, expected) => {
    const { judge } = judgeBy(good);
    expect(await findEdge(range('10..20'), ['a', 'b'], judge)).toMatchObject(expected);
  });

  test('a goal that comes and goes is not given an edge', async () => {
    // Seed a is bad at 12, which its own bisection never looks at; seed b ends there.
    const { judge } = judgeBy((value, seed) => (seed === 'a' ? value <= 18 && value !== 12 : value <= 12));
    const edge = await findEdge(range('10..20'), ['a', 'b'], judge);
    expect(edge).toMatchObject({ kind: 'unknown', lastGood: '12', goodAtLast: 1 });
    expect(edge.reason).toContain('not monotone');
  });

  property.prop([fc.integer({ min: 2, max: 5000 }), fc.nat(), fc.boolean()])(
    'finds any edge on either side',
    async (count, cut, low) => {
      const at = cut % (count - 1);
      const { judge, asked } = judgeBy((value) => (low ? value <= at : value > at));
      const edge = await findEdge({ count, at: String }, ['s'], judge);
      expect(edge.lastGood).toBe(String(low ? at : at + 1));
      expect(edge.firstBad).toBe(String(low ? at + 1 : at));
      expect(asked.length).toBeLessThanOrEqual(Math.ceil(Math.log2(count)) + 3);
    },
  );

  test('what n seeds can say', () => {
    expect(edgeConfidence(1)).toEqual({ nextSeed: 0.5, medianInRange: 0 });
    expect(edgeConfidence(5)).toEqual({ nextSeed: 5 / 6, medianInRange: 0.9375 });
  });
});
