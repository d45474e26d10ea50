/** A format of evidence: by what its first line is known, and what its lines say. A file of formats/ each. */
import type { FactBody } from './fact.ts';

export interface Line {
  readonly text: string;
  /** From 1. */
  readonly number: number;
}

export interface Reading {
  /** What it is, more exactly than the format's name where columns tell. */
  readonly title: string;
  readonly facts: readonly (FactBody & { readonly line: number })[];
  /** Lines that are not understood, with the reason. */
  readonly unread: readonly { readonly line: number; readonly why: string }[];
}

export interface Format {
  readonly name: string;
  /** Whether a line begins such an output. */
  begins(line: string): boolean;
  /** That lines of other formats inside it belong to it, as in a configuration file. */
  readonly toTheEnd?: boolean;
  /** That its lines may be of any length, as those of JSON. */
  readonly longLines?: boolean;
  /** The lines of one such output. */
  read(lines: readonly Line[]): Reading;
}

/** Collects facts and unread lines. */
export class Notes {
  readonly facts: (FactBody & { readonly line: number })[] = [];
  readonly unread: { line: number; why: string }[] = [];

  add({ number }: Line, fact: FactBody): void {
    this.facts.push({ ...fact, line: number });
  }

  miss({ number }: Line, why: string): void {
    this.unread.push({ line: number, why });
  }

  as(title: string): Reading {
    return { title, facts: this.facts, unread: this.unread };
  }
}
