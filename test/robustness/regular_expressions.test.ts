/**
 * No regular expression in src/ can be made to run for ever: each is analysed, not tried. One that is quadratic at
 * worst may stay where its text is bounded, and says here by what.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { checkSync } from 'recheck';
import ts from 'typescript';
import { expect, it } from 'vitest';

const SOURCE = new URL('../../src/', import.meta.url);

/** Quadratic at worst, on texts that are never long. */
const BOUNDED: Readonly<Record<string, string>> = {
  '/`([^`]+)`|\\*\\*([^*]+)\\*\\*|\\[([^\\]]+)\\]\\(((?:[^()]|\\([^()]*\\))*)\\)/gu':
    'LONGEST_TEXT of lessons/lesson_schema.ts',
  '/(?:^|[\\s{,-])([\\w.-]+):\\s+([^\\s{[,]*)$/u': 'LONGEST_VALUE of playground/editor/code_editor.ts',
  '/^(\\s*)((?:-\\s+)*)(?:"([^"]*)"|\'([^\']*)\'|([^\\s#:][^:#]*?))?\\s*(?::|$)/u':
    'LONGEST_KEY of playground/editor/map_around.ts',
  '/\\B(?=(\\d{3})+$)/gu': 'the digits of one number',
  '/\\.?0+$/u': 'the digits of one number',
  '/0+$/': 'the digits of one number',
  '/^[.-]+|[.-]+$/g': 'a folder name cut to 80 characters',
  '/^([^.,:*[{"\'][^,:*]*?)\\.\\.([^,:*]+)(?::(.+)|\\*(.+))?$/': 'LONGEST_RANGE of sweep/grid.ts',
  '/([^\\s.,)]+(?:\\.\\d+[a-z]+)?)\\s*\\.\\.\\s*([^\\s,)]+)/': 'LONGEST of scenario/expect/expect.ts',
  '/(-?\\d+(?:\\.\\d+)?(?:e\\d{1,2})?)(ns|us|ms|\\/s|%|[smhkM](?![A-Za-z]))?/':
    'LONGEST of scenario/expect/expect.ts',
};

/** What is tried is limited by characters and steps, not by time, which a busy machine has less of: the same each time. */
const BY_COUNT = {
  timeout: null,
  randomSeed: 1,
  seedingTimeout: null,
  incubationTimeout: null,
  attackTimeout: null,
} as const;

function expressionsOf(file: string): { readonly where: string; readonly text: string }[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(new URL(file, SOURCE), 'utf8'),
    ts.ScriptTarget.Latest,
  );
  const found: { where: string; text: string }[] = [];
  const walk = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.pos);
      found.push({ where: `${file}:${line + 1}`, text: node.text });
    }
    ts.forEachChild(node, walk);
  };
  walk(source);
  return found;
}

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);
const all = files.flatMap(expressionsOf);
const byText = new Map(all.map(({ where, text }) => [text, where]));

it('finds the expressions of the program', () => {
  expect(byText.size).toBeGreaterThan(80);
  for (const text of Object.keys(BOUNDED))
    expect(byText.has(text), `${text} is listed, but not there`).toBe(true);
});

it('none of them can be made to run for ever', { timeout: 600_000 }, () => {
  process.env.RECHECK_SYNC_BACKEND = 'pure';
  const slow: string[] = [];
  for (const [text, where] of byText) {
    if (Object.hasOwn(BOUNDED, text)) continue;
    const end = text.lastIndexOf('/');
    const verdict = checkSync(text.slice(1, end), text.slice(end + 1), BY_COUNT);
    if (verdict.status !== 'safe') slow.push(`${where} ${text} ${verdict.status}`);
  }
  expect(slow).toEqual([]);
});
