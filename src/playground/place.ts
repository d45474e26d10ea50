/** Where the page is: which scenario, changed how, and at which instant it begins; what its address says of that. */
import { fromHash, toHash } from './link.ts';
import { SEED_CASE, type Source, shipped, started } from './shipped.ts';

export interface Place {
  readonly source: Source;
  /** As behind --set. */
  readonly set: readonly string[];
  readonly at_s: number;
}

export async function beginning(): Promise<Place> {
  return (await linked()) ?? { source: started() ?? shipped(SEED_CASE)!, set: [], at_s: 0 };
}

/** The place that the address names; null where it names none. */
export async function linked(): Promise<Place | null> {
  const place = await fromHash(location.hash);
  if (place === null) return null;
  const { scenario, text, set, at_s } = place;
  const source = text === null ? shipped(scenario) : { name: scenario, file: scenario, text };
  return source === undefined ? null : { source, set, at_s };
}

export async function linkTo({ source, set, at_s }: Place): Promise<string> {
  const { name, text } = source;
  const isShipped = shipped(name)?.text === text;
  const hash = await toHash({ scenario: name, text: isShipped ? null : text, set, at_s });
  return location.href.split('#')[0]! + hash;
}
