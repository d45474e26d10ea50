/** "Did you mean ...?" as the hint of a complaint. */
import { suggest } from '../scenario/text/suggest.ts';

/** `did you mean X?`, or null when nothing is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string | null {
  const found = suggest(word, candidates);
  return found === null ? null : `did you mean ${found}?`;
}
