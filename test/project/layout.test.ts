/** The house is as docs/architecture.md says: every room has its sentence, every file that is named exists. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');

function below(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true })
    .map(String)
    .filter((path) => path.endsWith(ending))
    .sort();
}

const SOURCES = below('src', '.ts');
const ROOMS = [...new Set(SOURCES.map((path) => dirname(path)))].filter((room) => room !== '.');

/** Rooms of test/ that stand beside those of src/. */
const BESIDES = [
  'cluster',
  'golden',
  'library',
  'performance',
  'project',
  'properties',
  'results',
  'robustness',
  'shipped',
];

describe('rooms', () => {
  test.each(ROOMS)('src/%s has its sentence', (room) => {
    expect(PAGE).toContain(`\`${room}/\``);
  });

  test('that are named exist', () => {
    const named = [...PAGE.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) => [
      ...cell!.matchAll(/`(.+?)\/`/g),
    ]);
    expect(named.length).toBeGreaterThan(20);
    for (const [, room] of named) expect(ROOMS).toContain(room);
  });

  test('are no corridors', () => {
    const sizes = ROOMS.map(
      (room) => [room, SOURCES.filter((path) => dirname(path) === room).length] as const,
    );
    expect(sizes.filter(([, files]) => files > 24)).toEqual([]);
  });
});

test('files that the page names exist', () => {
  const all = [...SOURCES, ...below('tools', '.ts'), ...below('test', '.ts')].map((path) => `/${path}`);
  const named = [...PAGE.matchAll(/`([\w./-]+\.ts)`/g)].map(([, path]) =>
    path!.replace(/^(src|test|tools)\//, ''),
  );
  expect(named.length).toBeGreaterThan(30);
  for (const path of named) {
    expect(
      all.some((each) => each.endsWith(`/${path}`)),
      `docs/architecture.md names ${path}`,
    ).toBe(true);
  }
});

describe('tests', () => {
  const tests = below('test', '.test.ts').filter((path) => !BESIDES.includes(path.split('/')[0]!));

  test.each(tests.filter((path) => path.includes('/')))('%s lies in a room of src/', (path) => {
    expect(existsSync(join(ROOT, 'src', dirname(path)))).toBe(true);
  });

  test.each(tests)('%s is named after a file of its room, after the room, or after no file', (path) => {
    if (basename(path) === `${basename(dirname(path))}.test.ts`) return;
    const source = basename(path).replace(/\.test\.ts$/, '.ts');
    const rooms = SOURCES.filter((each) => basename(each) === source).map((each) => dirname(each));
    if (rooms.length > 0) expect(rooms).toContain(dirname(path));
  });
});
