/** Entries of the connection table that name a real server which is gone. */
import type { FactOf, Place } from '../evidence/fact.ts';
import type { Scales } from './hypothesis.ts';
import type { Seen } from './seen.ts';

type Entries = FactOf<'entries'>;

export interface Strays {
  readonly entries: readonly Entries[];
  readonly unsure: readonly Entries[];
  readonly isWhole: boolean;
  readonly at: Place;
}

/**
 * Null where table or entries were not seen. `gone` counts those of weight 0, too. Where the table was handed in only in
 * part, `unsure` are those that the rest of it may have; `isWhole` where all entries were listed.
 */
export function strayEntries(seen: Seen, protocol: string, what: 'deleted' | 'gone'): Strays | null {
  const entries = seen.entries.filter(
    (fact) => fact.protocol === protocol && fact.templates === 0 && seen.hasService(protocol, fact.service),
  );
  const [first] = entries;
  if (first === undefined || !seen.hasTable) return null;
  const strays = entries.filter((fact) => {
    const server = seen.server(protocol, fact.service, fact.server);
    return server === undefined || (what === 'gone' && server.weight === 0);
  });
  const isUnsure = (fact: Entries) =>
    seen.server(protocol, fact.service, fact.server) === undefined &&
    !seen.isListedWhole(protocol, fact.service);
  return {
    entries: strays.filter((fact) => !isUnsure(fact)),
    unsure: strays.filter(isUnsure),
    isWhole: seen.hasAllEntries,
    at: first.at,
  };
}

/** What it weighs that none is astray for sure. */
export function weighNoStrays(strays: Strays, protocol: 'tcp' | 'udp', scales: Scales): void {
  const [unsure] = strays.unsure;
  if (unsure !== undefined) {
    const words = `${unsure.server} has entries, and is not in the part of ${unsure.service} that was handed in`;
    scales.speaksFor('hint', unsure.at, words);
    scales.lacks(`ipvsadm -Ln -${protocol[0]} ${unsure.service}`, 'whether that real server is listed');
    return;
  }
  const words = `every ${protocol.toUpperCase()} entry names a real server that is there`;
  scales.speaksAgainst(strays.isWhole ? 'proof' : 'sign', strays.at, words);
  // Not through grep: of what that lets through nobody knows whether it is all.
  if (!strays.isWhole) scales.lacks('ipvsadm -Lnc', 'all entries, not a part of them');
}
