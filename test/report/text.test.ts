import { describe, expect, it } from 'vitest';
import { table } from '../../src/report/forms/table.ts';
import {
  count,
  duration,
  figure,
  milliseconds,
  percent,
  rate,
  seconds,
  unbroken,
} from '../../src/report/numbers.ts';
import { sparkline } from '../../src/report/sparkline.ts';
import { clip, PLAIN, paint, printable, sign, width, wrap } from '../../src/report/text.ts';
import { escapeMarkdown, escapeXml, markdownCode } from '../../src/text/escape.ts';

describe('text for terminals', () => {
  it('lets nothing through that a terminal would obey', () => {
    expect(printable('a\u001b[2Jb\u0007c\u009bd\u202ee\rf\ng\ud800')).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(printable('one\ntwo\tthree')).toBe('one two three');
    expect(printable('Grüße, 世界 ✓')).toBe('Grüße, 世界 ✓');
  });

  it('counts columns, not characters', () => {
    expect(width('abc')).toBe(3);
    expect(width('世界')).toBe(4);
    expect(width('e\u0301')).toBe(1);
    expect(width(paint({ ...PLAIN, colour: true }, 'red', 'abc'))).toBe(3);
    expect(clip('世界世界', 6)).toBe('世界…');
    expect(clip('abcdef', 6)).toBe('abcdef');
  });

  it('wraps words and keeps a number with its groups and its unit', () => {
    expect(wrap('after 32 256 connections it took 1 s more', 16, '- ')).toBe(
      '- after 32 256\n  connections it\n  took 1 s more',
    );
    for (let columns = 8; columns < 40; columns++) {
      expect(wrap('it took 1 000 ms, then 2 s', columns)).not.toMatch(/1\n *000|000\n *ms|2\n *s/);
    }
  });

  it('is plain without colour and in ASCII', () => {
    expect(paint(PLAIN, 'red', 'x')).toBe('x');
    expect(sign({ ...PLAIN, unicode: false }, '✓ 2 → 3 ± 1')).toBe('ok 2 -> 3 +- 1');
  });
});

describe('numbers', () => {
  it.each([
    [count(32256), '32 256'],
    [count(-1234.5), '-1 234'],
    [count(999), '999'],
    [rate(2000.4), '2 000'],
    [rate(90.83), '90.8'],
    [rate(0.333), '0.33'],
    [milliseconds(0.4), '0.4 ms'],
    [milliseconds(1000.6), '1 001 ms'],
    [seconds(16.128), '16.1 s'],
    [seconds(7.2), '7.2 s'],
    [seconds(300), '300 s'],
    [duration(60e6), '60ms'],
    [duration(1.5e6), '1500us'],
    [duration(90e9), '90s'],
    [duration(1200e9), '20m'],
    [duration(0), '0s'],
    [percent(0.332), '33.2 %'],
    [percent(0.00002), '0.002 %'],
    [percent(0), '0 %'],
    [figure(0.123456), '0.1235'],
    [figure(46848), '46 848'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected);
  });

  it('never breaks a line inside a number', () => {
    expect(unbroken('2 000 requests took 16.1 s')).toBe('2\u202f000 requests took 16.1\u00a0s');
  });
});

describe('sparkline', () => {
  it('draws low as low and high as high', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe('▁▂▃▄▅▆▇█');
    expect(sparkline([0, 7], { unicode: false })).toBe('_#');
  });

  it('leaves a blank where there is nothing', () => {
    expect(sparkline([0, null, 7])).toBe('▁ █');
    expect(sparkline([])).toBe('');
    expect(sparkline([null, null])).toBe('  ');
  });

  it('takes the mean of many values, or the largest', () => {
    const values = [0, 0, 0, 8, 0, 0, 0, 0];
    expect(sparkline(values, { columns: 2, max: 8 })).toBe('▃▁');
    expect(sparkline(values, { columns: 2, max: 8, pick: 'max' })).toBe('█▁');
  });

  it('is flat for a flat series', () => {
    expect(sparkline([5, 5, 5])).toBe('███');
    expect(sparkline([0, 0, 0])).toBe('▁▁▁');
  });
});

describe('table', () => {
  it('aligns columns and leaves no blanks at the end of a line', () => {
    const text = table(
      [{ title: 'name' }, { title: 'n', align: 'right' }, { title: 'note' }],
      [
        ['a', '1', ''],
        ['世界', '1000'],
      ],
    );
    expect(text).toBe('name     n  note\na        1\n世界  1000');
  });
});

describe('escaping', () => {
  it('makes text of markup', () => {
    expect(escapeXml(`<a href="x">&'`)).toBe('&lt;a href=&quot;x&quot;&gt;&amp;&#39;');
    expect(escapeXml('a\u0000b\u001bc\ud800d\uffffe')).toBe('a\ufffdb\ufffdc\ufffdd\ufffde');
  });

  it('takes the meaning out of Markdown', () => {
    expect(escapeMarkdown('a|b\n`c` *d* [e](f) <g> @h https://i www.j #1')).toBe(
      'a\\|b \\`c\\` \\*d\\* \\[e\\](f) &#60;g&#62; &#64;h https&#58;//i www&#46;j &#35;1',
    );
    expect(escapeMarkdown('TIME_WAIT _x_')).toBe('TIME_WAIT \\_x\\_');
  });

  it('fences code with backticks in it', () => {
    expect(markdownCode('a ``b` c|d')).toBe('```a ``b` c\\|d```');
    expect(markdownCode('`a`')).toBe('`` `a` ``');
    expect(markdownCode('')).toBe('');
  });
});
