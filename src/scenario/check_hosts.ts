/** Events about hosts, played through: the host exists, and what happens to it can happen to it then. */
import { type Draft, draft, type Path } from './draft.ts';
import { allEntries, type Sections } from './sections.ts';
import { suggest } from './suggest.ts';

export function checkHosts({ services, events }: Sections): Draft[] {
  const known = allEntries(services);
  const timeline = allEntries(events);
  // A part that cannot be read may hold what would be missed here.
  if (known === null || known.length === 0 || timeline === null) return [];
  const servers = known.flatMap(({ realServers }) => realServers);
  const added = timeline.flatMap(({ add }) => (add === undefined ? [] : [add]));
  const hosts = new Set([...servers, ...added].map(({ address }) => hostOf(address)));
  const gone = new Set<string>();
  return timeline
    .map((entry, index) => ({ entry, path: events[index]!.path }))
    .sort((a, b) => a.entry.at - b.entry.at)
    .flatMap(({ entry, path }) => [
      ...playCable(entry.unplug, [...path, 'unplug'], hosts, gone, true),
      ...playCable(entry.plug, [...path, 'plug'], hosts, gone, false),
    ]);
}

/** The address without its port. */
export function hostOf(endpoint: string): string {
  return endpoint.slice(0, endpoint.lastIndexOf(':'));
}

/** Complains about a host that no real server has. */
export function absentHost(path: Path, host: string, hosts: ReadonlySet<string>): Draft {
  const near = suggest(host, hosts);
  const hint = near === null ? `there is ${[...hosts].slice(0, 5).join(', ')}` : `did you mean ${near}?`;
  return draft('E_REFERENCE', path, `there is no real server with the address ${host}`, hint);
}

function playCable(
  host: string | undefined,
  path: Path,
  hosts: ReadonlySet<string>,
  gone: Set<string>,
  unplug: boolean,
): Draft[] {
  if (host === undefined) return [];
  if (!hosts.has(host)) return [absentHost(path, host, hosts)];
  if (gone.has(host) === unplug) {
    return [draft('E_COMBINATION', path, `${host} is ${unplug ? 'gone already' : 'not gone'} at this time`)];
  }
  if (unplug) gone.add(host);
  else gone.delete(host);
  return [];
}
