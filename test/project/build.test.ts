/** What `npm run build` leaves: the sources compiled, nothing besides, and the kernel in one piece. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { removeStale, staleFiles } from '../../tools/stale_files.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

describe('files of an earlier build', () => {
  test('are gone', () => {
    expect(staleFiles(join(ROOT, 'src'), join(ROOT, 'dist'))).toEqual([]);
  });

  test('are removed with the folders that they leave empty', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ipvsim-build-'));
    const put = (path: string) => {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), '');
    };
    for (const file of ['src/a/here.ts', 'dist/a/here.js', 'dist/a/here.d.ts', 'dist/page.html']) put(file);
    for (const file of ['dist/a/renamed.js', 'dist/old/deep/gone.d.ts']) put(file);
    removeStale(join(folder, 'src'), join(folder, 'dist'));
    expect(staleFiles(join(folder, 'src'), join(folder, 'dist'))).toEqual([]);
    expect(() => readFileSync(join(folder, 'dist/a/here.js'))).not.toThrow();
    expect(() => readFileSync(join(folder, 'dist/page.html'))).not.toThrow();
    expect(() => readFileSync(join(folder, 'dist/old'))).toThrow('ENOENT');
    rmSync(folder, { recursive: true });
  });
});

// `ipvsim conform` replays every recording (test/cli/commands), and the reference results are compared byte for byte.
test.each(['simulate.js', 'conform/replay.js'])('dist/%s has the kernel in it', (file) => {
  const code = readFileSync(join(ROOT, 'dist', file), 'utf8');
  expect(code).toMatch(/^const ip_vs_conn_new = function|^class IpVsCore|^class Director/m);
  expect(code).not.toMatch(/from ['"][./]*(kernel|engine)\//);
});
