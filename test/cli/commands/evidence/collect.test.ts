/** What collect prints is a shell script that gathers evidence, and diagnose takes what it gathered. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ipvsim } from '../../spawn.ts';

test('collect, run here, and diagnose of its tar file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ipvsim-collect-'));
  const { code, stdout } = await ipvsim(['collect']);
  expect(code).toBe(0);
  const script = join(folder, 'collect.sh');
  writeFileSync(script, stdout);
  const name = execFileSync('sh', [script], { cwd: folder, encoding: 'utf8' }).trim();
  expect(readdirSync(folder).sort()).toEqual(['collect.sh', name].sort());
  const tar = join(folder, name);
  const packed = join(folder, 'node.tar.gz');
  writeFileSync(packed, gzipSync(readFileSync(tar)));
  for (const archive of [tar, packed]) {
    const told = await ipvsim(['diagnose', archive]);
    expect(told.code).toBe(3);
    expect(told.stdout).toContain(':uname.txt:1-1  the name of a kernel, 1 facts');
  }
});

test('what is compressed and damaged, or grows without end, is refused in words', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ipvsim-bomb-'));
  const bomb = join(folder, 'bomb.gz');
  writeFileSync(bomb, gzipSync(Buffer.alloc(300 * 1024 * 1024)));
  const cut = join(folder, 'cut.gz');
  writeFileSync(cut, gzipSync('TCP  10.96.0.10:80 rr\n').subarray(0, 20));
  const { code, stdout } = await ipvsim(['diagnose', bomb, cut]);
  expect(code).toBe(3);
  expect(stdout).toContain('bomb.gz:1  compressed, and damaged or larger than 256 MiB when unpacked');
  expect(stdout).toContain('cut.gz:1  compressed, and damaged');
});
