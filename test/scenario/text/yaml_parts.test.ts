/** A long text is read in parts: whatever it holds, the tree and the faults are those of the text read as one. */
import { test as check, fc } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { partsOf } from '../../../src/scenario/text/yaml_parts.ts';
import { readYaml } from '../../../src/scenario/text/yaml_tree.ts';

const list = (key: string, count: number, indent = '  ') =>
  `${key}:\n${Array.from({ length: count }, (_, i) =>
    [
      `- name: ${key}${i}`,
      `  address: 10.96.${i >> 8}.${i & 255}:80 # one of many`,
      '  realServers:',
      `    - {address: "10.128.${i >> 8}.${i & 255}:8080", serviceTime: 10ms}`,
      `    - address: '10.129.${i >> 8}.${i & 255}:8080'`,
      '      weight: 2',
      '',
    ]
      .map((line) => (line === '' ? line : `${indent}${line}`))
      .join('\n'),
  ).join('')}`;
const HEAD = 'title: many\nkernel: "5.4"\n';
const TAIL = 'duration: 10s\n';
const LONG = `${HEAD}${list('services', 400)}${TAIL}${list('clients', 300, '')}`;

/** The same text, in which a remark says that parts may speak of each other. */
const asOne = (text: string) => `${text}\n# &\n`;

function same(text: string): void {
  const { root, faults } = readYaml(`${text}\n# -\n`);
  const whole = readYaml(asOne(text));
  expect(faults).toEqual(whole.faults);
  expect(root).toEqual(whole.root);
}

test('a long text has parts, a short one and one with an alias have none', () => {
  const keys = partsOf(LONG)!.items.map(({ key }) => key);
  expect(new Set(keys)).toEqual(new Set(['services', 'clients']));
  expect(keys.length).toBeGreaterThan(6);
  expect(partsOf(asOne(LONG))).toBeNull();
  expect(partsOf(LONG.slice(0, 10_000))).toBeNull();
});

describe('the tree is that of the whole', () => {
  test.each([
    ['as it is', LONG],
    ['with carriage returns', LONG.replaceAll('\n', '\r\n')],
    ['with empty lines and remarks', LONG.replaceAll(/^( *)- name/gm, '\n# remark\n$1- name')],
    ['without a last newline', LONG.trimEnd()],
    ['with a list beside it that is none', `${LONG}events:\n  - {at: 1s}\n`],
    ['with the key twice', `${LONG}${list('services', 200)}`],
    [
      'with a key twice in a part',
      LONG.replaceAll('      weight: 2\n', '      weight: 2\n      weight: 3\n'),
    ],
    ['with a fault in a part', LONG.replace('name: services350', 'name: [')],
    ['with dashes in quotes', LONG.replace('services350', '"\n  - name: a\n  - name: b"')],
    ['with text in a block', LONG.replace('services350', '|\n      - name: a\n      - b')],
    ['with an item further left', LONG.replace('  - name: services350', ' - name: services350')],
    ['with an item further right', LONG.replace('  - name: services350', '   - name: services350')],
    ['with an empty item', LONG.replace('  - name: services350', '  -\n  - name: services350')],
    ['with tabs', LONG.replace('  - name: services350', '\t- name: services350')],
    ['with another document', `${LONG}---\nname: x\n`],
    ['with a key in a title', `title: "a\nservices:\n  - b"\n${LONG.slice(HEAD.length)}`],
    ['with more depth than is allowed', LONG.replace('services350', `${'['.repeat(31)}${']'.repeat(31)}`)],
    ['with as much as is allowed', LONG.replace('services350', `${'['.repeat(29)}${']'.repeat(29)}`)],
  ])('%s', (_, text) => same(text));

  const pieces = fc.constantFrom(
    '  - ',
    '- ',
    '\n',
    '"',
    "'",
    '[',
    '{',
    ']',
    '}',
    ':',
    ' ',
    '#',
    '|\n',
    '? ',
    '! ',
    '!!str ',
    ',',
    '\t',
    '-',
    '>',
    '%',
    'a: b\n',
    '  ',
  );
  const edit = fc.record({ at: fc.nat(LONG.length), cut: fc.nat(12), piece: pieces });

  check.prop([fc.array(edit, { minLength: 1, maxLength: 3 })], { numRuns: 30 })(
    'with whatever is changed in it',
    (edits) => {
      let text = LONG;
      for (const { at, cut, piece } of edits) text = text.slice(0, at) + piece + text.slice(at + cut);
      same(text);
    },
    120_000,
  );
});
