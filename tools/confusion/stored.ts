/** The outcomes as they are kept beside the cases: `npm run confusion` writes them, docs/diagnose.md is made of them. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ConfusionCase } from './cases.ts';
import type { Outcome } from './confusion.ts';

export const STORED = new URL('./outcomes.json', import.meta.url);

interface Stored {
  /** Of the cases that were run: others have other outcomes. */
  readonly cases: string;
  readonly outcomes: readonly Outcome[];
}

export function digestOf(cases: readonly ConfusionCase[]): string {
  return createHash('sha256').update(JSON.stringify(cases)).digest('hex').slice(0, 16);
}

export function readStored(): Stored {
  return JSON.parse(readFileSync(STORED, 'utf8')) as Stored;
}

/** A line for each outcome, so that a change shows as such. */
export function storedText({ cases, outcomes }: Stored): string {
  const rows = outcomes.map((outcome) => JSON.stringify(outcome));
  return `{"cases":"${cases}","outcomes":[\n${rows.join(',\n')}\n]}\n`;
}
