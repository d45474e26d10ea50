/** Text for terminals: no control characters from outside, words wrapped, columns padded, colour if asked. */

/** What the terminal can show; the command line's own Terminal fits. */
export interface Look {
  readonly colour: boolean;
  readonly unicode: boolean;
  readonly columns: number;
}

/** How output looks that goes into a file: 80 columns, no colour. */
export const PLAIN: Look = { colour: false, unicode: true, columns: 80 };

const SGR = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** Colours text. Nothing may be said by colour alone. */
export function paint(look: Look, style: keyof typeof SGR, text: string): string {
  return look.colour && text !== '' ? `\u001b[${SGR[style]}m${text}\u001b[0m` : text;
}

/**
 * Names and descriptions come from files that others wrote: an escape sequence in one could rewrite what
 * the terminal shows, and a bidirectional override could reorder it. Line ends become spaces.
 */
export function printable(text: string): string {
  return text
    .replace(/[\t\n\r]+/gu, ' ')
    .replace(/[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu, '\ufffd');
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

/** Cuts text that is too wide, and shows that it did. */
export function clip(text: string, columns: number, look: Look = PLAIN): string {
  if (width(text) <= columns) return text;
  const mark = look.unicode ? '…' : '...';
  let cut = '';
  for (const character of text) {
    if (width(cut + character) > columns - mark.length) break;
    cut += character;
  }
  return cut + mark;
}

/**
 * Lines of at most `columns`, the first one begun by `first` and the others indented to match. A number stays
 * together with its groups of digits and its unit.
 */
export function wrap(text: string, columns: number, first = ''): string {
  const indent = ' '.repeat(width(first));
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text
    .split(/(?<!\d)\s+|\s+(?!\d{3}(?!\d)|(?:ms|s)\b)/u)
    .filter((piece) => piece !== '')) {
    if (!empty && width(line) + 1 + width(word) > columns) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  lines.push(line);
  return lines.join('\n');
}

const ASCII: Readonly<Record<string, string>> = {
  '·': '-',
  '→': '->',
  '←': '<-',
  '✓': 'ok',
  '✗': 'FAIL',
  '±': '+-',
  '≥': '>=',
  '≤': '<=',
  '×': 'x',
  '…': '...',
  '–': '-',
  '│': '|',
  '─': '-',
};

/** Our signs in plain ASCII, where the locale has no others. */
export function sign(look: Look, text: string): string {
  if (look.unicode) return text;
  return text.replace(/[·→←✓✗±≥≤×…–│─]/gu, (character) => ASCII[character] ?? character);
}
