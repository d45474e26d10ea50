/** From a path in the scenario to a place in its text. */
import type { LineCounter } from 'yaml';
import type { Draft, Path } from '../draft.ts';
import type { Problem, ProblemCode } from './problem.ts';
import type { Located } from './yaml_tree.ts';

export interface Source {
  readonly text: string;
  readonly file: string;
  readonly lines: LineCounter;
}

export function problemAt(source: Source, root: Located, draft: Draft): Problem {
  const { node, whole } = nodeAt(root, draft.path);
  // What is missing from the whole file is missing nowhere in particular.
  if (!whole && node === root) {
    const place = { file: source.file, line: 0, column: 0, length: 0 };
    return { code: draft.code, ...place, message: draft.message, hint: draft.hint, severity: 'error' };
  }
  if (node.origin !== null) {
    const place = { file: node.origin, line: 0, column: 0, length: 0 };
    return { code: draft.code, ...place, message: draft.message, hint: draft.hint, severity: 'error' };
  }
  // A missing key is shown at the key of the map that should have it.
  const onKey = draft.onKey || !whole;
  const start = onKey ? node.keyStart : node.start;
  const end = onKey ? node.keyEnd : node.end;
  const part = draft.part === undefined ? null : partPlace(source.text, node, draft.part.offset);
  return part === null
    ? problem(source, draft.code, start, end, draft.message, draft.hint)
    : problem(source, draft.code, part, part + draft.part!.length, draft.message, draft.hint);
}

export function problem(
  { text, file, lines }: Source,
  code: ProblemCode,
  start: number,
  end: number,
  message: string,
  hint: string | null,
): Problem {
  const { line, col } = lines.linePos(start);
  // Marks end with the line; trailing spaces are nobody's fault.
  const rest = /^[^\r\n]*/.exec(text.slice(start, end))![0].trimEnd();
  const length = Math.max(1, rest.length);
  return {
    code,
    file,
    line: Math.max(1, line),
    column: Math.max(1, col),
    length,
    message,
    hint,
    severity: 'error',
  };
}

/** The value at a path, or (whole false) the nearest one above it that is there. */
function nodeAt(root: Located, path: Path): { node: Located; whole: boolean } {
  let node = root;
  for (const step of path) {
    const { value } = node;
    const child =
      value instanceof Map ? value.get(String(step)) : Array.isArray(value) ? value[Number(step)] : undefined;
    if (child === undefined) return { node, whole: false };
    node = child;
  }
  return { node, whole: true };
}

/** Where the offset in a scalar's value lies in the file; null where escapes or folding moved it. */
function partPlace(text: string, node: Located, offset: number): number | null {
  if (typeof node.value !== 'string') return null;
  for (const quote of [0, 1]) {
    const start = node.start + quote;
    if (text.slice(start, start + node.value.length) === node.value) return start + offset;
  }
  return null;
}

/** 1-based line of the value at a path; 0 where it is in no file. */
export function lineAt({ lines }: Source, root: Located, path: Path): number {
  const { node } = nodeAt(root, path);
  return node.origin === null ? lines.linePos(node.start).line : 0;
}

/** Whether the value at a path was set on the command line. */
export function isSetAt(root: Located, path: Path): boolean {
  const { node, whole } = nodeAt(root, path);
  return whole && node.origin !== null;
}
