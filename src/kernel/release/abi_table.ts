/** Tables of what a distributor's ABI numbers stand for: `28:209-1`, number 28 came with point release 209, revision 1. */

export interface AbiEntry {
  readonly abi: number;
  readonly patch: number;
  readonly revision: number;
}

/** In the order of their numbers. */
export type AbiTable = readonly AbiEntry[];

export function abiTable(text: string): AbiTable {
  return text
    .trim()
    .split(/\s+/)
    .map((entry) => {
      const [abi, patch, revision = 1] = entry.split(/[:-]/).map(Number);
      return { abi: abi!, patch: patch!, revision };
    });
}

/** The entry that a number belongs to and the one after it; undefined before the first and after the last. */
export function lookUp(table: AbiTable, abi: number): { entry?: AbiEntry; next?: AbiEntry } {
  const index = table.findLastIndex((entry) => entry.abi <= abi);
  const entry = table[index];
  const next = table[index + 1];
  return { ...(entry === undefined ? {} : { entry }), ...(next === undefined ? {} : { next }) };
}
