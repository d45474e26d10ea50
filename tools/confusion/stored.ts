/** The outcomes as they are kept beside the cases: `npm run confusion` writes them, docs/diagnose.md is made of them. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ConfusionCase } from './cases.ts';
import type { Outcome } from './confusion.ts';

export const STORED = new URL('./outcomes.ndjson', import.meta.url);

interface Stored {
  /** Of the cases that were run: others have other outcomes. */
  readonly cases: string;
  readonly outcomes: readonly Outcome[];
}

export function digestOf(cases: readonly ConfusionCase[]): string {
  return createHash('sha256').update(JSON.stringify(cases)).digest('hex').slice(0, 16);
}

export function readStored(): Stored {
  const [first, ...rows] = readFileSync(STORED, 'utf8').trimEnd().split('\n');
  const { cases } = JSON.parse(first!) as { cases: string };
  return { cases, outcomes: rows.map((row) => JSON.parse(row) as Outcome) };
}

/** A line for each outcome, so that a change shows as such. */
export function storedText({ cases, outcomes }: Stored): string {
  return [{ cases }, ...outcomes].map((row) => `${JSON.stringify(row)}\n`).join('');
}
