/** `explain kernel`: whose kernel it is, what is certain, what is not, and what would tell. */
import { expect, test } from 'vitest';
import { renderKernel } from '../../src/explain/kernel_reading.ts';
import { expectKernel } from '../../src/kernel/release/release.ts';
import { SWITCH_NAMES } from '../../src/kernel/release/switches.ts';
import { PLAIN } from '../../src/report/text.ts';

const shown = (text: string) => renderKernel(expectKernel(text), PLAIN);
const inOneLine = (text: string) => shown(text).replace(/\s+/g, ' ');

test('every switch has its line, in 80 columns', () => {
  const lines = shown('5.4.0-100-generic').split('\n');
  expect(lines.filter((line) => /^ {2}(yes|no|cannot tell) {2,}/.test(line))).toHaveLength(
    SWITCH_NAMES.length,
  );
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
});

test.each([
  [
    '5.4.0-100-generic',
    'Ubuntu',
    'Linux 5.4.166',
    'cat /proc/version_signature',
    '(5.4.59 has it; f0a5e4d7a594)',
  ],
  [
    '4.18.0-358.el8.x86_64',
    'CentOS Stream 8',
    'lies between 8.5 and 8.6',
    'rpm -q --changelog',
    'cannot tell',
  ],
  ['5.10.0-28-amd64', 'Debian', '5.10.209 to 5.10.215', 'uname -v', 'ended before 5.10.216-1'],
])('%s', (kernel, ...parts) => {
  const text = inOneLine(kernel);
  for (const part of parts) expect(text).toContain(part);
});

test('a release of kernel.org leaves nothing to ask', () => {
  expect(inOneLine('5.4.58')).not.toMatch(/Makes sure|cannot tell/);
});
