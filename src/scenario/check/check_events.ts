/** The timeline, played through: an event must do something, in time, to a real server that is there then. */

import { type Draft, draft, type Path } from '../draft.ts';
import type { EventEntry, ServiceEntry } from '../schema/schema.ts';
import { allEntries, type Section, type Sections, serviceName } from '../schema/sections.ts';
import { ownServices } from '../service_addresses.ts';
import { suggest } from '../text/suggest.ts';
import { checkHosts } from './check_hosts.ts';

export function checkEvents(sections: Sections): Draft[] {
  const { events, duration_ns } = sections;
  const drafts: Draft[] = [];
  for (const { path, entry } of events) {
    if (entry === null) continue;
    if (Object.entries(entry).every(([key, value]) => NO_ACTION.has(key) || value === undefined)) {
      drafts.push(
        draft('E_MISSING', path, 'an event needs something that happens: sysctl, weight, delete ...'),
      );
    }
    if (duration_ns !== null && entry.at >= duration_ns) {
      drafts.push(draft('E_COMBINATION', [...path, 'at'], 'the event lies after the end of the run'));
    }
  }
  return [...drafts, ...checkReferences(sections), ...checkHosts(sections)];
}

/** Keys of an event that are no action by themselves. */
const NO_ACTION: ReadonlySet<string> = new Set(['at', 'service', 'node', 'bootTime']);

/** Real servers by service, as they come and go. */
type Present = ReadonlyMap<string, Set<string>>;

function checkReferences({ services, events, controller, kubernetes }: Sections): Draft[] {
  const known = allEntries(services);
  // A part that cannot be read may hold what would be missed here.
  if (known === null || known.length === 0 || allEntries(events) === null) return [];
  const present: Present = new Map(
    known.map((service) => [
      serviceName(service),
      new Set(service.realServers.map(({ address }) => address)),
    ]),
  );
  const inOrder = (events as readonly Section<EventEntry>[])
    .filter((event): event is Section<EventEntry> & { entry: EventEntry } => event.entry !== null)
    .sort((a, b) => a.entry.at - b.entry.at);
  const isManaged = controller !== null || kubernetes !== null;
  return inOrder.flatMap(({ path, entry }) => playEvent(entry, path, known, present, isManaged));
}

function playEvent(
  event: EventEntry,
  path: Path,
  services: readonly ServiceEntry[],
  present: Present,
  isManaged: boolean,
): Draft[] {
  const names = services.map(serviceName);
  const touched = event.weight !== undefined || event.delete !== undefined || event.add !== undefined;
  if (event.service !== undefined && !present.has(event.service)) {
    const near = suggest(event.service, names);
    const hint = near === null ? `there is ${names.slice(0, 5).join(', ')}` : `did you mean ${near}?`;
    return [draft('E_REFERENCE', [...path, 'service'], `there is no service ${event.service}`, hint)];
  }
  if (!touched) return [];
  const name = event.service ?? (ownServices(services).length === 1 ? names[0]! : null);
  if (name === null) {
    const message = 'service is missing: there are several, and this event is about a real server';
    return [draft('E_MISSING', path, message, `one of ${names.slice(0, 5).join(', ')}`)];
  }
  const { path: way } = services.find((service) => serviceName(service) === name)!;
  if (way === 'direct') {
    const message = `real servers of ${name} cannot change: its path is direct`;
    return [draft('E_COMBINATION', path, message)];
  }
  return playServers(event, path, present.get(name)!, isManaged && (way === 'ipvs' || way === 'ipvs-bpf'));
}

/**
 * In the order in which parse turns one event into actions: weight, add, delete. What a controller adds and deletes
 * meanwhile (`isManaged`) is known in the run only: there, the real server has to be known, not to be in the table.
 */
function playServers(event: EventEntry, path: Path, servers: Set<string>, isManaged: boolean): Draft[] {
  const drafts: Draft[] = [];
  const absent = (at: Path, address: string): void => {
    const near = suggest(address, servers);
    const hint =
      near === null ? `there is ${[...servers].slice(0, 5).join(', ') || 'none'}` : `did you mean ${near}?`;
    const message = `there is no real server ${address} at this time`;
    drafts.push({ ...draft('E_REFERENCE', at, message, hint), onKey: at.includes('weight') });
  };
  for (const address of Object.keys(event.weight ?? {})) {
    if (!servers.has(address)) absent([...path, 'weight', address], address);
  }
  if (event.add !== undefined) {
    const { address, lowerThreshold, upperThreshold } = event.add;
    if (servers.has(address) && !isManaged) {
      const message = `the real server ${address} is there already`;
      drafts.push(draft('E_DUPLICATE_NAME', [...path, 'add', 'address'], message));
    }
    if (lowerThreshold > upperThreshold) {
      const message = `lowerThreshold ${lowerThreshold} is above upperThreshold ${upperThreshold}`;
      drafts.push(draft('E_COMBINATION', [...path, 'add', 'lowerThreshold'], message));
    }
    servers.add(address);
  }
  if (event.delete !== undefined) {
    if (!servers.has(event.delete)) absent([...path, 'delete'], event.delete);
    if (!isManaged) servers.delete(event.delete);
  }
  return drafts;
}
