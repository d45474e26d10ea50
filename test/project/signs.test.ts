/** Signs that are true: what a comment claims of all other files is looked up in them. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SOURCE = fileURLToPath(new URL('../../src/', import.meta.url));
const FILES: ReadonlyMap<string, string> = new Map(
  readdirSync(SOURCE, { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('.ts'))
    .map((path) => [path, readFileSync(`${SOURCE}${path}`, 'utf8')]),
);

/** Files whose code, comments apart, has it. */
function filesWith(pattern: RegExp): string[] {
  const withoutComments = (text: string) => text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  return [...FILES].filter(([, text]) => pattern.test(withoutComments(text))).map(([path]) => path);
}

/** Each claim that a comment makes, and the files of which it must be true. */
const CLAIMS: Readonly<Record<string, () => void>> = {
  'engine/random.ts: the only file that knows seedrandom': () =>
    expect(filesWith(/from 'seedrandom'/)).toEqual(['engine/random.ts']),
  'kernel/release/switches.ts: the only place where numbers of releases turn into behaviour': () =>
    expect(filesWith(/since: \[\d+, \d+\],\n\s*stable:/)).toEqual(['kernel/release/switches.ts']),
};

test('every claim to be the only one is looked up', () => {
  const made = [...FILES].flatMap(([path, text]) =>
    [...text.matchAll(/the only (?:file|place|room|folder) (?:that|where|in which)[^.:;(]*/g)].map(
      ([claim]) => `${path}: ${claim.replaceAll(/\s*\n\s*\*?\s*/g, ' ').trim()}`,
    ),
  );
  expect(made.sort()).toEqual(Object.keys(CLAIMS).sort());
});

test.each(Object.entries(CLAIMS))('%s', (_, look) => look());
