/** Files are there whole or not at all, and what a killed process left does not stay. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { takeLock } from '../../src/storage/lock.ts';
import { prepareFolder, writeNew, writeTogether, writeWhole } from '../../src/storage/whole_file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ipvsim-test-'));
});

const draftOf = (name: string, host: string, pid: number) =>
  join(folder, `.${name}.${host.replace(/[^A-Za-z0-9-]/g, '-')}.${pid}.part`);

describe('files that belong together', () => {
  test('the folder is made and nothing temporary stays behind', () => {
    const out = join(folder, 'a', 'b');
    writeTogether(out, [
      { name: 'series.csv', content: 'x\n' },
      { name: 'result.json', content: '{}\n' },
    ]);
    expect(readdirSync(out).sort()).toEqual(['result.json', 'series.csv']);
    expect(readFileSync(join(out, 'result.json'), 'utf8')).toBe('{}\n');
  });

  test('a file that is in the way is named', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => prepareFolder(join(folder, 'file'))).toThrow('it is a file, not a folder');
    expect(() => prepareFolder(join(folder, 'file', 'deeper'))).toThrow('not a directory');
  });

  test('a failure leaves the former files as they were', () => {
    writeTogether(folder, [{ name: 'result.json', content: 'old' }]);
    const files = [
      { name: 'series.csv', content: 'new' },
      { name: 'no/such/folder/result.json', content: 'new' },
    ];
    expect(() => writeTogether(folder, files)).toThrow('no such file or directory');
    expect(readdirSync(folder)).toEqual(['result.json']);
    expect(readFileSync(join(folder, 'result.json'), 'utf8')).toBe('old');
  });

  test('a failure between the renames leaves the new witness, and no file that is not its own', () => {
    writeTogether(folder, [
      { name: 'a', content: 'old' },
      { name: 'witness', content: 'old' },
    ]);
    mkdirSync(join(folder, 'b', 'full'), { recursive: true });
    const files = [
      { name: 'a', content: 'new' },
      { name: 'b', content: 'new' },
      { name: 'witness', content: 'new' },
    ];
    expect(() => writeTogether(folder, files)).toThrow(/cannot write to/);
    expect(existsSync(join(folder, 'a'))).toBe(false);
    expect(readFileSync(join(folder, 'witness'), 'utf8')).toBe('old');
  });
});

describe('one file', () => {
  test('says which file could not be written', () => {
    expect(() => writeWhole('/dev/full', 'x')).toThrow('cannot write /dev/full: no space left on device');
    expect(() => writeWhole(folder, 'x')).toThrow(`cannot write ${folder}: illegal operation on a directory`);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a new one replaces nothing', () => {
    const path = join(folder, 'new');
    expect(writeNew(path, 'first')).toBe(true);
    expect(writeNew(path, 'second')).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe('first');
    expect(statSync(path).nlink).toBe(1);
    expect(() => writeNew(join(folder, 'no', 'folder'), 'x')).toThrow('no such file or directory');
    expect(readdirSync(folder)).toEqual(['new']);
  });

  test('a name as long as names may be', () => {
    const path = join(folder, 'x'.repeat(255));
    writeWhole(path, 'x');
    expect(readFileSync(path, 'utf8')).toBe('x');
  });

  test('drafts of dead processes are cleared away, those of live ones stay', () => {
    const dead = draftOf('result.json', hostname(), 4_194_300);
    const live = draftOf('result.json', hostname(), process.ppid);
    const elsewhere = draftOf('result.json', 'another-host', 1);
    for (const path of [dead, live, elsewhere]) writeFileSync(path, 'half');
    writeWhole(join(folder, 'other'), 'x');
    expect([dead, live, elsewhere].map(existsSync)).toEqual([false, true, true]);
  });
});

test('a lock that is a folder is named, and not waited for', () => {
  mkdirSync(join(folder, 'journal.lock'));
  expect(() => takeLock(folder)).toThrow('is in the way');
});
