/** The version stands in package.json; every other place that has to name it follows. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import lock from '../../package-lock.json' with { type: 'json' };
import { VERSION } from '../../src/version.ts';

const { version } = packageJson;
const ROOT = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

describe('the version', () => {
  test('of the program, and of the lock file', () => {
    expect(VERSION).toBe(version);
    expect(lock.version).toBe(version);
    expect(lock.packages[''].version).toBe(version);
  });

  test('stands above all others in the changelog, and each but the newest has its day', () => {
    const sections = [...read('CHANGELOG.md').matchAll(/^## \[(.+)\] - (.+)$/gm)];
    expect(sections[0]![1]).toBe(version);
    for (const [, , day] of sections.slice(1)) expect(day).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });

  test('is the tag of the images that docs/cluster starts', () => {
    const files = readdirSync(new URL('docs/cluster/', ROOT));
    const tags = files.flatMap((file) => [...read(`docs/cluster/${file}`).matchAll(/ipvsim:(\d[\w.]*)/g)]);
    expect(tags.length).toBeGreaterThan(1);
    for (const [, tag] of tags) expect(tag).toBe(version);
  });
});
