/** Verdicts of expectations: their signs, their order, and what a whole result amounts to. */
import type { Verdict } from '../measure/result.ts';
import { figure } from './numbers.ts';

export const VERDICT_SIGN = { pass: '✓', fail: '✗', unknown: '?' } as const;
export const VERDICT_STYLE = { pass: 'green', fail: 'red', unknown: 'yellow' } as const;

/** One failed expectation fails the whole; one that cannot be judged makes it unknown. */
export function overall(expectations: readonly Verdict[]): Verdict['verdict'] {
  const verdicts = expectations.map(({ verdict }) => verdict);
  if (verdicts.includes('fail')) return 'fail';
  return verdicts.includes('unknown') ? 'unknown' : 'pass';
}

/** `3 of 4 expectations hold`; empty when there are none. */
export function tally(expectations: readonly Verdict[]): string {
  const all = expectations.length;
  if (all === 0) return '';
  const held = expectations.filter(({ verdict }) => verdict === 'pass').length;
  const noun = all === 1 ? 'expectation holds' : 'expectations hold';
  return held === all && all > 1 ? `all ${all} ${noun}` : `${held} of ${all} ${noun}`;
}

/** What was measured, as text. */
export function measured({ measured: value }: Verdict): string {
  return value === null ? 'no value' : figure(value);
}
