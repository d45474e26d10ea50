/**
 * `npm run fuzz -- --count 10000 [--seed 1] [--only results]`: as many inputs of each kind as asked for, and a line for
 * each kind: how many were answered, how many refused in words, and what failed, with the input that makes it fail.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { SUBJECTS } from '../../test/robustness/models/subjects.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
    only: { type: 'string' },
  },
});
const numRuns = Number(values.count);
const seed = Number(values.seed);
let failed = 0;
console.log(`seed ${seed}, ${numRuns} inputs of each kind`);
for (const subject of SUBJECTS) {
  if (values.only !== undefined && values.only !== subject.name) continue;
  const tally = { answered: 0, refused: 0 };
  let slowest_ms = 0;
  const start_ms = performance.now();
  const outcome = await fc.check(
    fc.asyncProperty(subject.inputs, async (input) => {
      const begin_ms = performance.now();
      tally[await subject.try(input)]++;
      slowest_ms = Math.max(slowest_ms, performance.now() - begin_ms);
    }),
    { numRuns, seed },
  );
  const seconds = ((performance.now() - start_ms) / 1000).toFixed(0);
  const verdict = outcome.failed ? 'FAILED' : 'none failed';
  console.log(
    `${subject.name.padEnd(20)} ${outcome.numRuns} tried: ${tally.answered} answered, ${tally.refused} refused, ${verdict}; slowest ${slowest_ms.toFixed(0)} ms, ${seconds} s`,
  );
  if (!outcome.failed) continue;
  failed++;
  const file = `/tmp/ipvsim-fuzz-${subject.name.replaceAll(' ', '-')}.txt`;
  writeFileSync(file, outcome.counterexample?.[0] ?? '');
  const error = outcome.errorInstance;
  console.log(`  ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  console.log(`  the input is in ${file}`);
}
process.exitCode = failed === 0 ? 0 : 1;
