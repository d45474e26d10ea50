import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { prepareFolder, slug, writeFolder, writeWhole } from '../../../src/cli/files/result_folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ipvsim-test-'));
});

describe('slug', () => {
  test.each([
    ['../../etc/passwd', 'etc-passwd'],
    ['..', 'scenario'],
    ['.hidden', 'hidden'],
    ['a/b\\c\0d', 'a-b-c-d'],
    ['Ünïcode Näme', 'u-ni-code-na-me'],
    ['k8s-cliff', 'k8s-cliff'],
    ['', 'scenario'],
    ['x'.repeat(500), 'x'.repeat(80)],
  ])('%j becomes %j', (text, expected) => {
    expect(slug(text)).toBe(expected);
  });
});

describe('writeFolder', () => {
  test('makes the folder and leaves nothing temporary behind', async () => {
    const out = join(folder, 'a', 'b');
    await writeFolder(out, [
      { name: 'series.csv', content: 'x\n' },
      { name: 'result.json', content: '{}\n' },
    ]);
    expect((await readdir(out)).sort()).toEqual(['result.json', 'series.csv']);
    expect(await readFile(join(out, 'result.json'), 'utf8')).toBe('{}\n');
  });

  test('names a file that is in the way', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(prepareFolder(join(folder, 'file'))).rejects.toThrow('it is a file, not a folder');
    await expect(prepareFolder(join(folder, 'file', 'deeper'))).rejects.toThrow('not a directory');
  });

  test('a failure leaves the former files as they were', async () => {
    await writeFolder(folder, [{ name: 'result.json', content: 'old' }]);
    const files = [
      { name: 'series.csv', content: 'new' },
      { name: 'no/such/folder/result.json', content: 'new' },
    ];
    await expect(writeFolder(folder, files)).rejects.toThrow('no such file or directory');
    expect(await readdir(folder)).toEqual(['result.json']);
    expect(await readFile(join(folder, 'result.json'), 'utf8')).toBe('old');
  });
});

test('writeWhole says which file could not be written', async () => {
  await expect(writeWhole('/dev/full', 'x')).rejects.toThrow(
    'cannot write /dev/full: no space left on device',
  );
  await expect(writeWhole(folder, 'x')).rejects.toThrow(
    `cannot write ${folder}: illegal operation on a directory`,
  );
});
