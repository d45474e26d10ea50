/** Several nodes: their names, who goes through which, and what is modelled for one node only. */
import { hostOf } from '../../text/endpoint.ts';
import { type Draft, draft, type Path } from '../draft.ts';
import { BOOT_NS } from '../effective.ts';
import { nodeHosts } from '../schema/node_addresses.ts';
import type { ServiceEntry } from '../schema/schema.ts';
import { allEntries, type Sections, serviceName } from '../schema/sections.ts';
import { suggest } from '../text/suggest.ts';

/** Events that a node's cable or its power is about. */
const CABLES = ['unplugNode', 'plugNode', 'rebootNode'] as const;

export function checkNodes(sections: Sections): Draft[] {
  const { nodes, keys } = sections;
  if (!keys.has('nodes')) return withoutNodes(sections);
  const entries = allEntries(nodes);
  // A name that cannot be read may be one that is meant.
  if (entries === null || entries.length === 0) return checkAlone(sections);
  const names = entries.map(({ name }) => name);
  const twice = names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [draft('E_DUPLICATE_NAME', ['nodes', index, 'name'], `a node named ${name} stands above`)],
  );
  const unknown = sections.clients.flatMap(({ path, entry }) =>
    entry?.via === undefined || names.includes(entry.via) ? [] : [absent([...path, 'via'], entry.via, names)],
  );
  return [
    ...twice,
    ...unknown,
    ...checkOwnSettings(sections, names),
    ...checkCables(sections, names),
    ...checkVia(sections),
    ...checkBoots(sections),
    ...checkReleases(sections),
    ...checkAlone(sections),
  ];
}

function withoutNodes({ keys, clients, events }: Sections): Draft[] {
  const hint = 'add nodes: [{name: node1}, {name: node2}]';
  const paths: Path[] = [
    ...(keys.has('balancer') ? [['balancer']] : []),
    ...clients.flatMap(({ path, entry }) => (entry?.via === undefined ? [] : [[...path, 'via']])),
    ...events.flatMap(({ path, entry }) =>
      (['node', ...CABLES] as const).filter((key) => entry?.[key] !== undefined).map((key) => [...path, key]),
    ),
  ];
  return paths.map((path) =>
    onKey(draft('E_COMBINATION', path, `${path.at(-1)} says nothing without nodes`, hint)),
  );
}

function absent(path: Path, name: string, names: readonly string[]): Draft {
  const near = suggest(name, names);
  const hint = near === null ? `there is ${names.slice(0, 5).join(', ')}` : `did you mean ${near}?`;
  return draft('E_REFERENCE', path, `there is no node ${name}`, hint);
}

/** Events that name a node. */
function checkOwnSettings({ events }: Sections, names: readonly string[]): Draft[] {
  return events.flatMap(({ path, entry }) => {
    const name = entry?.node;
    if (name === undefined) return [];
    const at = [...path, 'node'];
    if (!names.includes(name)) return [absent(at, name, names)];
    if (entry?.sysctl !== undefined || entry?.controller !== undefined) return [];
    const hint = 'its cable is unplugNode and plugNode';
    return [onKey(draft('E_COMBINATION', at, 'node goes with sysctl or controller', hint))];
  });
}

/** Cables in order of time: a node that has booted is back. */
function checkCables({ events }: Sections, names: readonly string[]): Draft[] {
  const drafts: Draft[] = [];
  const changes = events.flatMap(({ path, entry }) => {
    if (entry === null) return [];
    const { rebootNode, bootTime } = entry;
    if (bootTime !== undefined && rebootNode === undefined) {
      const at = [...path, 'bootTime'];
      drafts.push(onKey(draft('E_COMBINATION', at, 'bootTime goes with rebootNode', null)));
    }
    const named = CABLES.flatMap((key) => {
      const name = entry[key];
      return name === undefined ? [] : [{ at: entry.at, key, name, path: [...path, key] }];
    });
    const back = { at: entry.at + (bootTime ?? BOOT_NS), key: 'back', name: rebootNode ?? '', path } as const;
    return rebootNode === undefined ? named : [...named, back];
  });
  const gone = new Set<string>();
  for (const { key, name, path } of changes.sort((a, b) => a.at - b.at)) {
    const comes = key === 'plugNode' || key === 'back';
    if (!names.includes(name)) {
      if (key !== 'back') drafts.push(absent(path, name, names));
    } else if (key !== 'back' && gone.has(name) !== comes) {
      const state = comes ? 'is not gone' : 'is gone already';
      drafts.push(draft('E_COMBINATION', path, `${name} ${state} at this time`));
    }
    if (comes) gone.delete(name);
    else gone.add(name);
  }
  return drafts;
}

/** A node that boots runs nothing yet that could be stopped. */
function checkBoots({ events }: Sections): Draft[] {
  const boots = events.flatMap(({ entry }) =>
    entry?.rebootNode === undefined
      ? []
      : [{ node: entry.rebootNode, from: entry.at, to: entry.at + (entry.bootTime ?? BOOT_NS) }],
  );
  return events.flatMap(({ path, entry }) => {
    if (entry?.controller === undefined) return [];
    const { at, node: name } = entry;
    if (!boots.some(({ node, from, to }) => node === name && from <= at && at < to)) return [];
    const message = `${name} boots at this time`;
    return [draft('E_COMBINATION', [...path, 'controller'], message, 'its controller begins with it')];
  });
}

/** A release of its own. */
function checkReleases({ nodes, keys, controller, isWithoutController }: Sections): Draft[] {
  if (keys.has('kubernetes') || controller?.kind === 'kube-proxy') return [];
  // One that cannot be read may be there all the same.
  if (keys.has('controller') && controller === null && !isWithoutController) return [];
  return nodes.flatMap(({ path, entry }) => {
    if (entry?.kubernetes === undefined) return [];
    const message = 'a node has a release of kube-proxy of its own only where the others have one';
    const hint = 'add kubernetes at the top, for the nodes that name none';
    return [onKey(draft('E_COMBINATION', [...path, 'kubernetes'], message, hint))];
  });
}

/** What several nodes do not go with. */
function checkAlone(sections: Sections): Draft[] {
  const { keys, clients, services, balancer } = sections;
  const drafts: Draft[] = [];
  const refuse = (path: Path, what: string, hint: string): void => {
    drafts.push(onKey(draft('E_COMBINATION', path, `${what} is not modelled for several nodes`, hint)));
  };
  const alone = 'leave out nodes, or this';
  if (keys.has('node')) refuse(['node'], 'node', alone);
  for (const { path, entry } of clients) {
    if (entry?.onNode) refuse([...path, 'onNode'], 'a client on the node', 'say via: NAME instead');
  }
  const hosts = new Set(nodeHosts(sections).map(({ address }) => address));
  for (const { path, entry } of services) {
    if (entry === null) continue;
    drafts.push(...checkService(entry, path));
    if (entry.exposed !== undefined) continue;
    if (entry.nodePort !== undefined) drafts.push(...checkNodePort([...path, 'nodePort'], sections));
    if (hosts.has(hostOf(entry.address)))
      refuse([...path, 'address'], "a service on a node's own address", 'write it as nodePort of a service');
    if (entry.externalTrafficPolicy === 'Local')
      refuse([...path, 'externalTrafficPolicy'], 'externalTrafficPolicy: Local', alone);
  }
  const known = allEntries(services);
  if (known === null || known.length === 0) return drafts;
  if (known.every(({ path }) => path === 'direct')) {
    const message = 'nodes say nothing where every path is direct';
    drafts.push(onKey(draft('E_COMBINATION', ['nodes'], message, 'leave them out, or use path ipvs')));
  }
  if (balancer === 'turn' && known.some(({ protocol }) => protocol === 'udp')) {
    refuse(['balancer'], 'balancer: turn with udp', 'use hash, or clients with via');
  } else if (balancer === 'turn' && known.length > 1) {
    refuse(['balancer'], 'balancer: turn with several services', 'use hash, or clients with via');
  }
  return drafts;
}

/** Its clients are all masqueraded: an answer to a client's own address would not tell which node's NodePort it had come by. */
function checkNodePort(path: Path, { masquerade, nodes, sysctl, events }: Sections): Draft[] {
  const refuse = (why: string, hint: string): Draft[] => [
    onKey(draft('E_COMBINATION', path, `a NodePort of several nodes ${why}`, hint)),
  ];
  if (masquerade === 'none')
    return refuse('needs masquerade, as kube-proxy does it', 'add masquerade: plain');
  const settings = [sysctl, ...[...nodes, ...events].map(({ entry }) => entry?.sysctl)];
  if (settings.every((each) => each?.['net.ipv4.vs.conntrack'] !== 0)) return [];
  return refuse(
    'does not go with net.ipv4.vs.conntrack=0, which masquerades nobody',
    'leave one of them out',
  );
}

/** Who asks for a node's own address goes through it. */
function checkVia({ clients, services }: Sections): Draft[] {
  return clients.flatMap(({ path, entry }) => {
    const service = services.find(
      (each) => each.entry !== null && serviceName(each.entry) === entry?.to,
    )?.entry;
    const node = service?.exposed?.node;
    if (entry?.via === undefined || node === undefined || entry.via === node) return [];
    const message = `${entry.to} is a NodePort of ${node}, to which its packets go`;
    return [onKey(draft('E_COMBINATION', [...path, 'via'], message, `leave out via, or write ${node}`))];
  });
}

function checkService({ path: way }: ServiceEntry, path: Path): Draft[] {
  if (way === 'ebpf' || way === 'ipvs-bpf') {
    const message = `path ${way} is not modelled for several nodes`;
    const hint = 'use ipvs, iptables or nftables, or leave out nodes';
    return [onKey(draft('E_COMBINATION', [...path, 'path'], message, hint))];
  }
  return [];
}

function onKey(problem: Draft): Draft {
  return { ...problem, onKey: true };
}
