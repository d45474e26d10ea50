/** Some hundred inputs of each kind that nobody has written yet: refused in words or answered, never a crash. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SUBJECTS } from './models/subjects.ts';

/** Of each kind; `npm run fuzz -- --count N` tries more. A slow machine tries fewer. */
const INPUTS = 150;
const LONGEST_MS = 20_000;

test.each(SUBJECTS)('$name', { timeout: 3 * LONGEST_MS }, async (subject) => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(subject.inputs, async (input) => {
      seen.add(await subject.try(input));
    }),
    { numRuns: INPUTS, interruptAfterTimeLimit: LONGEST_MS, maxSkipsPerRun: 0 },
  );
  // A model that is always refused, or never, tries less than it seems to.
  expect([...seen].sort()).toEqual(['answered', 'refused']);
});
