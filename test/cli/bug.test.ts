import { spawn } from 'node:child_process';
import { describe, expect, test, vi } from 'vitest';
import { noteSeed, reportBug } from '../../src/cli/bug.ts';
import { openTerminal } from '../../src/cli/terminal.ts';
import { outcomeOf } from './spawn.ts';

function report(error: unknown): { code: number; text: string } {
  const terminal = openTerminal({ quiet: false, verbose: false, colour: false });
  let text = '';
  const code = reportBug(error, { ...terminal, complain: (line) => (text += `${line}\n`) });
  return { code, text };
}

describe('an exception nobody expected', () => {
  test('exit 70, one paragraph with version and seed, no stack', () => {
    noteSeed('lucky');
    const { code, text } = report(new TypeError('x is undefined'));
    expect(code).toBe(70);
    const line = text.replaceAll('\n', ' ');
    expect(line).toContain('This is a bug in ipvsim, not in your scenario: TypeError: x is undefined.');
    expect(line).toMatch(/ipvsim \d+\.\d+\.\d+, Node\.js v\d+/);
    expect(line).toContain('seed "lucky"');
    expect(text).not.toContain('    at ');
  });

  test('with IPVSIM_DEBUG=1 the stack too', () => {
    vi.stubEnv('IPVSIM_DEBUG', '1');
    expect(report(new Error('x')).text).toContain('    at ');
    vi.unstubAllEnvs();
  });

  test('memory that is not there is the scenario’s size, not a bug', () => {
    const { code, text } = report(new RangeError('Array buffer allocation failed'));
    expect(code).toBe(2);
    expect(text).toContain('not enough memory');
  });
});

test('the first Ctrl-C asks, the second ends the process by its signal', async () => {
  const script = `
    const { listenForInterrupt } = await import(process.argv[1]);
    const interrupt = listenForInterrupt({ complain: (text) => process.stdout.write(text) });
    process.stdout.write('ready');
    setInterval(() => process.stdout.write(interrupt.asked ? 'asked ' : ''), 20);
  `;
  const module = new URL('../../dist/cli/interrupt.js', import.meta.url).href;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, module], { stdio: 'pipe' });
  const outcome = outcomeOf(child);
  let seen = '';
  child.stdout.on('data', (text: string) => {
    if (seen === '' && text.includes('ready')) child.kill('SIGINT');
    if (!seen.includes('asked ') && (seen + text).includes('asked ')) child.kill('SIGINT');
    seen += text;
  });
  const { signal, stdout } = await outcome;
  expect(signal).toBe('SIGINT');
  expect(stdout).toContain('stopping; Ctrl-C again ends it at once');
});
