/** What a data path allows: what IPVS alone can do, and what needs a CPU to be described. */

import { kernelAtLeast } from '../../kernel/release/release.ts';
import { type Draft, draft, type Path } from '../draft.ts';
import { CONNECT_HOOK, KUBE_NFTABLES, NF_TABLES } from '../path_needs.ts';
import type { RealServerEntry, ServiceEntry } from '../schema/schema.ts';
import { allEntries, directorKernels, type Sections, serviceName } from '../schema/sections.ts';
import { ownServices } from '../service_addresses.ts';

/** Paths without a scheduler: each backend is drawn with the same probability. */
const DRAWS: ReadonlySet<string> = new Set(['iptables', 'nftables', 'ebpf']);
/** Paths of rules, of which a node's kube-proxy writes one kind. */
const RULES: ReadonlySet<string> = new Set(['iptables', 'nftables']);

/** Cilium's data paths have SCTP of their own, which nothing was recorded of. */
const FOR_SCTP: ReadonlySet<string> = new Set(['ipvs', 'iptables', 'nftables', 'direct']);

export function checkPaths(sections: Sections): Draft[] {
  const drafts = sections.services.flatMap(({ path, entry }) => {
    if (entry === null) return [];
    return [
      ...checkFeatures(entry, path),
      ...checkSurroundings(entry, path, sections),
      ...entry.realServers.flatMap((server, index) =>
        checkServer(entry, server, [...path, 'realServers', index], sections),
      ),
    ];
  });
  return [...drafts, ...checkModes(sections), ...checkEventServers(sections)];
}

/** kube-proxy runs in one mode: a node has iptables rules or nftables rules. */
function checkModes({ services }: Sections): Draft[] {
  const first = services.find(({ entry }) => entry !== null && RULES.has(entry.path))?.entry?.path;
  return services
    .filter(({ entry }) => entry !== null && RULES.has(entry.path) && entry.path !== first)
    .map(({ entry, path }) =>
      draft(
        'E_COMBINATION',
        [...path, 'path'],
        `a node has rules of one kind: another service has path ${first}, this one ${entry!.path}`,
        `use ${first} here too, or two scenarios`,
      ),
    );
}

/** Keys of a service that only some paths heed. */
function checkFeatures(service: ServiceEntry, path: Path): Draft[] {
  const drafts: Draft[] = [];
  const refuse = (key: keyof ServiceEntry, message: string, hint: string | null = null): void => {
    drafts.push(draft('E_COMBINATION', [...path, key], message, hint));
  };
  if (service.noRouteToHostFix === true && service.path !== 'ipvs-bpf') {
    refuse('noRouteToHostFix', `noRouteToHostFix belongs to path ipvs-bpf, not ${service.path}`);
  }
  if (service.path === 'ipvs-bpf' && service.forward !== 'masq') {
    refuse('forward', `path ipvs-bpf translates addresses: it does not forward by ${service.forward}`);
  }
  if (service.protocol === 'sctp' && !FOR_SCTP.has(service.path)) {
    refuse(
      'protocol',
      `protocol sctp is not modelled for path ${service.path}`,
      'use path ipvs, iptables, nftables or direct',
    );
  }
  if (!DRAWS.has(service.path)) return drafts;
  const here = `path ${service.path}`;
  if (service.scheduler !== 'rr') {
    refuse('scheduler', `${here} has no schedulers: it draws with equal probability`, 'leave scheduler out');
  }
  if (service.persistent !== undefined && !RULES.has(service.path)) {
    refuse('persistent', `persistent goes with IPVS and rules, not ${here}`);
  }
  if (service.onePacket) refuse('onePacket', `onePacket goes with IPVS only, not ${here}`);
  if (service.forward !== 'masq') {
    refuse('forward', `${here} translates addresses: it does not forward by ${service.forward}`);
  }
  return drafts;
}

function checkSurroundings(
  service: ServiceEntry,
  path: Path,
  sections: Pick<Sections, 'kernel' | 'conntrackHooks' | 'nodes'>,
): Draft[] {
  const { kernel, conntrackHooks } = sections;
  if (RULES.has(service.path) && conntrackHooks === false) {
    const message = `path ${service.path} is conntrack: it does not go with conntrackHooks: false`;
    return [draft('E_COMBINATION', [...path, 'path'], message)];
  }
  const old =
    service.path === 'nftables' &&
    directorKernels(sections).find((each) => !kernelAtLeast(each, ...NF_TABLES));
  if (old) {
    const message = `kernel ${old.text} has no nftables`;
    const hint = `it came with Linux ${NF_TABLES.join('.')}; kube-proxy's mode asks for ${KUBE_NFTABLES.join('.')}`;
    return [draft('E_KERNEL', [...path, 'path'], message, hint)];
  }
  if (service.path === 'ebpf' && kernel !== null && !kernelAtLeast(kernel, ...CONNECT_HOOK)) {
    const message = `kernel ${kernel.text} has no BPF hook in connect()`;
    return [draft('E_KERNEL', [...path, 'path'], message, `it came with Linux ${CONNECT_HOOK.join('.')}`)];
  }
  return [];
}

function checkServer(
  service: ServiceEntry,
  server: RealServerEntry,
  path: Path,
  { node }: Pick<Sections, 'node'>,
): Draft[] {
  const drafts = DRAWS.has(service.path) ? checkDrawn(service, server, path) : [];
  const { cpu } = server;
  if (cpu !== undefined && cpu.cpuset > cpu.cores) {
    const message = `cpuset ${cpu.cpuset} is more than the ${cpu.cores} cores of the host`;
    drafts.push(draft('E_COMBINATION', [...path, 'cpu', 'cpuset'], message));
  }
  if (node?.payer === 'realServer' && cpu === undefined) {
    const message = 'the node lets real servers pay for packets, and this one has no cpu';
    drafts.push(draft('E_MISSING', path, message, 'describe its cpu, or set node.payer: node'));
  }
  return drafts;
}

function checkDrawn(service: ServiceEntry, server: RealServerEntry, path: Path): Draft[] {
  const drafts: Draft[] = [];
  if (server.weight > 1) {
    const message = `path ${service.path} knows no weights: every backend is as likely as another`;
    drafts.push(draft('E_COMBINATION', [...path, 'weight'], message, 'use 1, or 0 to take it out'));
  }
  if (server.upperThreshold > 0) {
    const message = `thresholds go with IPVS only, not path ${service.path}`;
    drafts.push(draft('E_COMBINATION', [...path, 'upperThreshold'], message));
  }
  return drafts;
}

/** The same for weights and real servers that events bring. */
function checkEventServers(sections: Sections): Draft[] {
  const services = allEntries(sections.services);
  if (services === null) return [];
  return sections.events.flatMap(({ path, entry }) => {
    if (entry === null) return [];
    const service =
      ownServices(services).length === 1 && entry.service === undefined
        ? services[0]
        : services.find((each) => serviceName(each) === entry.service);
    if (service === undefined) return [];
    const drafts = entry.add === undefined ? [] : checkServer(service, entry.add, [...path, 'add'], sections);
    if (!DRAWS.has(service.path)) return drafts;
    for (const [address, weight] of Object.entries(entry.weight ?? {})) {
      if (weight <= 1) continue;
      const message = `path ${service.path} knows no weights: every backend is as likely as another`;
      const hint = 'use 1, or 0 to take it out';
      drafts.push(draft('E_COMBINATION', [...path, 'weight', address], message, hint));
    }
    return drafts;
  });
}
