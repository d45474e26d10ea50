/** Text goes out through one file, and becomes safe for its medium in one folder. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { csvText, escapeCommand, escapeOpenMetrics, harmlessJson } from '../../src/text/escape.ts';
import { harmless, printable, shortened } from '../../src/text/terminal.ts';

const SOURCE = new URL('../../src/', import.meta.url);
const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);

function filesWith(pattern: RegExp): string[] {
  return files.filter((file) => pattern.test(readFileSync(new URL(file, SOURCE), 'utf8'))).sort();
}

test('nobody else writes to the terminal', () => {
  expect(filesWith(/process\.(stdout|stderr)\b|\bconsole\./)).toEqual(['cli/terminal.ts']);
});

test('nobody else knows which characters are dangerous', () => {
  expect(filesWith(/\\p\{Cc\}|\\u202[ae]|\\u001b\\\[|\\x1b/)).toEqual([
    'cli/terminal.ts',
    'text/escape.ts',
    'text/terminal.ts',
  ]);
});

test('no line of any text is a command, and nothing moves the cursor', () => {
  expect(harmless('a\n  ::error::x\n##[error]y ##vso[task]', true)).toBe(
    'a\n  : :error::x\n# #[error]y # #vso[task]',
  );
  expect(harmless('\u001b[31mred\u001b[39m \u001b[2J\u001b]0;t\u0007\u009b2J\r\u202e', true)).toBe(
    '\u001b[31mred\u001b[39m \ufffd[2J\ufffd]0;t\ufffd\ufffd2J\ufffd\ufffd',
  );
  expect(harmless('\u001b[31mred', false)).toBe('\ufffd[31mred');
  expect(harmless('fe80::1 and std::string\t1', true)).toBe('fe80::1 and std::string\t1');
});

test('each medium has its escape', () => {
  expect(printable('a\u001b[1m\n::b')).toBe('a\ufffd[1m ::b');
  expect(JSON.parse(harmlessJson(JSON.stringify('##[error]\u009b\u202e')))).toBe('##[error]\u009b\u202e');
  expect(harmlessJson(JSON.stringify('##[error]\u009b'))).toBe('"#\\u0023[error]\\u009b"');
  expect(escapeOpenMetrics('a"\\\n\u001b')).toBe('a\\"\\\\ \ufffd');
  expect(escapeCommand('100%\n\u001b')).toBe('100%25%0A\ufffd');
  expect(csvText('=1+1')).toBe("'=1+1");
  expect(shortened('x'.repeat(1000)).length).toBeLessThan(420);
});
