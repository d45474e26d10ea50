/**
 * Text as it was printed, of text as it was copied: terminals add colours, mail quotes, web pages indent and put other
 * blanks in. Every line stays in its place, so that messages name the right one.
 */
import { FORMATS } from './formats.ts';
import { promptOf } from './hosts.ts';

/** CSI and OSC sequences, character sets, and the bytes around them in readline's prompts. */
const ESCAPES = new RegExp(
  [
    '\\u001b\\[[\\d;?]{0,40}[ -/]?[@-~]',
    '\\u001b\\][^\\u0007\\u001b]{0,400}(?:\\u0007|\\u001b\\\\)',
    '\\u001b(?:[()][A-Z\\d]|[=>])',
    '[\\u0001\\u0002\\u000f]',
  ].join('|'),
  'gu',
);
const QUOTED = /^(?:> ?){1,9}/gmu;

/** Beyond it is a table in a file, which nobody indents, and a list of its lines would be larger than the text. */
const LONGEST_PASTE = 4_000_000;

/** Enough to tell an output by. */
const LONGEST_BEGINNING = 500;

export function plainText(raw: string): string {
  const shown = raw
    .replace(/^\ufeff/u, '')
    .replaceAll('\r\n', '\n')
    .replaceAll('\u00a0', ' ')
    .replaceAll('\u200b', '')
    .replace(ESCAPES, '');
  return withoutIndentation(shown.replace(QUOTED, ''));
}

/** A block that is indented as a whole: one whose first line begins an output only where nothing stands before it. */
function withoutIndentation(text: string): string {
  if (text.length > LONGEST_PASTE || !/^[ \t]/mu.test(text)) return text;
  let indentation = '';
  let isAfterBlank = true;
  return text
    .split('\n')
    .map((line) => {
      if (line.trim() === '') {
        isAfterBlank = true;
        return line;
      }
      if (!line.startsWith(indentation)) indentation = '';
      if (indentation === '' && isAfterBlank) indentation = indentationOf(line);
      isAfterBlank = false;
      return line.slice(indentation.length);
    })
    .join('\n');
}

function indentationOf(line: string): string {
  const blanks = /^[ \t]{1,40}/u.exec(line)?.[0] ?? '';
  return blanks !== '' && !begins(line) && begins(line.slice(blanks.length)) ? blanks : '';
}

function begins(whole: string): boolean {
  const line = whole.slice(0, LONGEST_BEGINNING);
  return promptOf(line) !== null || FORMATS.some((format) => format.begins(line));
}
