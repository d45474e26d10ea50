import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { showProgress } from '../../src/cli/progress.ts';
import { openTerminal, takesColour, takesUnicode } from '../../src/cli/terminal.ts';

describe('takesColour', () => {
  test.each([
    [true, {}, true, true],
    [false, {}, true, false],
    [true, { NO_COLOR: '1' }, true, false],
    [true, { NO_COLOR: '' }, true, true],
    [true, { TERM: 'dumb' }, true, false],
    [true, {}, false, false],
    [false, { FORCE_COLOR: '1' }, true, true],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true, false],
    [false, { FORCE_COLOR: '1' }, false, false],
    [true, { FORCE_COLOR: '0' }, true, false],
  ])('TTY %j, environment %j, asked %j: %j', (isTTY, environment, asked, expected) => {
    expect(takesColour(isTTY, environment, asked)).toBe(expected);
  });
});

test.each([
  [{}, true],
  [{ LANG: 'en_US.UTF-8' }, true],
  [{ LANG: 'de_DE.utf8' }, true],
  [{ LANG: 'C' }, false],
  [{ LANG: 'en_US.UTF-8', LC_ALL: 'POSIX' }, false],
])('takesUnicode %j: %j', (environment, expected) => {
  expect(takesUnicode(environment)).toBe(expected);
});

class Recorder extends Writable {
  text = '';
  readonly isTTY: boolean;
  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

function open(isTTY: boolean, quiet = false, environment: Record<string, string> = {}) {
  const stdout = new Recorder(isTTY);
  const stderr = new Recorder(isTTY);
  const settings = { quiet, verbose: false, colour: true };
  return { stdout, stderr, terminal: openTerminal(settings, stdout, stderr, environment) };
}

describe('streams', () => {
  test('the result ends in one newline, the talk goes to the other stream', async () => {
    const { stdout, stderr, terminal } = open(false);
    await terminal.print('result');
    await terminal.print('more\n');
    terminal.say('talk');
    expect([stdout.text, stderr.text]).toEqual(['result\nmore\n', 'talk\n']);
  });

  test('--quiet silences talk, not complaints', () => {
    const { stderr, terminal } = open(false, true);
    terminal.say('talk');
    terminal.complain('trouble');
    expect(stderr.text).toBe('trouble\n');
  });

  test('colour only where it is taken', () => {
    expect(open(true).terminal.paint('red', 'x')).toBe('\u001b[31mx\u001b[39m');
    expect(open(false).terminal.paint('red', 'x')).toBe('x');
  });
});

describe('progress', () => {
  const at = (...times_ms: number[]) => {
    let index = 0;
    return () => times_ms[Math.min(index++, times_ms.length - 1)]!;
  };

  test('nothing in the first second, then one line, rewritten at most ten times a second', () => {
    const { stderr, terminal } = open(true);
    const progress = showProgress(terminal, at(0, 900, 1000, 1050, 1100));
    for (const done of [0.1, 0.2, 0.3, 0.4]) progress.update(done, 'name');
    expect(stderr.text.split('\r\u001b[2K').slice(1)).toEqual([
      '████░░░░░░░░░░░░░░░░░░░░  20 %  name  4 s left',
      '█████████░░░░░░░░░░░░░░░  40 %  name  2 s left',
    ]);
    progress.clear();
    expect(stderr.text.endsWith('\r\u001b[2K')).toBe(true);
  });

  test('in a log a line per 10 %, after ten seconds', () => {
    const { stderr, terminal } = open(false);
    const progress = showProgress(terminal, at(0, 5000, 11_000, 12_000, 13_000));
    for (const done of [0.2, 0.41, 0.43, 0.55]) progress.update(done, 'name');
    expect(stderr.text).toBe('40 % name\n50 % name\n');
  });

  test('none with --quiet', () => {
    const { stderr, terminal } = open(true, true);
    showProgress(terminal, at(0, 60_000)).update(0.5, 'name');
    expect(stderr.text).toBe('');
  });
});
