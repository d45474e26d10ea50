/**
 * A text with a long list at its top, cut into parts that can be read one after the other. What the library makes of a
 * text (tokens, then nodes, each a few objects for each value) is needed only until its values have been taken, but lives as
 * long as the whole is being read: of 100 000 lines half the time was spent by the garbage collector on moving it about.
 */

/** Some items of a list, which begins in the text without them. */
export interface ItemsPart {
  /** The key of the list, at the top of the text. */
  readonly key: string;
  /** Where the list begins. */
  readonly listStart: number;
  /** Where these items stand. */
  readonly start: number;
  readonly end: number;
}

export interface TextParts {
  /** The text without the items of the others. */
  readonly first: string;
  /** Where a place in `first` is in the text. */
  place(at: number): number;
  /** In the order of the text. */
  readonly items: readonly ItemsPart[];
}

/** A text that a person writes is read as one. */
const SHORTEST_TEXT = 64 * 1024;
const PART = 4 * 1024;
/** What one part may say of another, by anchors and aliases, and what is about a whole document. */
const SAYS_OF_OTHERS = /[&*]|^(?:%|---|\.\.\.)/m;
/** A key at the top with nothing behind it but a remark, before a line that begins an item. */
const LIST = /^([A-Za-z]\w*): *(?:#.*)?\r?\n(?= *- )/gm;
/** A line that is no item of its own in a list whose items begin after that many columns: empty, a remark, or further to the right. */
const goesOn = (indent: number) => new RegExp(` {${indent + 1}}| *(?:#|\\r?\\n)`, 'y');

/** Null for a text that is better read as one. Whether the parts are right YAML shows when they are read. */
export function partsOf(text: string): TextParts | null {
  if (text.length < SHORTEST_TEXT || SAYS_OF_OTHERS.test(text)) return null;
  const items = [...text.matchAll(LIST)].flatMap(({ index, 0: line, 1: key }) =>
    itemsOf(text, index + line.length, key!),
  );
  return items.length === 0 ? null : { ...without(text, items), items };
}

/**
 * All items but those that the list begins with. A line with a dash in the list's own column begins an item: text of whatever
 * kind that goes on from the line before is further to the right, or within quotes or brackets, of which then a part lacks
 * the end.
 */
function itemsOf(text: string, listStart: number, key: string): ItemsPart[] {
  const indent = text.indexOf('-', listStart) - listStart;
  const dash = `${' '.repeat(indent)}- `;
  const inside = goesOn(indent);
  const starts = [listStart];
  let at = listStart;
  while (at < text.length) {
    if (text.startsWith(dash, at)) {
      if (at - starts.at(-1)! >= PART) starts.push(at);
    } else {
      inside.lastIndex = at;
      if (!inside.test(text)) break;
    }
    const end = text.indexOf('\n', at);
    at = end < 0 ? text.length : end + 1;
  }
  return starts.slice(1).map((start, i) => ({ key, listStart, start, end: starts[i + 2] ?? at }));
}

function without(text: string, items: readonly ItemsPart[]): Pick<TextParts, 'first' | 'place'> {
  let first = '';
  let end = 0;
  /** Where each piece of `first` begins, there and in the text. */
  const pieces: { readonly inFirst: number; readonly inText: number }[] = [];
  for (const next of [...items, { start: text.length, end: text.length }]) {
    if (next.start > end) {
      pieces.push({ inFirst: first.length, inText: end });
      first += text.slice(end, next.start);
    }
    end = next.end;
  }
  return {
    first,
    place: (at) => {
      const { inFirst, inText } = pieces.findLast((piece) => piece.inFirst <= at)!;
      return inText + at - inFirst;
    },
  };
}
