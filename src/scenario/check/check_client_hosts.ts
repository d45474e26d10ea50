/**
 * Whose an address is. Clients of one address run on one host, and so have its kernel and its range of ports; a
 * real server's host may be a client, too; a virtual address is nobody's.
 */

import { familyOf, hostOf } from '../../text/endpoint.ts';
import { type Draft, draft, type Path } from '../draft.ts';
import { LIMITS } from '../schema/limits.ts';
import type { ClientEntry, ServiceEntry } from '../schema/schema.ts';
import { clientAddresses, clientName, type Sections, serviceName } from '../schema/sections.ts';
import type { ServiceDirectory } from '../schema/service_directory.ts';

/** What all clients of a host have in common, whether each says so or not. */
const OF_THE_HOST = ['kernel', 'hz', 'ports', 'reservedPorts', 'via'] as const;

/** Paths on which the node's own packets are modelled. */
const ON_NODE: ReadonlySet<string> = new Set(['ipvs', 'iptables', 'nftables']);

interface Host {
  readonly name: string;
  readonly entry: ClientEntry;
}

export function checkClientHosts(sections: Sections, services: ServiceDirectory | null): Draft[] {
  const { clients } = sections;
  const virtual = new Map<string, string>();
  for (const service of services?.all ?? []) virtual.set(hostOf(service.address), serviceName(service));
  const hosts = new Map<string, Host>();
  const drafts: Draft[] = [];
  let ownPorts: string | null = null;
  clients.forEach(({ path, entry }, index) => {
    if (entry === null) return;
    if (entry.onNode) {
      drafts.push(...checkOnNode(entry, path, sections, services));
      ownPorts ??= portsOf(entry);
      if (portsOf(entry) !== ownPorts) {
        const message = 'clients on the node need the same ports and reservedPorts';
        drafts.push(draft('E_COMBINATION', path, message, 'a host has one range of source ports'));
      }
      return;
    }
    const name = clientName(entry, index, clients.length);
    const at = entry.addresses === undefined ? path : [...path, 'addresses'];
    const service = serviceOf(entry, services);
    const wrong = wrongAddress(name, entry, index, { sections, virtual, hosts, service });
    if (wrong !== null) drafts.push(draft('E_DUPLICATE_NAME', at, wrong.message, wrong.hint));
    if (hosts.size <= LIMITS.addresses) return;
    drafts.push(draft('E_TOO_BIG', at, `clients have more than ${LIMITS.addresses} addresses together`));
    hosts.clear();
  });
  return drafts;
}

/** The one it names; where the name is missing or wrong, which is told elsewhere, the first. */
function serviceOf({ to }: ClientEntry, services: ServiceDirectory | null): ServiceEntry | null {
  if (services === null) return null;
  return services.byName.get(to ?? '') ?? services.all[0] ?? null;
}

/** The node is one host with one kernel, and its own packets take the paths that its rules are on. */
function checkOnNode(
  entry: ClientEntry,
  path: Path,
  { kernel }: Sections,
  services: ServiceDirectory | null,
): Draft[] {
  const drafts: Draft[] = [];
  const refuse = (key: string, message: string, hint: string): void => {
    drafts.push({ ...draft('E_COMBINATION', [...path, key], message, hint), onKey: true });
  };
  if (entry.addresses !== undefined) {
    refuse(
      'addresses',
      'a client on the node has the addresses of the node',
      'leave out addresses, or onNode',
    );
  }
  if (entry.kernel !== undefined && entry.kernel.text !== kernel?.text) {
    refuse('kernel', 'a client on the node runs on its kernel', "leave it out: the node's is the scenario's");
  }
  if (entry.hz !== undefined) refuse('hz', 'a client on the node has its hz', 'set hz of the scenario');
  const service = serviceOf(entry, services);
  if (service !== null && !ON_NODE.has(service.path)) {
    const message = `a client on the node is not modelled for path ${service.path}`;
    refuse('onNode', message, `paths with it are ${[...ON_NODE].join(', ')}`);
  } else if (service !== null && service.path === 'ipvs' && service.forward !== 'masq') {
    const message = `a client on the node has the virtual address, as the real servers of forward: ${service.forward} do`;
    refuse('onNode', message, 'it works with forward: masq');
  }
  return drafts;
}

interface Known {
  readonly sections: Sections;
  readonly virtual: ReadonlyMap<string, string>;
  readonly hosts: Map<string, Host>;
  readonly service: ServiceEntry | null;
}

/** The first address of the client that is another's; all of them are known afterwards. */
function wrongAddress(
  name: string,
  entry: ClientEntry,
  index: number,
  { sections, virtual, hosts, service }: Known,
): { readonly message: string; readonly hint: string | null } | null {
  const seen = new Set<string>();
  for (const address of clientAddresses(entry, index, service === null ? 4 : familyOf(service.address))) {
    if (seen.has(address)) return { message: `${address} stands twice here`, hint: null };
    seen.add(address);
    const owner = virtual.get(address);
    if (owner !== undefined) {
      return { message: `${address} belongs to service ${owner}: a host's address is its own`, hint: null };
    }
    if (service !== null && isOwnServer(service, address)) {
      const message = `${address} is a real server of this service, and has the virtual address itself`;
      return { message, hint: `forwarding by ${service.forward}, its own requests never leave it` };
    }
    const host = hosts.get(address);
    hosts.set(address, host ?? { name, entry });
    if (host === undefined) continue;
    if (entry.addresses === undefined) {
      return {
        message: `${address}, which it has by default, is that of ${host.name}`,
        hint: 'give it addresses',
      };
    }
    const key = OF_THE_HOST.find((each) => !isSame(host.entry, entry, each, sections));
    if (key === undefined) continue;
    const message = `${address} is the host of ${host.name}, too: both need the same ${key}`;
    return { message, hint: 'a host has one kernel and one range of source ports' };
  }
  return null;
}

/** Its host has the virtual address on a loopback device, as direct routing and tunnels need it. */
function isOwnServer({ forward, path, realServers }: ServiceEntry, address: string): boolean {
  if (path !== 'ipvs' || forward === 'masq') return false;
  return realServers.some((server) => hostOf(server.address) === address);
}

function isSame(
  a: ClientEntry,
  b: ClientEntry,
  key: (typeof OF_THE_HOST)[number],
  { kernel }: Sections,
): boolean {
  if (key === 'kernel') return (a.kernel ?? kernel)?.text === (b.kernel ?? kernel)?.text;
  return JSON.stringify(a[key]) === JSON.stringify(b[key]);
}

function portsOf({ ports, reservedPorts }: ClientEntry): string {
  return JSON.stringify([ports, reservedPorts]);
}
