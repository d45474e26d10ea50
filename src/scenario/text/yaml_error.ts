/** The YAML library's complaints in our words, with what to do about them. */
import type { YAMLError } from 'yaml';
import type { ProblemCode } from './problem.ts';

/** A problem at a stretch of the text. */
export interface Fault {
  readonly code: ProblemCode;
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly hint: string | null;
}

const WORDS: Readonly<Record<string, readonly [message: string, hint: string | null]>> = {
  TAB_AS_INDENT: ['a tab cannot indent YAML', 'use spaces'],
  MULTIPLE_DOCS: ['a second document begins here', 'a file holds one scenario: split it at ---'],
  BAD_INDENT: ['the indentation does not fit', 'keys of one map stand in one column; a [ or { needs its end'],
  MISSING_CHAR: ['something is missing here', 'a quote, bracket, brace, colon or comma'],
  BLOCK_AS_IMPLICIT_KEY: [
    'a map cannot begin in the middle of a line',
    'a value with ": " in it needs quotes',
  ],
  MULTILINE_IMPLICIT_KEY: ['a key must end with ": " on its own line', null],
  UNEXPECTED_TOKEN: ['this has no meaning here', 'a value that begins with a special character needs quotes'],
  BAD_SCALAR_START: ['a plain value cannot begin with this character', 'put the value in quotes'],
  TAG_RESOLVE_FAILED: ['tags have no meaning in a scenario', 'take the ! out or put the value in quotes'],
  BAD_ALIAS: ['this is not the name of an alias', 'a value that begins with & or * needs quotes'],
  BAD_DQ_ESCAPE: ['this escape does not exist', 'single quotes take backslashes as they are'],
};

/** `text` is what was read. */
export function describeSyntaxError(error: YAMLError, text: string): Fault {
  const [start, end] = error.pos;
  const address = bracketedBefore(text, start);
  if (address !== null) {
    const hint = `"${address}:80"`;
    return {
      code: 'E_SYNTAX',
      start,
      end: Math.max(end, start + 1),
      message: 'an IPv6 address with a port needs quotes',
      hint,
    };
  }
  const [words, hint] = Object.hasOwn(WORDS, error.code) ? WORDS[error.code]! : [null, null];
  // The library's own sentence is precise where ours must be general.
  const detail = error.message.split('\n')[0]!.replace(/; please use YAML\.parseAllDocuments\(\)/, '');
  const message = words === null ? `not YAML: ${detail}` : words;
  return {
    code: 'E_SYNTAX',
    start,
    end: Math.max(end, start + 1),
    message,
    hint: hint ?? (words ? detail : null),
  };
}

/** The longest IPv6 address, in its brackets. */
const LONGEST_ADDRESS = 48;

/** `[fd00::1]` where the text up to there ends with it: YAML reads a list. */
function bracketedBefore(text: string, at: number): string | null {
  const line = text.slice(Math.max(0, at - LONGEST_ADDRESS), at);
  const bracketed = line.slice(line.lastIndexOf('['));
  const isAddress = /^\[[\da-f:.]+\]$/iu.test(bracketed) && bracketed.split(':').length > 2;
  return isAddress ? bracketed : null;
}
