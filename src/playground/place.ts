/** Where the page is: which scenario, changed how, and at which instant it begins; what its address says of that. */
import { fromHash } from './link.ts';
import { SEED_CASE, type Source, shipped, started } from './shipped.ts';

export interface Place {
  readonly source: Source;
  /** As behind --set. */
  readonly set: readonly string[];
  readonly at_s: number;
}

export function beginning(): Place {
  const place = fromHash(location.hash);
  const linked = place === null ? undefined : shipped(place.scenario);
  if (place !== null && linked !== undefined) return { source: linked, set: place.set, at_s: place.at_s };
  return { source: started() ?? shipped(SEED_CASE)!, set: [], at_s: 0 };
}
