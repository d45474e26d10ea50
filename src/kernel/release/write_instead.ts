/** Releases of kernel.org that a kernel which cannot be told may be written as. */

import type { KernelRelease } from './release.ts';
import { type Branch, SWITCH_NAMES, SWITCHES, type SwitchName } from './switches.ts';
import { answer, compareBranches, type Tree, upstreamTree } from './tree.ts';

/**
 * Two releases with the open switches off, and with them on, that agree with what is certain of the others; the first
 * such ones from the kernel's own branch on.
 */
export function writeInstead(
  kernel: KernelRelease,
  open: readonly SwitchName[],
  others: readonly SwitchName[],
): readonly [string, string] {
  const certain = others.filter((name) => kernel.answers[name].state !== 'unknown');
  const isLike = (tree: Tree, isOn: boolean): boolean =>
    open.every((name) => answer(tree, name).state === (isOn ? 'yes' : 'no')) &&
    certain.every((name) => answer(tree, name).state === kernel.answers[name].state);
  const { base, least } = kernel.source.tree;
  const own = upstreamTree(base, least);
  const candidates = [own, ...releases().filter((tree) => compareTrees(tree, own) > 0)];
  const text = (isOn: boolean): string => {
    const found = candidates.find((tree) => isLike(tree, isOn)) ?? own;
    return [...found.base, found.least].join('.');
  };
  return [text(false), text(true)];
}

/** Each branch's first release, and the releases at both sides of every backport. */
function releases(): readonly Tree[] {
  const found = new Map<string, Tree>();
  const add = (branch: Branch, patch: number): void => {
    if (Number.isFinite(patch)) found.set(`${branch.join('.')}.${patch}`, upstreamTree(branch, patch));
  };
  for (const name of SWITCH_NAMES) {
    const { since, stable } = SWITCHES[name];
    add(since, 0);
    for (const [text, first] of Object.entries(stable)) {
      const branch = text.split('.').map(Number) as [number, number];
      const [without, withIt] = typeof first === 'number' ? [first - 1, first] : first;
      for (const patch of [0, without, withIt]) add(branch, patch);
    }
  }
  return [...found.values()].sort(compareTrees);
}

function compareTrees(a: Tree, b: Tree): number {
  return compareBranches(a.base, b.base) || a.least - b.least;
}
