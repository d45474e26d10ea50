/** Reads an expectation from left to right: words, numbers with units, punctuation, and where each stands. */

import type { Part } from '../reading.ts';
import { readDuration } from '../units.ts';
import { ExpressionError } from './expect_error.ts';

export type Operator = '>=' | '<=' | '>' | '<' | '==' | '!=';

export interface Token<Text extends string = string> {
  readonly text: Text;
  readonly part: Part;
}

interface Quantity {
  readonly value: number;
  /** `ms`, `s`, `%`, `/s`, `k` ... or empty. */
  readonly unit: string;
  readonly part: Part;
}

export interface Scanner {
  position(): number;
  word(wanted: string): Token;
  metric(): Token;
  quantity(wanted: string): Quantity;
  /** `30s..60s` */
  durations(): { readonly from_ns: number; readonly to_ns: number; readonly part: Part };
  operator(): Token<Operator>;
  /** Takes a mark if it comes next. */
  take(mark: string): boolean;
  takeWord(word: string): boolean;
  takePlusMinus(): boolean;
  expect(mark: string, example: string | null): void;
  end(): void;
}

export function scanner(text: string): Scanner {
  let at = 0;
  const blanks = (): void => {
    while (at < text.length && /\s/.test(text[at]!)) at++;
  };
  const here = (): Part => ({ offset: at, length: Math.max(1, /^\S*/.exec(text.slice(at))![0].length) });
  const fail = (wanted: string, hint: string | null = null): never => {
    const rest = text.slice(at).trim();
    const found = rest === '' ? 'ends' : `has ${JSON.stringify(rest.slice(0, 20))}`;
    throw new ExpressionError(`${found} where ${wanted} should stand`, hint, here());
  };
  /** The text that a sticky pattern matches at the place, after blanks. */
  const match = (pattern: RegExp): RegExpExecArray | null => {
    blanks();
    const found = new RegExp(pattern.source, 'y');
    found.lastIndex = at;
    const result = found.exec(text);
    if (result !== null) at = found.lastIndex;
    return result;
  };
  const token = (found: RegExpExecArray): Token => ({
    text: found[0],
    part: { offset: found.index, length: found[0].length },
  });
  const self: Scanner = {
    position: () => at,
    word(wanted) {
      const found = match(/[A-Za-z_][A-Za-z0-9_.]*/);
      return found === null ? fail(wanted) : token(found);
    },
    metric() {
      // A real server's address may have brackets of its own: requests[[fd00::1]:80].
      const found = match(/[A-Za-z_][A-Za-z0-9_.]*(?:\[(?:[^[\]\s]|\[[^[\]\s]*\])*\])?/);
      return found === null ? fail('a metric') : token(found);
    },
    quantity(wanted) {
      const found = match(/(-?\d+(?:\.\d+)?(?:e\d{1,2})?)(ns|us|ms|\/s|%|[smhkM](?![A-Za-z]))?/);
      if (found === null) return fail(wanted);
      return { value: Number(found[1]), unit: found[2] ?? '', part: token(found).part };
    },
    durations() {
      const found = match(/([^\s.,)]+(?:\.\d+[a-z]+)?)\s*\.\.\s*([^\s,)]+)/);
      if (found === null) return fail('a window', 'like 30s..60s');
      const { part } = token(found);
      const [from, to] = [readDuration(found[1]), readDuration(found[2])];
      if (!from.ok || !to.ok) throw new ExpressionError('has a window without units', 'like 30s..60s', part);
      if (from.value >= to.value)
        throw new ExpressionError('has a window that ends before it begins', null, part);
      return { from_ns: from.value, to_ns: to.value, part };
    },
    operator() {
      const found = match(/>=|<=|==|!=|>|</);
      if (found !== null) return token(found) as Token<Operator>;
      const single = match(/=/);
      if (single === null) return fail('a comparison', '>=, <=, >, <, ==, != or in');
      throw new ExpressionError('has a single =', 'did you mean ==?', token(single).part);
    },
    take(mark) {
      blanks();
      if (!text.startsWith(mark, at)) return false;
      at += mark.length;
      return true;
    },
    takeWord: (word) => match(new RegExp(`${word}(?![A-Za-z0-9_])`)) !== null,
    takePlusMinus: () => self.take('+-') || self.take('±'),
    expect(mark, example) {
      if (!self.take(mark)) fail(`"${mark}"`, example === null ? null : `like ${example}`);
    },
    end() {
      blanks();
      if (at < text.length) fail('the end');
    },
  };
  return self;
}
