/** No garbage on the hot path: a million packets must pass with next to no collection and no heap growth. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { CaseRun } from '../../tools/bench/run_case.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

test('a million requests and more leave no garbage', () => {
  const line = execFileSync(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', 'tools/bench/run_case.ts', 'garbage'],
    { cwd: root, encoding: 'utf8' },
  );
  const { counts, measured }: CaseRun = JSON.parse(line);
  expect(counts.requests).toBeGreaterThanOrEqual(1_000_000);
  expect(counts.packets).toBeGreaterThan(4_000_000);
  // What is left is the series: a few rows a simulated second.
  expect(measured.collections).toBeLessThan(20);
  expect(measured.heap_growth_bytes).toBeLessThan(16e6);
  expect(measured.longest_pause_ms).toBeLessThan(50);
}, 120_000);
