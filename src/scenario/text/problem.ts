/**
 * What is wrong with a scenario, as data, and how it is drawn: place, message, the source line with carets,
 * and what to write instead. The same data serves the terminal, JSON, an editor and annotations in CI.
 */

import { printable, shortened, width } from '../../text/terminal.ts';

export interface Problem {
  /** Stable name, for searching and for programs: `E_UNKNOWN_KEY`. */
  readonly code: ProblemCode;
  /** The file as the user named it, or `--set KEY=VALUE`. */
  readonly file: string;
  /** From 1; 0 where the problem is in no file. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** Of the marked text on that line. */
  readonly length: number;
  readonly message: string;
  /** What to write or do instead; a second line may name a command. */
  readonly hint: string | null;
  readonly severity: 'error';
}

export const PROBLEM_CODES = {
  E_EMPTY: 'The file holds nothing.',
  E_BINARY: 'The file is no text, or not UTF-8.',
  E_TOO_BIG: 'The file, or what it asks for, is beyond the limits.',
  E_SYNTAX: 'The text is not YAML.',
  E_DUPLICATE_KEY: 'A key stands twice in one map.',
  E_ALIAS: 'An alias has no anchor, holds itself, or multiplies beyond the limits.',
  E_UNKNOWN_KEY: 'No such key here.',
  E_MISSING: 'A key that must be there is missing.',
  E_VALUE: 'The value is of the wrong kind or out of range.',
  E_KERNEL: 'The chosen kernel does not have what is asked for.',
  E_CANNOT_TELL: 'The name of the kernel leaves open what it does, and the scenario turns on it.',
  E_REFERENCE: 'The value names a service or real server that does not exist (then).',
  E_DUPLICATE_NAME: 'Two things that must differ have one name or address.',
  E_COMBINATION: 'Two keys, each right by itself, do not go together.',
  E_EXPECT: 'The expectation cannot be understood or cannot be judged.',
  E_SCRIPT: 'The line of a packet script cannot be understood.',
  E_SET: 'The argument of --set is not KEY=VALUE.',
} as const;

export type ProblemCode = keyof typeof PROBLEM_CODES;

/** More are counted, not drawn: the first ones usually explain the others. */
const MOST_DRAWN = 20;
/** Columns of source drawn around the marked text. */
const WIDEST_SNIPPET = 100;

/** By place, what came from the command line last. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const place = (problem: Problem): number => (problem.line === 0 ? Number.MAX_SAFE_INTEGER : problem.line);
  return [...problems].sort((a, b) => place(a) - place(b) || a.column - b.column);
}

/** Every problem with its source line, then how many there are. Ends without a newline. */
export function formatProblems(problems: readonly Problem[], text: string): string {
  if (problems.length === 0) return '';
  const sorted = sortProblems(problems);
  const lines = text.split(/\r\n|\r|\n/);
  const parts = sorted.slice(0, MOST_DRAWN).map((problem) => formatProblem(problem, lines));
  const more = sorted.length - MOST_DRAWN;
  if (more > 0) parts.push(`... and ${more} more`);
  const file = sorted.find((problem) => !problem.file.startsWith('--'))?.file;
  const count = sorted.length === 1 ? '1 problem' : `${sorted.length} problems`;
  return `${parts.join('\n\n')}\n\n${count}${file === undefined ? '' : ` in ${printable(shortened(file, 200))}`}. Nothing was run.`;
}

function formatProblem(problem: Problem, lines: readonly string[]): string {
  const message = printable(shortened(problem.message));
  const file = printable(shortened(problem.file, 200));
  if (problem.line === 0) {
    const hint = problem.hint === null ? '' : ` (${printable(problem.hint.replaceAll('\n', '; '))})`;
    return `${file}: ${message}${hint}`;
  }
  const head = `${file}:${problem.line}:${problem.column}  ${message}`;
  const source = lines[problem.line - 1];
  if (source === undefined) return problem.hint === null ? head : `${head}\n  ${printable(problem.hint)}`;
  return `${head}\n${snippet(problem, source, lines[problem.line - 2])}`;
}

/** The source line with its line number, the line before it where that is short, and the carets. */
function snippet(problem: Problem, source: string, before: string | undefined): string {
  const margin = String(problem.line).length + 2;
  const row = (number: string, content: string): string =>
    `${number.padStart(margin)} │ ${content}`.trimEnd();
  const start = problem.column - 1;
  const end = Math.min(start + problem.length, source.length);
  const cut = start > WIDEST_SNIPPET - 20 ? start - 20 : 0;
  const shown = printable(source.slice(cut, cut + WIDEST_SNIPPET));
  const indent = width(printable(source.slice(cut, start)));
  const marked = Math.max(1, width(printable(source.slice(start, Math.min(end, cut + WIDEST_SNIPPET)))));
  const rows: string[] = [];
  if (cut === 0 && before !== undefined && before.trim() !== '' && before.length <= WIDEST_SNIPPET) {
    rows.push(row(String(problem.line - 1), printable(before)));
  }
  rows.push(row(String(problem.line), `${cut > 0 ? '…' : ''}${shown}`));
  const carets = `${' '.repeat(indent + (cut > 0 ? 1 : 0))}${'^'.repeat(marked)}`;
  // The first line of a hint follows the carets, further ones stand below.
  const [hint, ...below] = problem.hint?.split('\n').map(printable) ?? [];
  rows.push(row('', hint === undefined ? carets : `${carets} ${hint}`));
  rows.push(...below.map((further) => row('', further)));
  return rows.join('\n');
}
