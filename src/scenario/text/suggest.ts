/** "Did you mean ...?": the known word that a misspelt one most likely stands for. */

/** Longer words are no slips of the finger; comparing them would only cost time. */
const LONGEST = 80;

/** The nearest candidate, or null when none is near enough to be meant. The first of equally near ones wins. */
export function suggest(word: string, candidates: Iterable<string>): string | null {
  if (word.length === 0 || word.length > LONGEST) return null;
  const wanted = normalise(word);
  let found: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  let partly: string | null = null;
  for (const candidate of candidates) {
    const known = normalise(candidate);
    const away = distance(wanted, known);
    // Up to a third of the longer word may differ; the longer one, for letters are forgotten more often.
    const longer = Math.max(wanted.length, known.length);
    const near = away <= Math.max(1, Math.floor(longer / 3)) && away < longer;
    if (near && away < least) [found, least] = [candidate, away];
    // The last part of a long name ("conn_reuse_mode") stands for the whole of it.
    const suffix = known.endsWith(`.${wanted}`);
    if (suffix && wanted.length > 2 && (partly === null || candidate.length < partly.length)) {
      partly = candidate;
    }
  }
  return found ?? partly;
}

/** Spellings that differ only in case and in `-`, `_` or nothing between words are the same word. */
function normalise(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, '').replaceAll('/', '.');
}

/** Edit distance where swapping two neighbours counts as one step (optimal string alignment). */
export function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > LONGEST) return Math.abs(a.length - b.length);
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, substitution);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, beforeLast[j - 2]! + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
