/** Expectations against the rest of the file: their windows hold intervals, their real servers exist. */
import { type Draft, draft } from '../draft.ts';
import { allEntries, type Sections } from '../schema/sections.ts';
import { suggest } from '../text/suggest.ts';

export function checkExpectations(sections: Sections): Draft[] {
  const servers = knownServers(sections);
  return sections.expect.flatMap(({ path, entry }) => {
    if (entry === null) return [];
    const { server, parts } = entry.expression;
    const drafts: Draft[] = [];
    const window = windowFault(entry.expression.window, sections);
    if (window !== null) {
      drafts.push({ ...draft('E_EXPECT', path, `${path.join('.')} ${window}`), part: parts.window! });
    }
    if (server !== null && servers !== null && !servers.has(server)) {
      const near = suggest(server, servers);
      const hint =
        near === null ? `there is ${[...servers].slice(0, 5).join(', ')}` : `did you mean ${near}?`;
      const message = `${path.join('.')} names the real server ${server}, which does not exist`;
      drafts.push({ ...draft('E_EXPECT', path, message, hint), part: parts.metric });
    }
    return drafts;
  });
}

function windowFault(
  window: { readonly from_ns: number; readonly to_ns: number } | null,
  { interval_ns }: Sections,
): string | null {
  // A window after the end is no mistake: --until and --set duration= shorten runs. Its verdict is unknown.
  if (window === null || interval_ns === null) return null;
  const rows = Math.floor(window.to_ns / interval_ns) - Math.ceil(window.from_ns / interval_ns);
  return rows > 0 ? null : `has a window that holds no whole interval of ${interval_ns / 1e9} s`;
}

/** Every real server there ever is, or null when that cannot be said. */
function knownServers({ services, events }: Sections): ReadonlySet<string> | null {
  const entries = allEntries(services);
  const changes = allEntries(events);
  if (entries === null || changes === null) return null;
  const added = changes.flatMap(({ add }) => (add === undefined ? [] : [add.address]));
  return new Set([
    ...entries.flatMap((service) => service.realServers.map(({ address }) => address)),
    ...added,
  ]);
}
