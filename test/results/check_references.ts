/** Runs a share of the shipped scenarios and compares them with their reference output, byte for byte. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { referenceFiles, root, runShipped, shippedNames } from '../../tools/reference_results.ts';

/** Vitest runs files side by side, not tests: so there is a file for each share. */
export function checkReferences(share: number, shares: number): void {
  describe.each(shippedNames().filter((_, index) => index % shares === share))('%s', (name) => {
    test('meets its expectations and its reference output', () => {
      const result = runShipped(name);
      expect(result.expectations.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
      expect(result.expectations.length).toBeGreaterThan(0);
      for (const [file, content] of Object.entries(referenceFiles(name, result))) {
        const path = `${root}results/${name}/${file}`;
        expect(existsSync(path), `${path} is missing: npm run results ${name}`).toBe(true);
        // Not toEqual: the difference of two long files would be printed whole.
        const stored = readFileSync(path, 'utf8');
        expect(
          stored === content,
          `${file} of ${name} differs from results/${name}: npm run results ${name}`,
        ).toBe(true);
      }
    }, 120_000);
  });
}
