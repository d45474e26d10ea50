/** Services and their real servers: what IPVS, or this model of it, refuses. */

import { type KernelRelease, kernelAtLeast } from '../../kernel/release/release.ts';
import { schedulerKind } from '../../kernel/sched/ip_vs_sched.ts';
import { familyOf, portOf } from '../../text/endpoint.ts';
import { PORT_WANTED } from '../addresses.ts';
import { controllerKind } from '../controllers/controllers.ts';
import { type Draft, draft, keyText, type Path } from '../draft.ts';
import type { ServiceEntry } from '../schema/schema.ts';
import { allEntries, directorKernels, type Sections, serviceName } from '../schema/sections.ts';

export function checkServices(sections: Sections): Draft[] {
  const { keys, services } = sections;
  if (keys.has('service') && keys.has('services')) {
    return [
      draft(
        'E_COMBINATION',
        ['services'],
        'service and services cannot both be there',
        'move it into services',
      ),
    ];
  }
  if (!keys.has('service') && !keys.has('services')) {
    return [{ ...draft('E_MISSING', ['service'], 'service is missing'), onKey: true }];
  }
  return [
    ...services.flatMap(({ path, entry }) => (entry === null ? [] : checkService(entry, path, sections))),
    ...duplicates(sections),
    ...checkNumber(sections),
    ...checkMarks(sections),
    ...checkElsewhere(sections),
  ];
}

function checkService(
  service: ServiceEntry,
  path: Path,
  sections: Pick<Sections, 'kernel' | 'nodes' | 'controller'>,
): Draft[] {
  const isMarked = service.mark !== undefined || (makesMarks(sections.controller) && service.path === 'ipvs');
  return [
    ...checkScheduler(service, path, directorKernels(sections)),
    ...checkForwarding(service, path),
    ...checkRealServers(service, path, isMarked),
  ];
}

function checkScheduler(service: ServiceEntry, path: Path, kernels: readonly KernelRelease[]): Draft[] {
  const { name, since, flags } = schedulerKind(service.scheduler)!;
  const drafts: Draft[] = [];
  const kernel = kernels.find((each) => since !== null && !kernelAtLeast(each, ...since));
  if (kernel !== undefined && since !== null) {
    drafts.push(
      draft(
        'E_KERNEL',
        [...path, 'scheduler'],
        `kernel ${kernel.text} has no scheduler ${name}`,
        `it came with Linux ${since.join('.')}`,
      ),
    );
  }
  service.schedulerFlags.forEach((flag, index) => {
    if (flags.includes(flag)) return;
    const message = `${flag} is no flag of scheduler ${name}`;
    const hint = flags.length === 0 ? `${name} has none` : `it has ${flags.join(' and ')}`;
    drafts.push(draft('E_COMBINATION', [...path, 'schedulerFlags', index], message, hint));
  });
  return drafts;
}

function checkForwarding(service: ServiceEntry, path: Path): Draft[] {
  const drafts: Draft[] = [];
  const add = (key: string, message: string, hint: string | null): void => {
    drafts.push(draft('E_COMBINATION', [...path, key], message, hint));
  };
  if (service.onePacket && service.protocol !== 'udp') {
    add(
      'onePacket',
      `onePacket is for datagrams: the service is ${service.protocol}`,
      'set protocol: udp, or leave it out',
    );
  }
  if (service.persistent !== undefined && service.persistent % 1e9 !== 0) {
    add('persistent', 'persistent counts whole seconds', null);
  }
  if (service.persistentNetmask !== undefined && service.persistent === undefined) {
    add('persistentNetmask', 'persistentNetmask goes with persistent', 'for example persistent: 300s');
  } else if (service.persistentNetmask !== undefined && service.path !== 'ipvs') {
    add('persistentNetmask', `persistentNetmask goes with IPVS only, not path: ${service.path}`, null);
  }
  if (service.path === 'direct' && service.realServers.length !== 1) {
    add(
      'path',
      `a direct path leads to one real server; this service has ${service.realServers.length || 'none'}`,
      service.realServers.length === 0 ? 'name it' : 'keep one of them',
    );
  }
  if (service.forward !== 'masq' && service.path === 'ipvs') {
    const port = portOf(service.address);
    service.realServers.forEach((server, index) => {
      if ([port, 0].includes(portOf(server.address))) return;
      const message = `forwarding by ${service.forward} cannot change the port: it must be ${port} as the service's`;
      drafts.push(draft('E_COMBINATION', [...path, 'realServers', index, 'address'], message));
    });
  }
  return drafts;
}

function checkRealServers(service: ServiceEntry, path: Path, isMarked: boolean): Draft[] {
  const drafts: Draft[] = [];
  const seen = new Set<string>();
  service.realServers.forEach(({ address, lowerThreshold, upperThreshold }, index) => {
    const at = [...path, 'realServers', index];
    if (seen.has(address)) {
      const message = `the real server ${address} stands twice in this service`;
      drafts.push(draft('E_DUPLICATE_NAME', [...at, 'address'], message));
    }
    seen.add(address);
    if (lowerThreshold > upperThreshold) {
      const message = `lowerThreshold ${lowerThreshold} is above upperThreshold ${upperThreshold}`;
      drafts.push(draft('E_COMBINATION', [...at, 'lowerThreshold'], message, 'ipvsadm refuses that too'));
    }
    if (address.endsWith(':0') && !isMarked) {
      const key = [...at, 'address'];
      const hint = 'port 0 is for services by mark: the port that the client asked for';
      drafts.push(draft('E_VALUE', key, `${keyText(key)} ${PORT_WANTED} (got "${address}")`, hint));
    } else if (!address.endsWith(':0') && isMarked && service.persistent !== undefined) {
      // ip_vs_sched_persist() (v6.1)
      const message = 'a persistent service by mark sends to the port that the client asked for';
      const hint = `that is ${`${address.slice(0, address.lastIndexOf(':'))}:0`}`;
      drafts.push(draft('E_COMBINATION', [...at, 'address'], message, hint));
    }
    if (address === service.address) {
      const message = 'a real server cannot have the address of the service itself';
      drafts.push(draft('E_DUPLICATE_NAME', [...at, 'address'], message));
    }
  });
  return drafts;
}

/** What an entry of the connection table can refer to: each address, and of each mark what its templates are for. */
const MOST_ADDRESSES = 65_536;

function checkNumber({ services }: Sections): Draft[] {
  const marks = services.filter(({ entry }) => entry?.mark !== undefined && entry.exposed === undefined);
  const count = services.length + marks.length;
  if (count <= MOST_ADDRESSES) return [];
  const message = `services have ${count} addresses with their marks; at most ${MOST_ADDRESSES} can be simulated`;
  return [draft('E_TOO_BIG', services[0]!.path.slice(0, 1), message)];
}

/** Whether the services of whoever looks after them are by mark. */
function makesMarks(controller: Sections['controller']): boolean {
  if (controller === null || controller.kind === 'none') return false;
  return controllerKind(controller.kind).firstMark !== undefined;
}

/** One rule marks the packets to each address, and IPVS has one service for each mark. */
function checkMarks({ services, controller, kubernetes }: Sections): Draft[] {
  const drafts: Draft[] = [];
  const marks = new Set<string>();
  for (const { path, entry } of services) {
    if (entry === null || entry.exposed !== undefined) continue;
    const { mark } = entry;
    const refuse = (key: string, message: string, hint: string | null = null): void => {
      drafts.push(draft('E_COMBINATION', [...path, key], message, hint));
    };
    if (mark === undefined) {
      if (entry.targets !== undefined) refuse('targets', 'targets go with mark', 'for example mark: 1');
      continue;
    }
    // In each family a mark is another service.
    const known = `${mark} ${familyOf(entry.address)}`;
    if (marks.has(known)) {
      drafts.push(
        draft('E_DUPLICATE_NAME', [...path, 'mark'], `a service with the mark ${mark} stands above`),
      );
    }
    marks.add(known);
    if (entry.path !== 'ipvs') refuse('mark', `a mark goes with path ipvs, not ${entry.path}`);
    for (const key of ['nodePort', 'externalIPs', 'loadBalancerIPs'] as const) {
      if (entry[key] !== undefined)
        refuse(key, `${key} makes a service for each address; this one is by mark`, 'list it in targets');
    }
    if (kubernetes !== null || (controller !== null && !makesMarks(controller))) {
      refuse(
        'mark',
        `${controller?.kind ?? 'kube-proxy'} makes no services by mark`,
        'leave the mark out, or the controller',
      );
    }
  }
  return drafts;
}

/** Packets for an address that is not the node's own do not pass LOCAL_IN, where IPVS is; those of the node itself pass LOCAL_OUT. */
function checkElsewhere({ services, clients }: Sections): Draft[] {
  const all = allEntries(clients) ?? [];
  return services.flatMap(({ path, entry }) => {
    if (entry?.addressOnNode !== false || entry.exposed !== undefined) return [];
    const at = [...path, 'addressOnNode'];
    if (entry.path !== 'ipvs')
      return [draft('E_COMBINATION', at, `addressOnNode goes with path ipvs, not ${entry.path}`)];
    const isAsked = all.filter(({ to }) => (to ?? serviceName(entry)) === serviceName(entry));
    if (isAsked.every(({ onNode }) => onNode)) return [];
    const message = 'packets from elsewhere for an address that the node has not pass IPVS by';
    return [draft('E_COMBINATION', at, message, 'write onNode: true for its clients')];
  });
}

function duplicates({ services }: Sections): Draft[] {
  const drafts: Draft[] = [];
  const names = new Set<string>();
  const addresses = new Set<string>();
  for (const { path, entry } of services) {
    if (entry === null) continue;
    const address = `${entry.protocol} ${entry.address}`;
    if (addresses.has(address)) {
      const message = `a service with the address ${entry.address} stands above`;
      drafts.push(
        draft('E_DUPLICATE_NAME', [...path, entry.exposed?.as === 'target' ? 'targets' : 'address'], message),
      );
    } else if (names.has(serviceName(entry))) {
      const message = `a service named ${serviceName(entry)} stands above`;
      drafts.push(draft('E_DUPLICATE_NAME', [...path, 'name'], message));
    }
    addresses.add(address);
    names.add(serviceName(entry));
  }
  return drafts;
}
