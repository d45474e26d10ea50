/**
 * The parts of a scenario file that are right by themselves. Where the whole has problems, the checks
 * between keys still run on what is left, so that one run shows as many problems as possible; a part with
 * problems of its own is null here and nothing is concluded from its absence.
 */
import type * as z from 'zod';
import type { KernelRelease } from '../../kernel/release/release.ts';
import { addressAfter, type Family } from '../../text/endpoint.ts';
import type { Path } from '../draft.ts';
import { type KubernetesVersion, readKubernetesVersion } from '../kubernetes_version.ts';
import { withOtherAddresses } from '../service_addresses.ts';
import { sysctlInfo } from '../sysctl.ts';
import { type NodeHost, nodeHosts } from './node_addresses.ts';
import {
  type ClientEntry,
  type EventEntry,
  type ExpectEntry,
  type NodeEntry,
  type ScenarioFile,
  SECTIONS,
  type ServiceEntry,
  scenarioSchema,
} from './schema.ts';

export interface Section<Entry> {
  readonly path: Path;
  readonly entry: Entry | null;
}

export interface Sections {
  /** Top-level keys as they stand in the file. */
  readonly keys: ReadonlySet<string>;
  readonly kernel: KernelRelease | null;
  readonly duration_ns: number | null;
  readonly interval_ns: number | null;
  readonly until: ScenarioFile['until'] | null;
  /** Paths of the settings that the model knows, at the top and in events. */
  readonly sysctls: readonly Path[];
  readonly links: ScenarioFile['links'] | null;
  readonly node: Exclude<ScenarioFile['node'], undefined> | null;
  readonly conntrackHooks: boolean | null;
  readonly masquerade: ScenarioFile['masquerade'] | null;
  readonly nodeAddress: readonly string[] | null;
  readonly podRange: readonly string[] | null;
  readonly sysctl: ScenarioFile['sysctl'] | null;
  /** Null where there is none, or only the short form. */
  readonly controller: ControllerEntry | null;
  /** The file says that there is none. */
  readonly isWithoutController: boolean;
  readonly kubernetes: KubernetesVersion | null;
  readonly nodes: readonly Section<NodeEntry>[];
  readonly balancer: ScenarioFile['balancer'] | null;
  readonly services: readonly Section<ServiceEntry>[];
  readonly clients: readonly Section<ClientEntry>[];
  readonly events: readonly Section<EventEntry>[];
  readonly expect: readonly Section<ExpectEntry>[];
}

type Raw = Readonly<Record<string, unknown>>;

/** Sections of a file that the schema accepts, or (file null) of one it does not. */
export function sectionsOf(raw: Raw, file: ScenarioFile | null): Sections {
  const part = <
    Key extends
      | 'kernel'
      | 'duration'
      | 'interval'
      | 'until'
      | 'links'
      | 'node'
      | 'conntrackHooks'
      | 'sysctl'
      | 'masquerade'
      | 'nodeAddress'
      | 'balancer'
      | 'podRange',
  >(
    key: Key,
  ): ScenarioFile[Key] | null => {
    if (file !== null) return file[key];
    const result = scenarioSchema.shape[key].safeParse(raw[key]);
    return result.success ? (result.data as ScenarioFile[Key]) : null;
  };
  // What the schema has accepted as a whole is right in its parts.
  const all = <Entry>(key: string, read: readonly Entry[] | undefined, schema: z.ZodType<Entry>) =>
    file === null
      ? list(key, raw, schema)
      : (read ?? []).map((entry, index): Section<Entry> => ({ path: [key, index], entry }));
  const service =
    raw.service === undefined
      ? []
      : [
          file?.service === undefined
            ? section(['service'], raw.service, SECTIONS.service)
            : { path: ['service'], entry: file.service },
        ];
  const keys = new Set(Object.keys(raw));
  const nodes = all('nodes', file?.nodes, SECTIONS.node);
  const hosts = nodeHosts({ nodeAddress: part('nodeAddress'), nodes, keys });
  return {
    keys,
    kernel: part('kernel'),
    duration_ns: part('duration'),
    interval_ns: part('interval'),
    until: part('until'),
    sysctls: [
      ...sysctlPaths(['sysctl'], raw.sysctl),
      ...items(raw.events).flatMap((event, index) =>
        sysctlPaths(['events', index, 'sysctl'], field(event, 'sysctl')),
      ),
      ...items(raw.nodes).flatMap((node, index) =>
        sysctlPaths(['nodes', index, 'sysctl'], field(node, 'sysctl')),
      ),
    ],
    links: part('links'),
    node: part('node') ?? null,
    conntrackHooks: part('conntrackHooks'),
    masquerade: part('masquerade'),
    nodeAddress: part('nodeAddress'),
    podRange: part('podRange') ?? null,
    sysctl: part('sysctl'),
    controller: controllerOf(raw.controller),
    isWithoutController: raw.controller === 'none' || field(raw.controller, 'kind') === 'none',
    kubernetes: versionOf(raw.kubernetes),
    services: [...service, ...all('services', file?.services, SECTIONS.service)].flatMap((each) =>
      withItsAddresses(each, hosts),
    ),
    nodes,
    balancer: part('balancer'),
    clients: all('clients', file?.clients, SECTIONS.client),
    events: all('events', file?.events, SECTIONS.event),
    expect: all('expect', file?.expect, SECTIONS.expect),
  };
}

/** A NodePort of nodes whose addresses cannot be read is a service that cannot be read. */
function withItsAddresses(
  service: Section<ServiceEntry>,
  hosts: readonly NodeHost[],
): readonly Section<ServiceEntry>[] {
  const { entry } = service;
  if (entry === null) return [service];
  if (hosts.length === 0 && entry.nodePort !== undefined) return [{ ...service, entry: null }];
  return withOtherAddresses(entry, hosts).map((each) => ({ ...service, entry: each }));
}

export type ControllerEntry = z.output<typeof SECTIONS.controller>;

function controllerOf(raw: unknown): ControllerEntry | null {
  const result = SECTIONS.controller.safeParse(raw);
  return result.success && result.data.kind !== 'none' ? result.data : null;
}

function versionOf(raw: unknown): KubernetesVersion | null {
  const reading = readKubernetesVersion(raw);
  return reading.ok ? reading.value : null;
}

function list<Entry>(key: string, raw: Raw, schema: z.ZodType<Entry>): Section<Entry>[] {
  return items(raw[key]).map((item, index) => section([key, index], item, schema));
}

function items(raw: unknown): readonly unknown[] {
  return Array.isArray(raw) ? raw : [];
}

function field(raw: unknown, key: string): unknown {
  return typeof raw === 'object' && raw !== null ? (raw as Raw)[key] : undefined;
}

function sysctlPaths(path: Path, settings: unknown): Path[] {
  if (typeof settings !== 'object' || settings === null) return [];
  return Object.keys(settings)
    .filter((name) => sysctlInfo(name) !== null)
    .map((name) => [...path, name]);
}

function section<Entry>(path: Path, raw: unknown, schema: z.ZodType<Entry>): Section<Entry> {
  const result = schema.safeParse(raw);
  return { path, entry: result.success ? result.data : null };
}

/** The entries that are right, or null when some are not and the list cannot be spoken of as a whole. */
export function allEntries<Entry>(sections: readonly Section<Entry>[]): readonly Entry[] | null {
  const entries: Entry[] = [];
  for (const { entry } of sections) {
    if (entry === null) return null;
    entries.push(entry);
  }
  return entries;
}

/** Kernels of the directors that can be read: of the only one, or of the nodes that `isMeant`. */
export function directorKernels(
  { kernel, nodes }: Pick<Sections, 'kernel' | 'nodes'>,
  isMeant: (node: Section<NodeEntry>) => boolean = () => true,
): readonly KernelRelease[] {
  const known = nodes.filter(isMeant).map(({ entry }) => (entry === null ? null : (entry.kernel ?? kernel)));
  return [...new Set(nodes.length === 0 ? [kernel] : known)].filter((each) => each !== null);
}

/** The name by which clients and events call a service. */
export function serviceName(service: ServiceEntry): string {
  return service.name ?? service.address;
}

/** The name of the client at `index` of `count`. */
export function clientName(client: ClientEntry, index: number, count: number): string {
  return client.name ?? (count === 1 ? 'client' : `client-${index + 1}`);
}

/** Source addresses of the client at `index`: its own, or one after the other from 10.0.0.1 or fd00:10::1. */
export function clientAddresses(client: ClientEntry, index: number, family: Family): readonly string[] {
  const replayed = client.replay?.addresses ?? [];
  if (replayed.length > 0) return replayed;
  if (client.addresses !== undefined) return client.addresses.flat();
  return family === 6
    ? [addressAfter('fd00:10::', index + 1)]
    : [`10.0.${Math.floor(index / 254)}.${(index % 254) + 1}`];
}
