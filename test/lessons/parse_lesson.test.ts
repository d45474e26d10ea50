/** Mistakes in a lesson's file: each is told with its code, its place and what to write instead. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseLesson } from '../../src/lessons/parse_lesson.ts';
import { readProse } from '../../src/lessons/prose.ts';
import { foreignKeys, handInLine } from '../../src/lessons/puzzle.ts';

const WHOLE = readFileSync(new URL('../../lessons/3-dropped-syn.yaml', import.meta.url), 'utf8');

/** The places of what is wrong after `words` have become others, and the text that is marked there. */
function mistakes(words: string, others: string) {
  expect(WHOLE).toContain(words);
  const text = WHOLE.replace(words, others);
  const { lesson, problems } = parseLesson(text, 'lessons/mine.yaml');
  expect(lesson).toBeNull();
  return problems.map(({ code, file, line, column, length, message }) => {
    expect(file).toBe('lessons/mine.yaml');
    return { code, marked: text.split('\n')[line - 1]?.substring(column - 1, column - 1 + length), message };
  });
}

describe('a lesson’s file', () => {
  test('becomes a lesson, whose puzzle is a scenario on the same lines', () => {
    const { lesson } = parseLesson(WHOLE, 'lessons/3-dropped-syn.yaml');
    expect(lesson!.name).toBe('3-dropped-syn');
    const lines = WHOLE.split('\n');
    const puzzle = lesson!.puzzle.scenario.split('\n');
    for (const words of [
      '  duration: 60s',
      '    concurrency: 10',
      '    - total(port_reuses) >= 5000 # the ports do come round',
    ]) {
      const line = lines.findIndex((one) => one.trim() === words.trim());
      expect(puzzle[line]!.trim()).toBe(words.trim());
    }
    expect(puzzle.join('')).not.toContain('solutions');
    expect(lesson!.puzzle.expect[2]).toEqual({
      expression: 'total(port_reuses) >= 5000',
      words: 'the ports do come round',
    });
  });

  test.each([
    ['solutions:', 'solution:', 'E_UNKNOWN_KEY', 'solution', 'unknown key  solution'],
    ['minutes: 8', 'minutes: soon', 'E_VALUE', 'soon', 'minutes must be a whole number'],
    [
      '    net.ipv4.vs.conntrack: 1',
      '    net.ipv4.vs.contrack: 1',
      'E_UNKNOWN_KEY',
      'net.ipv4.vs.contrack',
      'unknown',
    ],
    ['look: [dropped, qps]', 'look: [cliff]', 'E_VALUE', 'cliff', 'must be'],
    ['at: 60s', 'at: 61s', 'E_VALUE', '61s', 'the run ends before this instant'],
    ['(mean(qps, 1s..10s))', '(mean(qqs, 1s..10s))', 'E_EXPECT', '[197](', 'unknown metric: qqs'],
    ['[197](mean', '[fast](mean', 'E_VALUE', '[fast](', 'fast is no number'],
    ['After ten seconds the walk', 'After 11 seconds the walk', 'E_VALUE', '11', '11 is neither measured'],
    ['expect: total(failed) >= 100', 'expect: total(fail) >= 100', 'E_EXPECT', 'fail', 'unknown metric'],
    [
      '- total(port_reuses) >= 5000',
      '- total(port_reuse) >= 5000',
      'E_EXPECT',
      'port_reuse',
      'unknown metric',
    ],
    ['min(qps, 1s..60s) >= 190', 'min(qps, 1s..1.5s) >= 190', 'E_EXPECT', '1s..1.5s', 'no whole interval'],
    ['key: clients.0.ports', 'key: clients.0.port', 'E_UNKNOWN_KEY', 'clients.0.port', 'unknown key'],
    [
      "conntrack, choices: ['0', '1']",
      "conntrack, choices: ['0', '2']",
      'E_VALUE',
      'net.ipv4.vs.conntrack',
      'choices',
    ],
    ['- [net.ipv4.vs.conntrack=0]', '- [kernel=5.10]', 'E_VALUE', '[kernel=5.10]', 'kernel is not among'],
    [
      '[clients.0.concurrency=100]',
      '[clients.0.concurrency=no]',
      'E_VALUE',
      '[clients.0.concurrency=no]',
      'must be',
    ],
    ['scenario: |', 'scenario: >', 'E_VALUE', '>', 'must be a block'],
  ])('%s -> %s', (words, others, code, marked, message) => {
    const found = mistakes(words, others);
    expect(found).toContainEqual({ code, marked, message: expect.stringContaining(message) });
  });

  test('all mistakes are told at once, in the order of the lines', () => {
    const text = WHOLE.replace('[197](mean', '[x](mean')
      .replace('After ten', 'After 11')
      .replace('at: 60s', 'at: 60');
    expect(parseLesson(text, 'x').problems).toHaveLength(1);
    const further = text.replace('at: 60', 'at: 60s');
    const lines = parseLesson(further, 'x').problems.map(({ line }) => line);
    expect(lines).toHaveLength(2);
    expect(lines).toEqual(lines.toSorted((a, b) => a - b));
  });

  test.each(['', '- a\n- b\n', 'title: [', '%', 'scenario:\n'])('%j is no lesson', (text) => {
    const { lesson, problems } = parseLesson(text, 'x.yaml');
    expect(lesson).toBeNull();
    expect(problems.length).toBeGreaterThan(0);
  });
});

test('prose: paragraphs, code, strong words and figures over the ends of lines', () => {
  const { paragraphs, problems } = readProse(
    'A `b\n`, **c**.\n\n[1.02 s](p(50, connect)\nwith kernel=5.4 a=b) [x] (y)',
  );
  expect(problems).toEqual([]);
  expect(paragraphs).toEqual([
    [
      { kind: 'text', text: 'A ' },
      { kind: 'code', text: 'b ' },
      { kind: 'text', text: ', ' },
      { kind: 'strong', text: 'c' },
      { kind: 'text', text: '.' },
    ],
    [
      {
        kind: 'fact',
        text: '1.02 s',
        expression: 'p(50, connect) == 1.02s +- 0.005s',
        set: ['kernel=5.4', 'a=b'],
      },
      { kind: 'text', text: ' [x] (y)' },
    ],
  ]);
});

test('the keys of a puzzle, as people may write them, and what is handed in', () => {
  const lesson = parseLesson(WHOLE, '3-dropped-syn.yaml').lesson!;
  const sysctl = ['net.ipv4.vs.conn_reuse_mode=0', 'sysctl.net/ipv4/vs/conntrack=0'];
  expect(foreignKeys(lesson, [...sysctl, 'clients.0.ports=1-2'])).toEqual([]);
  expect(
    foreignKeys(lesson, ['expect.0=rps > 1', 'clients.0={}', 'sysctl={}', 'duration=1s', 'duration=2s']),
  ).toEqual(['expect.0', 'clients.0', 'sysctl', 'duration']);
  expect(handInLine('3-dropped-syn', ['clients.0.ports=1-2, 3'])).toBe(
    "ipvsim check lesson:3-dropped-syn --set 'clients.0.ports=1-2, 3'",
  );
});
