/** `npm run confusion [CAUSE]`: simulates and diagnoses every case; without a cause, keeps the outcomes. */
import { writeFileSync } from 'node:fs';
import { CONFUSION_CASES } from './cases.ts';
import { outcomesOf } from './confusion.ts';
import { digestOf, STORED, storedText } from './stored.ts';

const [only] = process.argv.slice(2);
const cases = CONFUSION_CASES.filter(({ cause }) => only === undefined || cause === only);
const outcomes = cases.flatMap(outcomesOf);
for (const { cause, load, kernel, isNoisy, way, verdict } of outcomes) {
  const isWrong = verdict !== cause && verdict !== 'cannot say';
  const words = [cause, load, kernel, isNoisy ? 'noisy' : 'quiet', way, verdict];
  if (isWrong || only !== undefined) process.stdout.write(`${words.join(' | ')}\n`);
}
if (only === undefined) writeFileSync(STORED, storedText({ cases: digestOf(cases), outcomes }));
