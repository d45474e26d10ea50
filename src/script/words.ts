/** A line of a packet script as words with their columns, and the problems that are found in it. */
import type { Problem, ProblemCode } from '../scenario/text/problem.ts';
import { suggest } from '../scenario/text/suggest.ts';

export interface Word {
  readonly text: string;
  /** From 1. */
  readonly column: number;
}

/** Longer lines are no script. */
const LONGEST_LINE = 1000;

/** What is wrong with one line; one problem a line is enough, for the rest follows from it. */
export class LineProblem extends Error {
  readonly code: ProblemCode;
  readonly hint: string | null;
  readonly column: number;
  readonly length: number;

  constructor(code: ProblemCode, word: Word, message: string, hint: string | null = null) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.column = word.column;
    this.length = Math.max(1, word.text.length);
  }

  at(file: string, line: number): Problem {
    const { code, column, length, message, hint } = this;
    return { code, file, line, column, length, message, hint, severity: 'error' };
  }
}

/** Takes words from left to right. `=` stands for a blank, so that `sysctl NAME=VALUE` and `NAME VALUE` are one. */
export class Words {
  readonly #words: readonly Word[];
  readonly #end: Word;
  #next = 0;

  constructor(line: string) {
    const text = line.replace(/#.*/s, '');
    this.#end = { text: '', column: Math.min(line.trimEnd().length, LONGEST_LINE) + 1 };
    if (line.length > LONGEST_LINE) {
      throw new LineProblem(
        'E_TOO_BIG',
        { text: '', column: 1 },
        `the line is longer than ${LONGEST_LINE} characters`,
      );
    }
    this.#words = [...text.matchAll(/[^\s=,]+/g)].map((match) => ({
      text: match[0],
      column: match.index + 1,
    }));
  }

  get isEmpty(): boolean {
    return this.#next >= this.#words.length;
  }

  peek(): string {
    return this.#words[this.#next]?.text ?? '';
  }

  /** The word that was taken last. */
  get last(): Word {
    return this.#words[this.#next - 1] ?? this.#end;
  }

  next(wanted: string): Word {
    const word = this.#words[this.#next];
    if (word === undefined)
      throw new LineProblem('E_SCRIPT', this.#end, `the line ends where ${wanted} should stand`);
    this.#next++;
    return word;
  }

  take(text: string): boolean {
    if (this.peek().toLowerCase() !== text) return false;
    this.#next++;
    return true;
  }

  /** One of these words. */
  choice<const T extends string>(choices: readonly T[], wanted: string): T {
    const word = this.next(wanted);
    const found = choices.find((choice) => choice === word.text.toLowerCase());
    if (found !== undefined) return found;
    const near = suggest(word.text, choices);
    throw new LineProblem(
      'E_SCRIPT',
      word,
      `has ${JSON.stringify(word.text)} where ${wanted} should stand`,
      near === null ? `one of ${choices.join(', ')}` : `did you mean ${near}?`,
    );
  }

  integer(wanted: string, least: number, most: number): number {
    const word = this.next(wanted);
    const value = /^\d{1,10}$/.test(word.text) ? Number(word.text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new LineProblem('E_VALUE', word, `${wanted} must be a whole number from ${least} to ${most}`);
  }

  finish(): void {
    const word = this.#words[this.#next];
    if (word !== undefined)
      throw new LineProblem('E_SCRIPT', word, `${JSON.stringify(word.text)} is one word too many`);
  }
}
