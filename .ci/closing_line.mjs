// Prints "N passed, N failed" from vitest's JSON report; a test file that could not even be loaded has failed too.
import { existsSync, readFileSync } from 'node:fs';

const report = process.argv[2];
if (existsSync(report)) {
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const unloaded = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
  console.log(`${numPassedTests} passed, ${numFailedTests + unloaded.length} failed${skipped}`);
} else {
  console.log('The tests did not run: a check before them failed.');
}
