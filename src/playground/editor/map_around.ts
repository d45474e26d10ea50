/** Where a key that is being written belongs, told by how far lines stand in: the text need not be right yet. */
/** Keys; a place in a list is any number. */
export type Path = readonly string[];

/** A key and how far it stands in are found within so much of a line. */
const LONGEST_KEY = 300;
const LINE = /^(\s*)((?:-\s+)*)(?:"([^"]*)"|'([^']*)'|([^\s#:][^:#]*?))?\s*(?::|$)/u;

/**
 * The path of the map that a key would belong to which begins at this column of this line (both from 0). The text
 * around it need not be right yet: only how far lines stand in counts.
 */
export function mapAround(lines: readonly string[], line: number, column: number): Path {
  const path: string[] = [];
  let limit = column;
  let inList = false;
  const dashes = (text: string, before: number) => {
    for (let at = before - 1; at >= 0; at--) {
      if (text[at] !== '-') continue;
      path.unshift('0');
      limit = at;
      inList = true;
    }
  };
  dashes(/^\s*(?:-\s+)*/u.exec(lines[line] ?? '')?.[0] ?? '', column);
  for (let above = line - 1; above >= 0 && (limit > 0 || inList); above--) {
    const found = LINE.exec(lines[above]!.slice(0, LONGEST_KEY));
    if (found === null || lines[above]!.trim() === '') continue;
    const [, indent = '', dash = '', ...names] = found;
    const key = names.find((name) => name !== undefined);
    const at = indent.length + dash.length;
    // The first key of a list's item is a neighbour; a list may stand as far in as the key that it belongs to.
    if (at === limit && dash !== '' && !inList) {
      dashes(indent + dash, at);
      continue;
    }
    const isAbove = at < limit || (inList && at === limit && dash === '');
    if (!isAbove || key === undefined) continue;
    path.unshift(key);
    limit = at;
    inList = false;
    dashes(indent + dash, at);
  }
  return path;
}
