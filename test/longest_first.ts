/** The order of test files: those that take minutes first, so that no worker is left alone with one at the end. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const LONGEST: readonly string[] = [
  'test/results/references.test.ts',
  'test/robustness/regular_expressions.test.ts',
  'test/playground/playground.browser.test.ts',
  'test/playground/knobs.browser.test.ts',
  'test/project/generated.test.ts',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => LONGEST.some((name) => moduleId.endsWith(name));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
