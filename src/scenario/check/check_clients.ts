/** Clients: one kind of load each, addresses of their own, a service to talk to, and time that passes. */

import type { Distribution } from '../distribution.ts';
import { type Draft, draft, type Path } from '../draft.ts';
import { LOAD_KINDS } from '../loads/loads.ts';
import type { ClientEntry, ServiceEntry } from '../schema/schema.ts';
import { allEntries, clientName, type Sections } from '../schema/sections.ts';
import { type ServiceDirectory, serviceDirectory } from '../schema/service_directory.ts';
import { suggest } from '../text/suggest.ts';
import { checkClientHosts } from './check_client_hosts.ts';
import { checkHostKeys, checkPatience } from './check_patience.ts';

export function checkClients(sections: Sections): Draft[] {
  // With both service and services nobody can say which is meant.
  const both = sections.keys.has('service') && sections.keys.has('services');
  const entries = both ? null : allEntries(sections.services);
  const services = entries === null ? null : serviceDirectory(entries);
  const drafts = sections.clients.flatMap(({ path, entry }) => {
    if (entry === null) return [];
    return [
      ...checkLoad(entry, path),
      ...checkHostKeys(entry, path),
      ...checkStart(entry, path, sections.duration_ns),
      ...checkEnds(entry, path, sections),
      ...(services === null ? [] : checkService(entry, path, services)),
      ...(services === null ? [] : checkTimePasses(entry, path, services, sections)),
    ];
  });
  return [...drafts, ...checkNames(sections), ...checkClientHosts(sections, services)];
}

function checkLoad(client: ClientEntry, path: Path): Draft[] {
  const asked = LOAD_KINDS.filter(({ key }) => client[key] !== undefined);
  const [kind, second] = asked;
  if (kind === undefined) {
    const kinds = LOAD_KINDS.map(({ key, about }) => `${key} (${about})`);
    const message = `a client needs one of ${kinds.slice(0, -1).join(', ')} or ${kinds.at(-1)}`;
    return [draft('E_MISSING', path, message, 'for example concurrency: 100')];
  }
  if (second !== undefined) {
    const message = `a client has one kind of load; this one has ${asked.map(({ key }) => key).join(' and ')}`;
    return [
      { ...draft('E_COMBINATION', [...path, second.key], message, 'make them two clients'), onKey: true },
    ];
  }
  const drafts: Draft[] = [];
  for (const other of LOAD_KINDS) {
    if (other === kind) continue;
    for (const key of Object.keys(other.fields) as (keyof typeof other.fields)[]) {
      if (client[key] === undefined) continue;
      const message = `${key} goes with ${other.key} only; this client has ${kind.key}`;
      drafts.push({ ...draft('E_COMBINATION', [...path, key], message), onKey: true });
    }
  }
  if (client.keepAlive === true && !kind.keepsConnections) {
    const message = `a ${kind.key} opens a connection for each request: keepAlive does not go with it`;
    drafts.push(draft('E_COMBINATION', [...path, 'keepAlive'], message));
  }
  return [...drafts, ...checkReplay(client, path)];
}

/** What stands in the rows stands nowhere else. */
function checkReplay(client: ClientEntry, path: Path): Draft[] {
  const { replay, requests, addresses, onNode } = client;
  if (replay === undefined) return [];
  const refuse = (key: string, message: string): Draft => ({
    ...draft('E_COMBINATION', [...path, key], message),
    onKey: true,
  });
  return [
    ...(requests > 0 ? [refuse('requests', 'how many requests a replay makes stands in its rows')] : []),
    ...(replay.hasAddresses && addresses !== undefined
      ? [refuse('addresses', 'the addresses of this replay stand in its rows')]
      : []),
    ...(replay.hasAddresses && onNode
      ? [refuse('onNode', 'the rows of this replay have addresses, and the node has its own')]
      : []),
  ];
}

function checkStart(client: ClientEntry, path: Path, duration_ns: number | null): Draft[] {
  if (duration_ns === null || client.start < duration_ns) return [];
  return [draft('E_COMBINATION', [...path, 'start'], 'start lies after the end of the run')];
}

/** A run that waits for its clients to finish would wait in vain for one that never does. */
function checkEnds(client: ClientEntry, path: Path, { until }: Sections): Draft[] {
  if (until !== 'idle' || client.requests > 0 || client.replay !== undefined) return [];
  const message = 'with until: idle every client needs requests; this one never ends';
  return [draft('E_COMBINATION', path, message, 'for example requests: 1000, or leave out until')];
}

/** The service a client talks to, or null when that cannot be said. */
function serviceOf({ to }: ClientEntry, { byName, only }: ServiceDirectory): ServiceEntry | null {
  return to === undefined ? only : (byName.get(to) ?? null);
}

function checkService(client: ClientEntry, path: Path, services: ServiceDirectory): Draft[] {
  if (services.byName.size === 0) return [];
  const service = serviceOf(client, services);
  if (service !== null) return checkPatience(client, path, service);
  const names = [...services.byName.keys()];
  if (client.to === undefined) {
    return [draft('E_MISSING', path, 'to is missing: there are several services', `one of ${listed(names)}`)];
  }
  const near = suggest(client.to, names);
  const hint = near === null ? `there is ${listed(names)}` : `did you mean ${near}?`;
  return [draft('E_REFERENCE', [...path, 'to'], `there is no service ${client.to}`, hint)];
}

function listed(names: readonly string[]): string {
  return names.length <= 5
    ? names.join(', ')
    : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;
}

/** Without any delay a closed loop would do endless work at one instant. */
function checkTimePasses(
  client: ClientEntry,
  path: Path,
  services: ServiceDirectory,
  { links }: Sections,
): Draft[] {
  const service = serviceOf(client, services);
  if (client.concurrency === undefined || links === null || service === null) return [];
  const delays = [links.clientSide?.delay ?? links.delay, links.serverSide?.delay ?? links.delay];
  if (delays.some((delay) => delay > 0) || takesTime(client.thinkTime)) return [];
  if (
    service.realServers.every(({ serviceTime, cpu }) => takesTime(serviceTime) || takesTime(cpu?.perRequest))
  )
    return [];
  const message = 'no time would ever pass: links, serviceTime and thinkTime are all 0';
  return [draft('E_COMBINATION', [...path, 'concurrency'], message, 'give one of them a duration')];
}

function takesTime(time: Distribution | undefined): boolean {
  if (time === undefined) return false;
  if (time.kind === 'constant') return time.value_ns > 0;
  if (time.kind === 'exponential') return time.mean_ns > 0;
  return time.values_ns.some((value_ns) => value_ns > 0);
}

function checkNames({ clients }: Sections): Draft[] {
  const names = new Set<string>();
  return clients.flatMap(({ path, entry }, index) => {
    if (entry === null) return [];
    const name = clientName(entry, index, clients.length);
    const taken = names.has(name);
    names.add(name);
    if (!taken) return [];
    return [draft('E_DUPLICATE_NAME', [...path, 'name'], `a client named ${name} stands above`)];
  });
}
