/**
 * Text on its way to a terminal or to the log of a CI. What comes from others (files, arguments, recordings) is made
 * `printable` where it is put into a line; everything passes `harmless` on its way out (cli/terminal.ts), so that
 * nothing goes around.
 */

/**
 * Names and descriptions come from files that others wrote: an escape sequence in one could rewrite what
 * the terminal shows, and a bidirectional override could reorder it. Line ends become spaces.
 */
export function printable(text: string): string {
  return text
    .replace(/[\t\n\r]+/gu, ' ')
    .replace(/[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu, '\ufffd');
}

/** The colours that this program sets itself: a few plain ones, nothing that moves, hides or names. */
const OWN_COLOUR = '\\u001b\\[(?:0|1|2|22|31|32|33|36|39)m';
const CONTROLS = '[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069]';
const NOT_OURS = new RegExp(`(${OWN_COLOUR})|${CONTROLS}`, 'gu');
const ANY_CONTROL = new RegExp(CONTROLS, 'gu');

/**
 * A whole output without control characters but line ends, tabs and, where there is colour, our own; and without a
 * line that a CI would take for a command. GitHub obeys `::name` at the beginning of a line, wherever a wrapped text
 * brought it there, and `##[` anywhere, as Azure Pipelines does `##vso[` and TeamCity `##teamcity[`.
 */
export function harmless(text: string, colour: boolean): string {
  const plain = colour
    ? text.replace(NOT_OURS, (_, own: string | undefined) => own ?? '\ufffd')
    : text.replace(ANY_CONTROL, '\ufffd');
  return plain
    .replace(/^([^\S\n\r\u2028\u2029]*):(?=:)/gmu, '$1: ')
    .replace(/##(?=\[|vso\[|teamcity\[)/gu, '# #');
}

/** A message that echoes an argument of any length: its beginning and its end. */
export function shortened(text: string, longest = 400): string {
  if (text.length <= longest) return text;
  const end = Math.floor(longest / 4);
  return `${text.slice(0, longest - end)}…${text.slice(-end)}`;
}

/** Columns that the text takes: colour takes none, a wide letter (CJK, emoji) two, a combining mark none. */
export function width(text: string): number {
  let columns = 0;
  for (const character of text.replace(/\p{Cc}\[[0-9;]*m/gu, '')) {
    if (/\p{M}/u.test(character)) continue;
    columns += isWide(character.codePointAt(0)!) ? 2 : 1;
  }
  return columns;
}

/** East Asian wide and full-width letters, and pictures. */
function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  );
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)));
}

export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - width(text))) + text;
}
