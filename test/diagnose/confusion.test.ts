/**
 * The stored outcomes are those of the present cases, no verdict among them is wrong, and a sample is simulated and
 * diagnosed anew. `npm run confusion` does all of them.
 */
import { describe, expect, test } from 'vitest';
import { CONFUSION_CASES } from '../../tools/confusion/cases.ts';
import { outcomesOf, WAYS } from '../../tools/confusion/confusion.ts';
import { judged } from '../../tools/confusion/page.ts';
import { digestOf, readStored } from '../../tools/confusion/stored.ts';

const { cases, outcomes } = readStored();
/** Every so manieth case: prime to the numbers of kernels and loads, so that it meets all of them. */
const STRIDE = 13;

test('the stored outcomes are those of the cases (npm run confusion)', () => {
  expect(cases).toBe(digestOf(CONFUSION_CASES));
  expect(outcomes).toHaveLength(CONFUSION_CASES.length * WAYS.length);
});

test('every cause is among the cases, and no verdict is wrong', () => {
  expect(new Set(outcomes.map(({ cause }) => cause)).size).toBe(15);
  expect(outcomes.filter((outcome) => judged(outcome) === 'wrong')).toEqual([]);
});

test('with the evidence of all hosts most verdicts are right', () => {
  const all = outcomes.filter(({ way }) => way === 'all hosts');
  const right = all.filter((outcome) => judged(outcome) === 'right').length;
  expect(right / all.length).toBeGreaterThan(0.9);
});

describe('simulated and diagnosed anew', () => {
  const sample = CONFUSION_CASES.map((each, index) => ({ ...each, index })).filter(
    ({ index }) => index % STRIDE === 0,
  );

  test.each(sample)('$cause, $load, $kernel', ({ index, ...each }) => {
    expect(outcomesOf(each)).toEqual(outcomes.slice(index * WAYS.length, (index + 1) * WAYS.length));
  });
});
