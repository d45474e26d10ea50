/** What a distributor's kernel is called, and what can be told from that: a row of systems.ts. */
import type { Branch, Confidence } from './switches.ts';
import type { Tree } from './tree.ts';

/** What a pasted text gives: the release as `uname -r` prints it, and what else stood beside it. */
export interface Pasted {
  /** `5.4.0-100-generic` */
  readonly release: string;
  readonly branch: Branch;
  /** The third number of the release; null where there are only two. */
  readonly patch: number | null;
  /** The number of kernel.org's release that Ubuntu's version signature or Debian's `uname -v` gives. */
  readonly upstream: readonly [major: number, minor: number, patch: number] | null;
}

/** What the row makes of it. */
export interface Source {
  /** `Ubuntu`, `RHEL 8.10` */
  readonly system: string;
  readonly tree: Tree;
  readonly confidence: Confidence;
  /** How it was read: one sentence. */
  readonly how: string;
  /** The command that would tell more; null where there is nothing more to tell. */
  readonly tell: string | null;
  /** Ticks per second that the distributor builds with. */
  readonly hz: number;
}

export interface System {
  readonly name: string;
  /** On the release. */
  readonly pattern: RegExp;
  /** What people with that system paste; a test reads each. */
  readonly examples: readonly string[];
  read(pasted: Pasted, match: RegExpExecArray): Source;
}

/** The usual: 250 ticks, nothing more to ask. */
export function source(system: string, tree: Tree, how: string, more: Partial<Source> = {}): Source {
  return { system, tree, how, confidence: 'seen', tell: null, hz: 250, ...more };
}

export const rpmChangelog = (name: string): string => `rpm -q --changelog ${name} | grep -i ipvs`;
