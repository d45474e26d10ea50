/** A checked file as the effective scenario: every default filled in, every name resolved. */

import { asOneOrBoth } from './addresses.ts';
import { type Controller, controllerKind, controllerLayer } from './controllers/controllers.ts';
import { kubeProxyRules } from './controllers/kube_proxy.ts';
import { effectiveClient } from './effective_client.ts';
import { type KubernetesVersion, readKubernetesVersion } from './kubernetes_version.ts';
import { expectReading } from './reading.ts';
import type {
  ClusterNode,
  Link,
  Pod,
  PodAction,
  RealServer,
  Scenario,
  Service,
  TimelineAction,
  TimelineEvent,
} from './scenario.ts';
import { nodeHostsOf } from './schema/node_addresses.ts';
import type { EventEntry, RealServerEntry, ScenarioFile, ServiceEntry } from './schema/schema.ts';
import { controllerSchema } from './schema/schema_controller.ts';
import { serviceName } from './schema/sections.ts';
import { serviceDirectory } from './schema/service_directory.ts';
import { withOtherAddresses } from './service_addresses.ts';
import { effectiveSysctl, type SysctlLayer } from './sysctl.ts';

export const POD_ACTIONS: readonly PodAction[] = ['terminatePod', 'startPod', 'unreadyPod', 'readyPod'];

/** Until a node that reboots is there again. */
export const BOOT_NS = 60e9;

type PodEntry = NonNullable<RealServerEntry['pod']>;

export interface Surroundings {
  /** Name of a scenario that has none of its own. */
  readonly fileName: string;
  /** Whether the sysctl of that name was set on the command line. */
  readonly setOnCommandLine: (sysctl: string) => boolean;
  /** Line in the file of the expectation at that index, 0 where it comes from elsewhere. */
  readonly expectationLine: (index: number) => number;
}

export function effectiveScenario(file: ScenarioFile, around: Surroundings): Scenario {
  const chosen = controllerOf(file);
  const serviceEntries = serviceEntriesOf(file, chosen?.controller);
  const services = serviceEntries.map(service);
  const directory = serviceDirectory(serviceEntries);
  const name = file.name ?? around.fileName;
  const hz = file.hz ?? file.kernel.source.hz;
  const written = sysctlLayers(file, around);
  const layers = [...(chosen === null ? [] : [chosen.layer]), ...written];
  const { values, origin } = effectiveSysctl(file.kernel, layers);
  return {
    name,
    title: file.title ?? name,
    description: file.description,
    seed: file.seed,
    duration_ns: file.duration,
    ...(file.until === 'idle' ? { until: file.until } : {}),
    interval_ns: file.interval,
    kernel: file.kernel.text,
    hz,
    conntrackHooks: file.conntrackHooks,
    ...(file.masquerade === 'none'
      ? {}
      : {
          masquerade: {
            ports: masqueradePorts(file.masquerade, chosen?.controller),
            nodeAddress: asOneOrBoth(file.nodeAddress),
            ...(file.podRange === undefined ? {} : { podRange: asOneOrBoth(file.podRange) }),
          },
        }),
    sysctl: values,
    sysctlOrigin: chosen === null ? origin : withOverruled(origin, chosen.layer),
    ...(chosen === null ? {} : { controller: chosen.controller }),
    ...(file.node === undefined ? {} : { node: file.node }),
    ...nodesOf(file, values, chosen, written),
    services,
    clients: file.clients.map((entry, index) => effectiveClient(entry, index, file, directory)),
    links: {
      clientSide: link(file.links.clientSide, file.links),
      serverSide: link(file.links.serverSide, file.links),
    },
    events: events(file, serviceEntries),
    expect: file.expect.map(({ text }, index) => ({ expression: text, line: around.expectationLine(index) })),
  };
}

/** `common`: the settings of a node that says nothing; `written`: those of them that the file gives to all. */
function nodesOf(
  file: ScenarioFile,
  common: Readonly<Record<string, number>>,
  chosen: Chosen | null,
  written: readonly SysctlLayer[],
): Pick<Scenario, 'nodes' | 'balancer'> {
  const { nodes, balancer = 'hash', kernel, masquerade } = file;
  if (nodes === undefined) return {};
  const hosts = nodeHostsOf(file);
  const each = nodes.map((entry): ClusterNode => {
    const { name, kernel: own, hz = own?.source.hz, kubernetes, sysctl, podRange } = entry;
    const addresses = hosts.flatMap((host) => (host.name === name ? host.address : []));
    const controller = chosen?.controller && ofRelease(chosen.controller, kubernetes);
    const said = given(sysctl);
    const { values } = effectiveSysctl(own ?? kernel, [
      ...(controller === undefined ? [] : [controllerLayer(controller, own ?? kernel)]),
      ...written,
      { origin: name, values: said },
    ]);
    const isOwn = ([key, value]: [string, number]) => key in said || common[key] !== value;
    return {
      name,
      ...(own === undefined ? {} : { kernel: own.text }),
      ...(hz === undefined ? {} : { hz }),
      ...(kubernetes === undefined || controller === undefined ? {} : { controller }),
      ...(masquerade === 'none' ? {} : { address: asOneOrBoth(addresses) }),
      ...(podRange === undefined ? {} : { podRange: asOneOrBoth(podRange) }),
      ...ownPorts(masquerade, chosen?.controller, controller),
      sysctl: Object.fromEntries(Object.entries(values).filter(isOwn)),
    };
  });
  return { nodes: each, balancer };
}

/** What the rules of a node's own kube-proxy do about source ports, where that is not what the others' do. */
function ownPorts(
  asked: ScenarioFile['masquerade'],
  common: Controller | undefined,
  own: Controller | undefined,
): Pick<ClusterNode, 'masqueradePorts'> {
  if (asked === 'none') return {};
  const ports = masqueradePorts(asked, own);
  return ports === masqueradePorts(asked, common) ? {} : { masqueradePorts: ports };
}

/** The controller of a node with a release of its own, which only a kube-proxy has. */
function ofRelease(controller: Controller, kubernetes: KubernetesVersion | undefined): Controller {
  if (kubernetes === undefined || controller.kind !== 'kube-proxy') return controller;
  return { ...controller, version: kubernetes.text };
}

function given(values: Readonly<Record<string, number | undefined>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
}

/** Each with its other addresses, and as the controller makes it where the file says nothing. */
function serviceEntriesOf(file: ScenarioFile, controller: Controller | undefined): readonly ServiceEntry[] {
  const entries = file.services ?? [file.service!];
  const hosts = nodeHostsOf(file);
  return entries
    .map((entry, index) => (controller === undefined ? entry : asMade(entry, index, file, controller)))
    .flatMap((entry) => withOtherAddresses(entry, hosts));
}

function asMade(
  entry: ServiceEntry,
  index: number,
  { clients }: ScenarioFile,
  controller: Controller,
): ServiceEntry {
  const { firstMark, inClients } = controllerKind(controller.kind);
  const mark =
    entry.mark ?? (firstMark === undefined || entry.path !== 'ipvs' ? undefined : firstMark + index);
  const isAsked = clients.filter(({ to }) => (to ?? serviceName(entry)) === serviceName(entry));
  const isElsewhere =
    inClients?.(releaseOf(controller)) === true &&
    isAsked.length > 0 &&
    isAsked.every(({ onNode }) => onNode);
  const { kind } = controller;
  return {
    ...entry,
    ...(mark === undefined ? {} : { mark }),
    ...(kind === 'kube-proxy' ? { schedulerFlags: withMhPort(entry) } : {}),
    addressOnNode: entry.addressOnNode ?? !isElsewhere,
  };
}

/** FlagSourceHash of kube-proxy (#115527), set on each service of mh whatever else is; a check has seen to the release. */
function withMhPort({ scheduler, schedulerFlags, path }: ServiceEntry): string[] {
  if (path !== 'ipvs' || scheduler !== 'mh' || schedulerFlags.includes('mh-port')) return schedulerFlags;
  return ['mh-port', ...schedulerFlags];
}

function releaseOf(controller: Controller): string | null {
  return 'version' in controller ? (controller.version ?? null) : null;
}

/** What kube-proxy writes into its rules, where that is left to it; a check has seen that there is one. */
function masqueradePorts(
  asked: Exclude<ScenarioFile['masquerade'], 'none'>,
  controller: Controller | undefined,
): 'plain' | 'random-fully' {
  if (asked !== 'kube-proxy') return asked;
  if (controller?.kind !== 'kube-proxy') return 'plain';
  const version = expectReading(readKubernetesVersion(controller.version), controller.version);
  return kubeProxyRules(version).randomFully ? 'random-fully' : 'plain';
}

interface Chosen {
  readonly controller: Controller;
  /** What it sets when it starts. */
  readonly layer: SysctlLayer;
}

function controllerOf({ controller, kubernetes, kernel }: ScenarioFile): Chosen | null {
  const short = kubernetes && controllerSchema.parse({ kind: 'kube-proxy', version: kubernetes.text });
  const entry = controller ?? short;
  if (entry === undefined || entry.kind === 'none') return null;
  const effective = controllerKind(entry.kind).read(entry);
  return { controller: effective, layer: controllerLayer(effective, kernel) };
}

/** Values of the scenario that win over the controller's say so. */
function withOverruled(origin: Readonly<Record<string, string>>, layer: SysctlLayer): Record<string, string> {
  const overruled = Object.entries(layer.values).filter(([name]) => origin[name] === 'scenario');
  const notes = overruled.map(([name, value]) => [name, `scenario (${layer.origin} sets ${value})`]);
  return { ...origin, ...Object.fromEntries(notes) };
}

function sysctlLayers(file: ScenarioFile, around: Surroundings): SysctlLayer[] {
  const entries = Object.entries(given(file.sysctl));
  const fromFile = entries.filter(([name]) => !around.setOnCommandLine(name));
  const fromCommandLine = entries.filter(([name]) => around.setOnCommandLine(name));
  return [
    { origin: 'scenario', values: Object.fromEntries(fromFile) },
    { origin: '--set', values: Object.fromEntries(fromCommandLine) },
  ];
}

function service(entry: ServiceEntry): Service {
  return {
    name: serviceName(entry),
    ...(entry.exposed === undefined ? {} : { exposed: entry.exposed }),
    address: entry.address,
    protocol: entry.protocol,
    ...(entry.mark === undefined ? {} : { mark: entry.mark }),
    ...(entry.addressOnNode === false ? { addressOnNode: false } : {}),
    scheduler: entry.scheduler,
    schedulerFlags: entry.schedulerFlags,
    forward: entry.forward,
    persistent_s: (entry.persistent ?? 0) / 1e9,
    ...(entry.persistentNetmask === undefined ? {} : { persistentNetmask: entry.persistentNetmask }),
    onePacket: entry.onePacket,
    path: entry.path,
    ...(entry.hostNetwork === undefined ? {} : { hostNetwork: entry.hostNetwork }),
    ...(entry.noRouteToHostFix === undefined ? {} : { noRouteToHostFix: entry.noRouteToHostFix }),
    realServers: entry.realServers.map(realServer),
  };
}

function realServer(entry: RealServerEntry): RealServer {
  const { cpu, pod, tcpMaxTwBuckets, local, answers, ...rest } = entry;
  return {
    ...rest,
    ...(local ? { local } : {}),
    ...(answers === 'client' ? { answers } : {}),
    ...(tcpMaxTwBuckets === undefined ? {} : { tcpMaxTwBuckets }),
    ...(cpu === undefined ? {} : { cpu }),
    ...(pod === undefined ? {} : { pod: podOf(pod) }),
  };
}

function podOf({ started, startup, gracePeriod, shutdown, teardown }: PodEntry): Pod {
  return {
    started,
    startup_ns: startup,
    gracePeriod_ns: gracePeriod,
    shutdown_ns: shutdown,
    teardown_ns: teardown,
  };
}

function link(own: { delay?: number | undefined; loss?: number | undefined } | undefined, both: Both): Link {
  return { delay_ns: own?.delay ?? both.delay, loss: own?.loss ?? both.loss };
}

type Both = { readonly delay: number; readonly loss: number };

/** One action each, in order of time; those of one event, and of one instant, as they stand in the file. */
function events(file: ScenarioFile, services: readonly ServiceEntry[]): TimelineEvent[] {
  return file.events
    .flatMap((event) => actions(event, services).map((action) => ({ at_ns: event.at, action })))
    .sort((a, b) => a.at_ns - b.at_ns);
}

function actions(event: EventEntry, services: readonly ServiceEntry[]): TimelineAction[] {
  const own = event.service ?? serviceName(services[0]!);
  const on = event.node === undefined ? {} : { node: event.node };
  const result: TimelineAction[] = [];
  for (const [key, value] of Object.entries(event.sysctl ?? {})) {
    if (value === undefined) continue;
    result.push({ kind: 'sysctl', key, value, ...on });
  }
  // Its other addresses have the same real servers, and who changes one of them changes all.
  for (const service of services) {
    const name = serviceName(service);
    if (name !== own && service.exposed?.of !== own) continue;
    const has = (address: string): boolean =>
      service.exposed?.isLocal !== true || service.realServers.some((server) => server.address === address);
    for (const [address, weight] of Object.entries(event.weight ?? {})) {
      if (has(address)) result.push({ kind: 'weight', service: name, realServer: address, weight });
    }
    const { add } = event;
    if (add !== undefined && (service.exposed?.isLocal !== true || add.local || has(add.address))) {
      result.push({ kind: 'add', service: name, realServer: realServer(add) });
    }
    if (event.delete !== undefined && has(event.delete)) {
      result.push({ kind: 'delete', service: name, realServer: event.delete });
    }
  }
  if (event.unplug !== undefined) result.push({ kind: 'unplug', address: event.unplug });
  if (event.plug !== undefined) result.push({ kind: 'plug', address: event.plug });
  for (const kind of ['unplugNode', 'plugNode'] as const) {
    const node = event[kind];
    if (node !== undefined) result.push({ kind, node });
  }
  if (event.rebootNode !== undefined) {
    result.push({ kind: 'rebootNode', node: event.rebootNode, boot_ns: event.bootTime ?? BOOT_NS });
  }
  for (const kind of POD_ACTIONS) {
    const address = event[kind];
    if (address !== undefined) result.push({ kind, address });
  }
  if (event.controller !== undefined) result.push({ kind: 'controller', order: event.controller, ...on });
  return result;
}
