/** Text for terminals: no control characters from outside, words wrapped, columns padded, colour if asked. */

import { width } from '../text/terminal.ts';

export { padEnd, padStart, printable, width } from '../text/terminal.ts';

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
