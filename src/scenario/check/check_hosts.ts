/** Events about hosts and pods, played through: they exist, and what happens to them can happen to them then. */

import { hostOf } from '../../text/endpoint.ts';
import { type Draft, draft, type Path } from '../draft.ts';
import type { EventEntry } from '../schema/schema.ts';
import { allEntries, type Sections } from '../schema/sections.ts';
import { suggest } from '../text/suggest.ts';

/** What is known of a host at some time. */
interface Host {
  isUnplugged: boolean;
  pod: 'ready' | 'unready' | 'terminated';
}

type Hosts = ReadonlyMap<string, Host>;

type HostAction = 'unplug' | 'plug' | 'terminatePod' | 'startPod' | 'unreadyPod' | 'readyPod';

/** What is wrong with the action at this time, or null; it has then happened. */
const PLAY: Readonly<Record<HostAction, (host: Host) => string | null>> = {
  unplug: (host) => {
    if (host.isUnplugged) return 'is gone already';
    host.isUnplugged = true;
    return null;
  },
  plug: (host) => {
    if (!host.isUnplugged) return 'is not gone';
    host.isUnplugged = false;
    return null;
  },
  terminatePod: (host) => {
    if (host.pod === 'terminated') return 'is not running';
    host.pod = 'terminated';
    return null;
  },
  startPod: (host) => {
    if (host.pod !== 'terminated') return 'is running already';
    host.pod = 'ready';
    return null;
  },
  unreadyPod: (host) => {
    if (host.pod !== 'ready') return 'is not ready';
    host.pod = 'unready';
    return null;
  },
  readyPod: (host) => {
    if (host.pod !== 'unready') return host.pod === 'ready' ? 'is ready already' : 'is not running';
    host.pod = 'ready';
    return null;
  },
};

export function checkHosts({ services, events }: Sections): Draft[] {
  const known = allEntries(services);
  const timeline = allEntries(events);
  // A part that cannot be read may hold what would be missed here.
  if (known === null || known.length === 0 || timeline === null) return [];
  const servers = known.flatMap(({ realServers }) => realServers);
  const added = timeline.flatMap(({ add }) => (add === undefined ? [] : [add]));
  const hosts = new Map<string, Host>();
  for (const { address, pod } of [...servers, ...added]) {
    const isThere = pod?.started ?? true;
    hosts.set(hostOf(address), { isUnplugged: false, pod: isThere ? 'ready' : 'terminated' });
  }
  return timeline
    .map((entry, index) => ({ entry, path: events[index]!.path }))
    .sort((a, b) => a.entry.at - b.entry.at)
    .flatMap(({ entry, path }) => playHosts(entry, path, hosts));
}

function playHosts(event: EventEntry, path: Path, hosts: Hosts): Draft[] {
  return (Object.keys(PLAY) as HostAction[]).flatMap((action) => {
    const address = event[action];
    if (address === undefined) return [];
    const at = [...path, action];
    const host = hosts.get(address);
    if (host === undefined) return [absent(at, address, action, hosts)];
    const wrong = PLAY[action](host);
    return wrong === null ? [] : [draft('E_COMBINATION', at, `${address} ${wrong} at this time`)];
  });
}

function absent(path: Path, address: string, action: HostAction, hosts: Hosts): Draft {
  const near = suggest(address, hosts.keys());
  const hint =
    near === null ? `there is ${[...hosts.keys()].slice(0, 5).join(', ')}` : `did you mean ${near}?`;
  const what = action.endsWith('Pod') ? 'pod' : 'host';
  return draft('E_REFERENCE', path, `there is no ${what} with the address ${address}`, hint);
}
