/** Lines of a file as a text of their own, in which every line keeps its number. */
import type { Source } from '../scenario/text/locate.ts';
import type { Located } from '../scenario/text/yaml_tree.ts';

/** Lines from `from` up to and without `to`, counted from 1, that begin after `indent` spaces. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly indent: number;
}

/** The lines of a block scalar (`key: |`); null where the value is none. */
export function blockAt({ text, lines }: Source, { start, end }: Located): Stretch | null {
  if (text[start] !== '|') return null;
  const from = lines.linePos(start).line + 1;
  const last = lines.linePos(Math.max(start, end - 1)).line;
  const indents = text
    .split('\n')
    .slice(from - 1, last)
    .filter((line) => line.trim() !== '')
    .map((line) => line.length - line.trimStart().length);
  return { from, to: last + 1, indent: Math.min(...indents) };
}

/** The text with these stretches only, without their indentation; every other line is empty. */
export function linesKept(text: string, stretches: readonly Stretch[]): string {
  return text
    .split('\n')
    .map((line, index) => {
      const stretch = stretches.find(({ from, to }) => index + 1 >= from && index + 1 < to);
      return stretch === undefined ? '' : line.slice(stretch.indent);
    })
    .join('\n');
}
