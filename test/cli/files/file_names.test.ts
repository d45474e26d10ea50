import { describe, expect, test } from 'vitest';
import { folderFor, slug } from '../../../src/cli/files/file_names.ts';

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

describe('folders for paths', () => {
  test.each([
    ['scenarios/k8s-cliff', 'scenarios/k8s-cliff'],
    ['../up', '%2E%2E/up'],
    ['/etc/x', '%2F/etc/x'],
    ['a//b', 'a/%2F/b'],
    ['standard input', 'standard%20input'],
    ['é', '%C3%A9'],
    ['', '%2F'],
  ])('%j becomes %j', (path, expected) => {
    expect(folderFor(path)).toBe(expected);
  });

  test('different paths have different folders', () => {
    const paths = ['A', 'a', 'x-m', 'x/m', 'x m', 'x%20m', '%2Fa', '/a', '..', '%2E%2E', 'x', 'x.', './x'];
    expect(new Set(paths.map(folderFor)).size).toBe(paths.length);
  });
});
