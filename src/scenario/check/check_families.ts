/** IPv4 and IPv6: whoever talks to whom has addresses of one family. */
import { type Family, familyOf, hostOf } from '../../text/endpoint.ts';
import { parseTarget } from '../addresses.ts';
import { type Draft, draft, type Path } from '../draft.ts';
import { nodeHosts, type PlacedNodeHost } from '../schema/node_addresses.ts';
import type { ClientEntry, ServiceEntry } from '../schema/schema.ts';
import { allEntries, type Sections, serviceName } from '../schema/sections.ts';
import { serviceDirectory } from '../schema/service_directory.ts';

/** For examples, and where a node's own is not known. */
export const A_NODE_ADDRESS = { 4: '172.18.0.2', 6: 'fd00:18::2' } as const;

/** What is the same for all services. */
interface Around {
  readonly sections: Sections;
  /** Those that services have. */
  readonly families: ReadonlySet<Family>;
  /** By family, an address of each node that has none of it. */
  readonly without: Readonly<Record<Family, readonly PlacedNodeHost[]>>;
}

export function checkFamilies(sections: Sections): Draft[] {
  const { services } = sections;
  const around = {
    sections,
    families: new Set(services.flatMap(({ entry }) => (entry === null ? [] : familyOf(entry.address)))),
    without: { 4: nodesWithout(4, sections), 6: nodesWithout(6, sections) },
  };
  return [
    ...services.flatMap(({ path, entry }) =>
      entry === null || entry.exposed !== undefined ? [] : checkService(entry, path, around),
    ),
    ...checkClients(around),
    ...checkEvents(sections),
  ];
}

function mismatch(path: Path, what: string, text: string, family: Family, hint: string): Draft {
  return draft('E_COMBINATION', path, `${text} is IPv${familyOf(text)}, ${what} IPv${family}`, hint);
}

/** IPVS mixes families in tunnels only (v3.18), which the model does not have. */
function checkService(service: ServiceEntry, path: Path, around: Around): Draft[] {
  const { sections } = around;
  const family = familyOf(service.address);
  const drafts = service.realServers.flatMap(({ address }, index) =>
    serverMismatch(service, address, [...path, 'realServers', index, 'address']),
  );
  for (const key of ['externalIPs', 'loadBalancerIPs'] as const) {
    service[key]?.forEach((address, index) => {
      if (familyOf(address) === family) return;
      const hint = 'an address of the other family is a service of its own';
      drafts.push(mismatch([...path, key, index], 'the service', address, family, hint));
    });
  }
  if (sections.controller?.kind === 'docker-swarm' && family === 6) {
    const message = 'docker-swarm makes services of IPv4 only';
    const hint = 'leave the controller out, and write the mark';
    drafts.push(draft('E_COMBINATION', [...path, 'address'], message, hint));
  }
  service.targets?.forEach((target, index) => {
    const { address } = parseTarget(target);
    if (familyOf(address) === family) return;
    const hint = 'the mark of a service is for one family';
    drafts.push(mismatch([...path, 'targets', index], 'the service', address, family, hint));
  });
  if (service.path === 'ipvs-bpf' && family === 6) {
    const message = 'path ipvs-bpf is modelled for IPv4 only';
    drafts.push(draft('E_COMBINATION', [...path, 'path'], message, 'use path: ipvs'));
  }
  const netmask = service.persistentNetmask;
  if (netmask !== undefined && (typeof netmask === 'number') !== (family === 6)) {
    const hint = family === 6 ? 'it has the length of a prefix, like 64' : 'for example 255.255.255.0';
    const message = `${netmask} is no netmask of IPv${family}`;
    drafts.push(draft('E_COMBINATION', [...path, 'persistentNetmask'], message, hint));
  }
  return [...drafts, ...checkNode(service, path, around)];
}

function serverMismatch(service: ServiceEntry, address: string, path: Path): Draft[] {
  const family = familyOf(service.address);
  if (familyOf(address) === family) return [];
  const hint =
    service.forward === 'tunnel'
      ? 'a tunnel from one family to the other is not modelled'
      : 'each family has services and real servers of its own';
  return [mismatch(path, 'the service', address, family, hint)];
}

/** What leaves with the address of a node has one of its family. */
function checkNode(service: ServiceEntry, path: Path, around: Around): Draft[] {
  const { masquerade, podRange, nodes } = around.sections;
  const family = familyOf(service.address);
  const what = `service ${serviceName(service)}`;
  const isMasqueraded = masquerade !== null && masquerade !== 'none';
  const drafts: Draft[] = [];
  for (const { address, path: at } of around.without[family]) {
    const text = `nodeAddress ${address}`;
    const hint = addressHint(around);
    if (service.nodePort !== undefined)
      drafts.push(mismatch([...path, 'nodePort'], 'the service', text, family, hint));
    else if (isMasqueraded) drafts.push(mismatch(at, what, text, family, hint));
  }
  const ranges = [
    ...(podRange ?? []).map((range) => ({ range, at: ['podRange'] })),
    ...nodes.flatMap(({ entry, path: at }) =>
      (entry?.podRange ?? []).map((range) => ({ range, at: [...at, 'podRange'] })),
    ),
  ];
  for (const { range, at } of ranges) {
    if (around.families.has(familyOf(range))) continue;
    drafts.push(mismatch(at, what, range, family, 'nobody is in it: write one of the family'));
  }
  return drafts;
}

/** Of each node that has no address of that family, one that it has. */
function nodesWithout(family: Family, sections: Sections): readonly PlacedNodeHost[] {
  const hosts = nodeHosts(sections);
  const has = new Set(hosts.filter(({ address }) => familyOf(address) === family).map(({ name }) => name));
  return hosts.filter(({ name }) => !has.has(name));
}

/** An example with an address for each family that there is. */
function addressHint({ sections, families }: Around): string {
  const texts = [...families].sort().map((family) => {
    const own = sections.nodeAddress?.find((address) => familyOf(address) === family);
    return own ?? A_NODE_ADDRESS[family];
  });
  const [first, second] = texts.map((text) => (familyOf(text) === 6 ? `"${text}"` : text));
  return `for example nodeAddress: ${second === undefined ? first : `[${first}, ${second}]`}`;
}

function checkClients(around: Around): Draft[] {
  const { clients, services, masquerade } = around.sections;
  const known = allEntries(services);
  if (known === null || known.length === 0) return [];
  const directory = serviceDirectory(known);
  return clients.flatMap(({ path, entry }) => {
    const service = entry === null ? undefined : (directory.byName.get(entry.to ?? '') ?? directory.only);
    if (entry === null || service == null) return [];
    const family = familyOf(service.address);
    const what = `service ${serviceName(service)}`;
    if (entry.onNode) {
      const [other] = service.path === 'ipvs' ? [] : around.without[family];
      if (other === undefined) return [];
      return [
        mismatch([...path, 'onNode'], what, `nodeAddress ${other.address}`, family, addressHint(around)),
      ];
    }
    const own = ownAddresses(entry);
    const at = [...path, entry.addresses === undefined ? 'replay' : 'addresses'];
    const isMasqueraded = masquerade !== null && masquerade !== 'none';
    const itself = family === 4 || isMasqueraded ? undefined : hairpinOf(own, service);
    if (itself !== undefined) {
      const message = `${itself} is a real server of the service, too: a host that reaches itself over IPv6 is not modelled`;
      return [draft('E_COMBINATION', at, message, 'it drops no martian sources, as one of IPv4 does')];
    }
    const other = own.find((address) => familyOf(address) !== family);
    if (other === undefined) return [];
    return [mismatch(at, what, other, family, 'make a client for each family')];
  });
}

function hairpinOf(own: readonly string[], { realServers }: ServiceEntry): string | undefined {
  const servers = new Set(realServers.map(({ address }) => hostOf(address)));
  return own.find((address) => servers.has(address));
}

/** Those that are written: by default a client has the family of its service. */
function ownAddresses({ addresses, replay }: ClientEntry): readonly string[] {
  return addresses?.flat() ?? replay?.addresses ?? [];
}

function checkEvents({ events, services }: Sections): Draft[] {
  const known = allEntries(services);
  if (known === null || known.length === 0) return [];
  const directory = serviceDirectory(known);
  return events.flatMap(({ path, entry }) => {
    if (entry?.add === undefined) return [];
    const service = directory.byName.get(entry.service ?? '') ?? directory.only;
    return service === null ? [] : serverMismatch(service, entry.add.address, [...path, 'add', 'address']);
  });
}
