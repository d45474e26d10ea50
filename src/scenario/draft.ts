/** A problem before it has a place in a text: the path of the value it is about. */

import type { Part } from './reading.ts';
import type { ProblemCode } from './text/problem.ts';

export type Path = readonly (string | number)[];

export interface Draft {
  readonly code: ProblemCode;
  readonly path: Path;
  /** Whether the key is marked rather than the value. */
  readonly onKey: boolean;
  readonly message: string;
  readonly hint: string | null;
  /** The part of the value's text that is meant; absent where it is the whole. */
  readonly part?: Part;
}

/** `clients.0.rate`; the name alone for a sysctl. */
export function keyText(path: Path): string {
  const sysctl = path.lastIndexOf('sysctl');
  if (sysctl >= 0 && sysctl < path.length - 1) return path.slice(sysctl + 1).join('.');
  return path.length === 0 ? 'the file' : path.join('.');
}

export function draft(code: ProblemCode, path: Path, message: string, hint: string | null = null): Draft {
  return { code, path, onKey: false, message, hint };
}
