/** Where in a scenario a place in its text is: the path of keys that leads there. */
import { syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import type { SyntaxNode } from '@lezer/common';
import type { Path } from './map_around.ts';

/** The path of the key at a position, the key included; null where there is no key. */
export function keyAt(state: EditorState, position: number): { path: Path; from: number; to: number } | null {
  for (const side of [1, -1] as const) {
    let node: SyntaxNode | null = syntaxTree(state).resolveInner(position, side);
    while (node !== null && node.name !== 'Key') node = node.parent;
    const pair = node?.parent;
    if (node != null && pair != null) return { path: pathOf(state, pair), from: node.from, to: node.to };
  }
  return null;
}

/** The path of the braces that a position is in; null where it is in none. */
export function bracesAt(state: EditorState, position: number): Path | null {
  for (
    let node: SyntaxNode | null = syntaxTree(state).resolveInner(position, -1);
    node !== null;
    node = node.parent
  ) {
    if (node.name === 'FlowMapping' && node.from < position) return pathOf(state, node);
  }
  return null;
}

function pathOf(state: EditorState, from: SyntaxNode): Path {
  const path: string[] = [];
  for (let node: SyntaxNode | null = from; node !== null; node = node.parent) {
    if (node.name === 'Item' || node.parent?.name === 'FlowSequence') path.unshift('0');
    const key = node.name === 'Pair' ? node.getChild('Key') : null;
    if (key !== null) path.unshift(state.sliceDoc(key.from, key.to).replace(/^["']|["']$/gu, ''));
  }
  return path;
}
