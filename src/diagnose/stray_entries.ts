/** Entries of the connection table that name a real server which is gone. */
import type { FactOf, Place } from '../evidence/fact.ts';
import type { Seen } from './seen.ts';

type Entries = FactOf<'entries'>;

/** Null where table or entries were not seen. `gone` counts those of weight 0, too. */
export function strayEntries(
  seen: Seen,
  protocol: string,
  what: 'deleted' | 'gone',
): { readonly entries: readonly Entries[]; readonly at: Place } | null {
  const entries = seen.entries.filter(
    (fact) => fact.protocol === protocol && fact.templates === 0 && seen.hasService(protocol, fact.service),
  );
  const [first] = entries;
  if (first === undefined || !seen.hasTable) return null;
  const strays = entries.filter((fact) => {
    const server = seen.server(protocol, fact.service, fact.server);
    return server === undefined || (what === 'gone' && server.weight === 0);
  });
  return { entries: strays, at: first.at };
}
