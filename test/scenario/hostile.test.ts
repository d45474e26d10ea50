/** Text that was not written to be read: nothing throws, nothing grows, every problem has a place. */

import { readdirSync, readFileSync } from 'node:fs';
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { readExpectation } from '../../src/scenario/expect/expect.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { formatProblems } from '../../src/scenario/text/problem.ts';

const FOLDER = new URL('../../scenarios/', import.meta.url);
const SHIPPED = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readFileSync(new URL(name, FOLDER), 'utf8'));

function holds(text: string, set: readonly string[] = []): void {
  const { scenario, problems } = parseScenario(text, { file: 'x.yaml', set });
  expect(scenario === null).toBe(problems.length > 0);
  const lines = text.split(/\r\n|\r|\n/);
  for (const problem of problems) {
    expect(problem.message).not.toBe('');
    expect(problem.message).not.toMatch(/undefined|\[object|NaN|Invalid input/);
    expect(problem.line).toBeLessThanOrEqual(lines.length);
    if (problem.line === 0) continue;
    expect(problem.column).toBeGreaterThanOrEqual(1);
    expect(problem.length).toBeGreaterThanOrEqual(1);
  }
  const printed = formatProblems(problems, text);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there.
  expect(printed).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  expect(printed.split('\n').every((line) => line.length < 2000)).toBe(true);
}

const SYNTAX = [
  ':',
  ' ',
  '\n',
  '- ',
  '  ',
  '{',
  '}',
  '[',
  ']',
  '&a ',
  '*a',
  '"',
  "'",
  '#',
  '!',
  '|',
  '>',
  '?',
  '%',
  '@',
  '\t',
  ',',
];
const WORDS = [
  'service',
  'clients',
  'address',
  'events',
  'expect',
  '10.0.0.1:80',
  '5s',
  '1',
  '-1',
  'null',
  '<<',
  '__proto__',
  '.nan',
];

describe('anything at all', () => {
  test.prop([fc.string({ maxLength: 200 })])('as a file', (text) => holds(text));

  test.prop([fc.array(fc.constantFrom(...SYNTAX, ...WORDS), { maxLength: 60 })], { numRuns: 400 })(
    'made of the signs of YAML',
    (parts) => holds(parts.join('')),
  );

  test.prop(
    [
      fc.constantFrom(...SHIPPED),
      fc.nat(),
      fc.nat({ max: 40 }),
      fc.constantFrom('', '0', '-', ': ', '\n', 'x', '{', '"'),
    ],
    { numRuns: 300 },
  )('a shipped scenario with a hole', (text, at, length, patch) => {
    const start = at % text.length;
    holds(text.slice(0, start) + patch + text.slice(start + length));
  });

  test.prop([fc.constantFrom(...SHIPPED), fc.string({ maxLength: 40 })])(
    'as an argument of --set',
    (text, set) => holds(text, [set]),
  );

  const KEYS = [
    'service',
    'services',
    'clients',
    '0',
    '1',
    'sysctl',
    'events',
    'weight',
    'probe',
    '',
    'addresses',
    'net',
  ];
  test.prop([
    fc.constantFrom(...SHIPPED),
    fc.array(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 5 }),
    fc.constantFrom('', '1', '[]', '{}', '{a: 1}', '[1', '5s', '10.0.0.1', 'null', '*a', '&a b'),
  ])('keys of --set', (text, keys, value) => holds(text, [`${keys.join('.')}=${value}`]));

  const PIECES = [
    'min',
    '(',
    ')',
    'qps',
    'connect',
    ',',
    ' ',
    '1s',
    '..',
    '5',
    '%',
    '+-',
    '>=',
    '==',
    'in',
    'p99',
    '[',
    ']',
    '-',
  ];
  test.prop([fc.array(fc.constantFrom(...PIECES), { maxLength: 12 })], { numRuns: 500 })(
    'as an expectation',
    (parts) => {
      const text = parts.join('');
      const reading = readExpectation(text);
      if (reading.ok) return;
      const { offset, length } = reading.part!;
      expect(offset).toBeLessThanOrEqual(text.length);
      expect(length).toBeGreaterThanOrEqual(1);
    },
  );
});

test('a NodePort of a node whose address cannot be read', () => {
  const text = readFileSync(new URL('k8s-local-policy.yaml', FOLDER), 'utf8');
  const { problems } = parseScenario(text.replace('172.18.0.2\n', 'here\n'), { file: 'x.yaml' });
  // What goes to the NodePort is not judged.
  expect(problems.map(({ message }) => message)).toEqual([
    'nodeAddress must be an address, like 10.0.0.1 or fd00::1 (got "here")',
  ]);
});

test('numbers are shown as YAML writes them', () => {
  const messages = (value: string) =>
    parseScenario(`duration: ${value}`, { file: 'x.yaml' }).problems.map(({ message }) => message);
  expect(messages('.nan')).toContain('duration must be a time with a unit, like 60s or 2m (got .nan)');
  expect(messages('.inf')).toContain('duration must be a time with a unit, like 60s or 2m (got .inf)');
});

describe('much of it', () => {
  const MEBIBYTE = 1024 * 1024;
  it.each([
    ['keys', Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join('\n')],
    ['the same key', 'a: 1\n'.repeat(30_000)],
    ['items', `clients:\n${'- a\n'.repeat(110_000)}`],
    ['brackets', '['.repeat(MEBIBYTE)],
    ['braces', '{'.repeat(MEBIBYTE)],
    ['pairs of brackets', '[]'.repeat(20_000)],
    ['brackets around maps', '[{a: '.repeat(400)],
    ['maps in maps', Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['dashes', '- '.repeat(20_000)],
    ['question marks', '? '.repeat(20_000)],
    ['anchors', Array.from({ length: 30_000 }, (_, i) => `- &a${i} x`).join('\n')],
    ['aliases', `- &a x\n${'- *a\n'.repeat(110_000)}`],
    [
      'a laugh',
      Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i},*a${i},*a${i}]`)
        .join('\n')
        .replace('*a0,*a0,*a0', 'x'),
    ],
    ['one long value', `title: ${'x'.repeat(MEBIBYTE - 100)}`],
    ['one long key', `${'x'.repeat(MEBIBYTE - 100)}: 1`],
    ['a quote that never ends', `title: "${'x'.repeat(MEBIBYTE - 100)}`],
    ['comments', '#\n'.repeat(100_000)],
    ['problems', `clients:\n${'- {concurrency: -1}\n'.repeat(256)}`],
    ['expectations', `expect:\n${'- min(qps) > 5\n'.repeat(20_000)}`],
  ])('%s', (_name, text) => {
    expect(text.length).toBeLessThanOrEqual(MEBIBYTE);
    holds(text);
  });
});
