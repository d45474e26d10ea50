/**
 * Every shipped scenario, run by the command that users type in a process of its own: its expectations hold,
 * and what it writes is what lies under results/, byte for byte.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { REFERENCE_FILES, root, shippedNames } from '../../tools/reference_results.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'ipvsim-results-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('every folder is that of a shipped scenario', () => {
  const entries = readdirSync(`${root}results`, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  expect(folders.sort()).toEqual(shippedNames());
});

describe.concurrent('shipped scenarios', () => {
  test.each(shippedNames())(
    '%s',
    async (name) => {
      const out = join(folder, name);
      // A failed expectation is exit code 1, which rejects with what was printed.
      await run(process.execPath, ['dist/cli/main.js', 'run', name, '--out', out], { cwd: root });
      for (const file of REFERENCE_FILES) {
        const reference = `${root}results/${name}/${file}`;
        expect(existsSync(reference), `results/${name}/${file} is missing: npm run results ${name}`).toBe(
          true,
        );
        // Not toEqual: the difference of two long files would be printed whole.
        const same = readFileSync(join(out, file), 'utf8') === readFileSync(reference, 'utf8');
        expect(same, `${file} differs from results/${name}/${file}: npm run results ${name}`).toBe(true);
      }
    },
    180_000,
  );
});
