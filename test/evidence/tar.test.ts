/** Archives as tar writes them, and what is no archive. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { isTar, readTar } from '../../src/evidence/tar.ts';

let bytes: Buffer;
beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'ipvsim-tar-'));
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'a.txt'), 'first\n');
  writeFileSync(join(folder, 'sub/b.txt'), 'x'.repeat(1000));
  writeFileSync(join(folder, `${'n'.repeat(120)}.txt`), 'long name\n');
  symlinkSync('/etc/passwd', join(folder, 'link'));
  const names = ['a.txt', 'sub', `${'n'.repeat(120)}.txt`, 'link'];
  bytes = execFileSync('tar', ['-cf', '-', '-C', folder, ...names]);
});

const read = (from: Uint8Array) => {
  const { files, skipped } = readTar(from);
  return { files: files.map(({ bytes: content }) => content.length), skipped };
};

describe('an archive', () => {
  test('gives its regular files', () => {
    expect(isTar(bytes)).toBe(true);
    const { files, skipped } = readTar(bytes);
    expect(files.map(({ name }) => name.slice(0, 20))).toEqual(['a.txt', 'sub/b.txt', 'n'.repeat(20)]);
    expect(new TextDecoder().decode(files[0]!.bytes)).toBe('first\n');
    expect(skipped).toEqual([{ name: 'link', why: 'a link or a device, not a file: not followed' }]);
  });

  test('that is cut off says so', () => {
    const { skipped } = read(bytes.subarray(0, 512 + 512 + 512 + 512 + 100));
    expect(skipped).toEqual([{ name: 'sub/b.txt', why: 'cut off: the archive ends inside it' }]);
  });

  test('that is damaged says so', () => {
    const damaged = Buffer.from(bytes);
    damaged[1024 + 3] = 0x41;
    expect(read(damaged)).toEqual({
      files: [6],
      skipped: [{ name: 'byte 1024', why: 'the archive is damaged from here on' }],
    });
  });
});

test('any bytes are read without harm', () => {
  for (let seed = 1; seed < 200; seed++) {
    const odd = Buffer.from(bytes);
    for (let index = 0; index < 20; index++)
      odd[(seed * 7919 * (index + 1)) % odd.length] = (seed * index) % 256;
    expect(readTar(odd).files.length).toBeLessThan(10);
  }
  expect(isTar(new Uint8Array(600))).toBe(false);
});
