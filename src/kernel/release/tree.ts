/**
 * A kernel's source as far as it is known: the branch it began from, what of the stable branch is in it, and what
 * its distributor is known to have added. From that each switch is on, off, or cannot be told.
 */
import { type Branch, type Confidence, type FirstPatch, SWITCHES, type SwitchName } from './switches.ts';

export interface Tree {
  readonly base: Branch;
  /** Point releases of the stable branch that are in it: at least up to `least`, at most up to `most`. */
  readonly least: number;
  readonly most: number;
  /** What else may be in it: nothing, fixes that some stable branch got, or anything. */
  readonly others: 'nothing' | 'fixes' | 'anything';
  /** What has been read in that distributor's source or changelog; null: read, and cannot be told. */
  readonly known?: Known;
  /** A release candidate: what came with its branch may not be in yet. */
  readonly isCandidate?: boolean;
}

export type Known = Readonly<Partial<Record<SwitchName, boolean | null>>>;

export interface Answer {
  readonly state: 'yes' | 'no' | 'unknown';
  readonly why: string;
  readonly confidence: Confidence;
}

/** A release of kernel.org as it is. */
export function upstreamTree([major, minor]: Branch, patch: number): Tree {
  return { base: [major, minor], least: patch, most: patch, others: 'nothing' };
}

/** A branch that is left behind at its first release while a distributor adds what it sees fit. */
export function frozenTree(base: Branch, known: Known = {}): Tree {
  return { base, least: 0, most: 0, others: 'anything', known };
}

/** A branch with the point releases up to `least`, and nobody knows which later ones. */
export function atLeastTree(base: Branch, least: number): Tree {
  return { base, least, most: Number.POSITIVE_INFINITY, others: 'fixes' };
}

export function answer(tree: Tree, name: SwitchName): Answer {
  const info = SWITCHES[name];
  const { base } = tree;
  const { confidence } = info;
  const known = tree.known?.[name];
  if (known === null) return unknown('what could be read of this distributor leaves it open', confidence);
  if (known !== undefined) {
    return known
      ? { state: 'yes', why: 'read in sources of this distributor', confidence }
      : { state: 'no', why: 'read in sources of this distributor', confidence };
  }
  const branch = base.join('.');
  const order = compareBranches(base, info.since);
  if (order === 0 && tree.isCandidate === true) {
    return unknown(`it came with ${branch}, and this is a candidate of it`, confidence);
  }
  if (order >= 0) return { state: 'yes', why: `in Linux since ${info.since.join('.')}`, confidence };
  const first = info.stable[branch];
  if (first !== undefined) return byPatch(tree, first, confidence);
  if (tree.others === 'anything') {
    return unknown(
      `it came with Linux ${info.since.join('.')}; this kernel has patches of its own`,
      confidence,
    );
  }
  if (tree.others === 'fixes' && Object.keys(info.stable).length > 0) {
    return unknown(`other branches got it as a fix; ${branch} of this distributor may have, too`, confidence);
  }
  return {
    state: 'no',
    why: `came with Linux ${info.since.join('.')}, and ${branch}.y never got it`,
    confidence,
  };
}

function byPatch(tree: Tree, first: FirstPatch, confidence: Confidence): Answer {
  const branch = tree.base.join('.');
  const [without, withIt] = typeof first === 'number' ? [first - 1, first] : first;
  if (tree.least >= withIt) return { state: 'yes', why: `${branch}.${withIt} has it`, confidence };
  if (tree.most <= without && tree.others !== 'anything') {
    return { state: 'no', why: `${branch}.${without} does not have it`, confidence };
  }
  if (tree.others === 'anything') {
    return unknown(`${branch}.y got it; this kernel has patches of its own`, confidence);
  }
  if (without + 1 === withIt) {
    return unknown(`it came with ${branch}.${withIt}, and this can be older or newer`, confidence);
  }
  const range = Number.isFinite(withIt)
    ? `between ${branch}.${without} and ${branch}.${withIt}`
    : `after ${branch}.${without}`;
  return unknown(`it came ${range}`, confidence);
}

function unknown(why: string, confidence: Confidence): Answer {
  return { state: 'unknown', why, confidence };
}

export function compareBranches(a: Branch, b: Branch): number {
  return a[0] - b[0] || a[1] - b[1];
}
