/** A run and an instant of it as the part of an address after #, which no server gets to see. */
export interface Place {
  readonly scenario: string;
  readonly set: readonly string[];
  readonly at_s: number;
}

export function toHash({ scenario, set, at_s }: Place): string {
  const words = new URLSearchParams({ scenario, at: String(at_s) });
  for (const one of set) words.append('set', one);
  return `#${words}`;
}

/** Null where the text is no such place. */
export function fromHash(hash: string): Place | null {
  const words = new URLSearchParams(hash.replace(/^#/u, ''));
  const scenario = words.get('scenario');
  if (scenario === null) return null;
  const at_s = Number(words.get('at') ?? '0');
  return { scenario, set: words.getAll('set'), at_s: Number.isFinite(at_s) && at_s > 0 ? at_s : 0 };
}
