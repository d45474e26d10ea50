/**
 * What a node's kube-proxy makes of the objects of its cluster: the services with their real servers, its own settings,
 * and the release and kernel that nodes report. What of it has no place in a scenario is named.
 */

import { readEndpoint, readHost } from '../scenario/addresses.ts';
import { readKubernetesVersion } from '../scenario/kubernetes_version.ts';
import { plainValue, readYaml } from '../scenario/text/yaml_tree.ts';
import { endpointText, type Family, familyOf, portOf } from '../text/endpoint.ts';
import { TRANSPORTS } from '../text/transport.ts';
import type { ImportedRealServer, ImportedService, ImportedTable } from './ipvsadm.ts';
import {
  type KubernetesObject,
  listAt,
  mapAt,
  numberAt,
  readObjects,
  textAt,
  textsAt,
  valueAt,
} from './kubernetes_objects.ts';

export interface ImportedCluster {
  readonly table: ImportedTable;
  /** Release of kube-proxy, with where it stands. */
  readonly release: Said | null;
  readonly kernel: Said | null;
  readonly proxy: ProxySettings;
  /** Of the only node that is described: one of each family, the first one of it. */
  readonly nodeAddresses: readonly string[];
  /** Whether endpoints, or pods that a service may select, were among the objects. */
  readonly hasEndpoints: boolean;
}

export interface Said {
  readonly value: string;
  readonly from: string;
}

export interface ProxySettings {
  /** Null where no configuration was handed in: kube-proxy takes iptables then. */
  readonly mode: string | null;
  /** One, or one of each family. */
  readonly podRanges: readonly string[];
  /** net.ipv4.vs.timeout.tcp and its like, where they are not left to the kernel. */
  readonly sysctls: ReadonlyMap<string, string>;
}

const DEFAULT_AFFINITY_S = 10_800;
const DEFAULT_GRACE_S = 30;
const TIMEOUTS = { tcpTimeout: 'tcp', tcpFinTimeout: 'tcpfin', udpTimeout: 'udp' } as const;
/** Of kube-proxy's settings, those that change nothing that is modelled. */
const IRRELEVANT: Readonly<Record<string, string>> = {
  strictARP: 'it keeps the node from answering ARP for addresses of load balancers; packets are here already',
};

export function readKubernetes(texts: readonly string[]): ImportedCluster {
  const read = texts.map(readObjects);
  const ignored = read.flatMap((each) => each.ignored);
  const objects = read.flatMap((each) => each.objects);
  const ofKind = (kind: string): readonly KubernetesObject[] => objects.filter((each) => each.kind === kind);
  const proxy = readProxy(objects, ignored);
  const nodes = ofKind('Node');
  const endpoints = endpointsOf(objects);
  const slices = new Set(
    ofKind('EndpointSlice').map(({ value }) => `${serviceOfSlice(value)} ${textAt(value, 'addressType')}`),
  );
  const node = nodes.length === 1 ? textAt(nodes[0]!.value, 'metadata', 'name') : undefined;
  const services = ofKind('Service').flatMap((service) =>
    servicesOf(service, { endpoints, slices, node, scheduler: proxy.scheduler }, ignored),
  );
  return {
    table: { services, ignored },
    release: releaseOf(objects),
    kernel: kernelOf(nodes, ignored),
    proxy,
    hasEndpoints: ['EndpointSlice', 'Endpoints', 'Pod'].some((kind) => ofKind(kind).length > 0),
    nodeAddresses: nodes.length === 1 ? nodeAddressesOf(nodes[0]!.value) : [],
  };
}

function readProxy(
  objects: readonly KubernetesObject[],
  ignored: string[],
): ProxySettings & { readonly scheduler: string } {
  const found = objects.flatMap(({ kind, line, value }) => {
    if (kind === 'KubeProxyConfiguration') return [{ line, config: value }];
    const text = kind === 'ConfigMap' ? textAt(value, 'data', 'config.conf') : undefined;
    if (text === undefined || !/\bKubeProxyConfiguration\b/u.test(text)) return [];
    const { root } = readYaml(text);
    if (root === null) ignored.push(`line ${line}: ConfigMap: its config.conf is no YAML`);
    return root === null ? [] : [{ line, config: plainValue(root) }];
  });
  const [first, second] = found;
  if (second !== undefined)
    ignored.push(`line ${second.line}: a second configuration of kube-proxy: the first is taken`);
  const config = first?.config;
  const sysctls = new Map<string, string>();
  for (const [key, name] of Object.entries(TIMEOUTS)) {
    const seconds = goSeconds(textAt(config, 'ipvs', key));
    if (seconds > 0) sysctls.set(`net.ipv4.vs.timeout.${name}`, String(seconds));
  }
  for (const [key, why] of Object.entries(IRRELEVANT)) {
    const value = valueAt(config, 'ipvs', key);
    if (value !== undefined && value !== null)
      ignored.push(`ipvs.${key}: ${String(value)}: makes no difference here: ${why}`);
  }
  if (textsAt(config, 'ipvs', 'excludeCIDRs').length > 0)
    ignored.push('ipvs.excludeCIDRs: addresses that kube-proxy leaves to others');
  const mode = textAt(config, 'mode');
  return {
    mode: first === undefined ? null : mode === undefined || mode === '' ? 'iptables' : mode,
    podRanges: (textAt(config, 'clusterCIDR') ?? '')
      .split(',')
      .map((range) => range.trim())
      .filter((range) => range !== ''),
    scheduler: textAt(config, 'ipvs', 'scheduler') || 'rr',
    sysctls,
  };
}

/** `15m0s`, `900s`: a duration of Go, or nothing. */
function goSeconds(text = ''): number {
  const found = /^(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9})s)?$/u.exec(text);
  if (found === null) return 0;
  const [hours, minutes, seconds] = found.slice(1).map((digits) => Number(digits ?? 0));
  return hours! * 3600 + minutes! * 60 + seconds!;
}

interface Endpoint {
  readonly address: string;
  readonly node: string | undefined;
}

/** By `namespace/service`, then by the name of its port. */
type Endpoints = ReadonlyMap<
  string,
  ReadonlyMap<string, readonly (Endpoint & { readonly grace_s: number })[]>
>;

/** `namespace/name` */
function nameOf(object: unknown): string {
  return `${namespaceOf(object)}/${textAt(object, 'metadata', 'name') ?? '?'}`;
}

function namespaceOf(object: unknown): string {
  return textAt(object, 'metadata', 'namespace') ?? 'default';
}

function serviceOfSlice(slice: unknown): string | undefined {
  const name = mapAt(slice, 'metadata', 'labels').get('kubernetes.io/service-name');
  return name === undefined ? undefined : `${namespaceOf(slice)}/${name}`;
}

function endpointsOf(objects: readonly KubernetesObject[]): Endpoints {
  const graces = new Map<string, number>();
  for (const { kind, value } of objects) {
    if (kind !== 'Pod') continue;
    const grace = numberAt(value, 'spec', 'terminationGracePeriodSeconds');
    for (const ip of podAddresses(value)) graces.set(ip, grace ?? DEFAULT_GRACE_S);
  }
  const all = new Map<string, Map<string, (Endpoint & { grace_s: number })[]>>();
  const known = new Set<string>();
  const add = (service: string, port: string, number: number, ip: string, node: string | undefined): void => {
    const ports = all.get(service) ?? new Map<string, (Endpoint & { grace_s: number })[]>();
    const list = ports.get(port) ?? [];
    const address = endpointText(ip, number);
    const key = `${service} ${port} ${address}`;
    if (!known.has(key)) list.push({ address, node, grace_s: graces.get(ip) ?? DEFAULT_GRACE_S });
    known.add(key);
    all.set(service, ports.set(port, list));
  };
  for (const { kind, value } of objects) {
    if (kind === 'EndpointSlice') {
      const service = serviceOfSlice(value);
      if (service === undefined) continue;
      for (const port of listAt(value, 'ports')) {
        const number = numberAt(port, 'port');
        if (number === undefined) continue;
        for (const endpoint of listAt(value, 'endpoints')) {
          // An absent condition is to be read as ready.
          if (valueAt(endpoint, 'conditions', 'ready') === false) continue;
          const [ip] = textsAt(endpoint, 'addresses');
          if (ip !== undefined)
            add(service, textAt(port, 'name') ?? '', number, ip, textAt(endpoint, 'nodeName'));
        }
      }
    } else if (kind === 'Endpoints') {
      const service = nameOf(value);
      for (const subset of listAt(value, 'subsets'))
        for (const port of listAt(subset, 'ports'))
          for (const each of listAt(subset, 'addresses')) {
            const [ip, number] = [textAt(each, 'ip'), numberAt(port, 'port')];
            if (ip !== undefined && number !== undefined)
              add(service, textAt(port, 'name') ?? '', number, ip, textAt(each, 'nodeName'));
          }
    }
  }
  addFromPods(objects, add, all);
  return all;
}

/** Where no endpoints were handed in: the pods that a service selects. */
function addFromPods(
  objects: readonly KubernetesObject[],
  add: (service: string, port: string, number: number, ip: string, node: string | undefined) => void,
  known: ReadonlyMap<string, unknown>,
): void {
  const pods = objects
    .filter(({ kind, value }) => kind === 'Pod' && isReady(value))
    .map(({ value }) => ({
      value,
      labels: mapAt(value, 'metadata', 'labels'),
      namespace: namespaceOf(value),
      ips: podAddresses(value),
    }));
  for (const { kind, value } of objects) {
    if (kind !== 'Service') continue;
    const namespace = namespaceOf(value);
    const service = nameOf(value);
    const selector = mapAt(value, 'spec', 'selector');
    if (selector.size === 0 || known.has(service)) continue;
    for (const { value: pod, labels, namespace: near, ips } of pods) {
      if (near !== namespace) continue;
      if (![...selector].every(([key, wanted]) => labels.get(key) === wanted)) continue;
      for (const port of listAt(value, 'spec', 'ports')) {
        const number = targetPort(port, pod);
        if (number === undefined) continue;
        for (const ip of ips)
          add(service, textAt(port, 'name') ?? '', number, ip, textAt(pod, 'spec', 'nodeName'));
      }
    }
  }
}

/** One, or in dual stack one of each family. */
function podAddresses(pod: unknown): readonly string[] {
  const all = listAt(pod, 'status', 'podIPs').flatMap((each) => textAt(each, 'ip') ?? []);
  return all.length > 0 ? all : [textAt(pod, 'status', 'podIP') ?? []].flat();
}

function isReady(pod: unknown): boolean {
  const conditions = listAt(pod, 'status', 'conditions');
  return conditions.every((each) => textAt(each, 'type') !== 'Ready' || textAt(each, 'status') === 'True');
}

/** A number, or the name of a port of one of the pod's containers. */
function targetPort(port: unknown, pod: unknown): number | undefined {
  const target = textAt(port, 'targetPort') ?? textAt(port, 'port') ?? '';
  if (/^\d+$/u.test(target)) return Number(target);
  const ports = listAt(pod, 'spec', 'containers').flatMap((container) => listAt(container, 'ports'));
  return numberAt(
    ports.find((each) => textAt(each, 'name') === target),
    'containerPort',
  );
}

interface Around {
  readonly endpoints: Endpoints;
  /** `namespace/service IPv6`: those that there is a slice of, be it an empty one. */
  readonly slices: ReadonlySet<string>;
  /** Name of the only node that is described. */
  readonly node: string | undefined;
  readonly scheduler: string;
}

function servicesOf({ line, value }: KubernetesObject, around: Around, ignored: string[]): ImportedService[] {
  const name = nameOf(value);
  const type = textAt(value, 'spec', 'type') ?? 'ClusterIP';
  const ip = textAt(value, 'spec', 'clusterIP');
  const where = `line ${line}: Service ${name}`;
  if (type === 'ExternalName') {
    ignored.push(`${where}: ExternalName is for DNS alone`);
    return [];
  }
  if (ip === undefined || ip === '' || ip === 'None') {
    ignored.push(
      `${where}: ${ip === 'None' ? 'headless: its clients connect to the pods' : 'it has no clusterIP'}`,
    );
    return [];
  }
  const affinity = textAt(value, 'spec', 'sessionAffinity') === 'ClientIP';
  const persistent_s = affinity
    ? (numberAt(value, 'spec', 'sessionAffinityConfig', 'clientIP', 'timeoutSeconds') ?? DEFAULT_AFFINITY_S)
    : 0;
  // In dual stack one of each family, the first of which is clusterIP.
  const ips = textsAt(value, 'spec', 'clusterIPs');
  return (ips.length === 0 ? [ip] : ips).flatMap((own) =>
    listAt(value, 'spec', 'ports').flatMap((port): ImportedService[] => {
      const endpoint = readEndpoint(endpointText(own, textAt(port, 'port') ?? ''));
      const protocol = textAt(port, 'protocol') ?? 'TCP';
      const transport = TRANSPORTS.find((each) => each.toUpperCase() === protocol);
      if (!endpoint.ok || transport === undefined) {
        const why = endpoint.ok ? `${protocol} cannot be imported` : (endpoint.hint ?? endpoint.message);
        ignored.push(`${where}, ${endpointText(own, textAt(port, 'port') ?? '')}: ${why}`);
        return [];
      }
      const address = endpoint.value;
      const family = familyOf(address);
      const other = hosts(ips).find((each) => familyOf(each) !== family);
      const all = around.endpoints.get(name)?.get(textAt(port, 'name') ?? '') ?? [];
      const found = all.filter((each) => familyOf(each.address) === family);
      // Endpoints, unlike EndpointSlices, have addresses of the first family only.
      if (found.length === 0 && all.length > 0 && !around.slices.has(`${name} IPv${family}`)) {
        ignored.push(
          `${where}, ${address}: only endpoints of the other family are here; kubectl get endpointslices -A -o yaml has both`,
        );
        return [];
      }
      return [
        {
          protocol: transport,
          address,
          scheduler: around.scheduler,
          schedulerFlags: [],
          persistent_s,
          onePacket: false,
          forward: 'masq' as const,
          realServers: found.flatMap((each) => serverOf(each, around, where, ignored)),
          connections: 0,
          inactive: 0,
          line,
          ...(other === undefined ? {} : { twin: endpointText(other, portOf(address)) }),
          outside: outsideOf(value, port, family),
        },
      ];
    }),
  );
}

function serverOf(
  { address, node, grace_s }: Endpoint & { readonly grace_s: number },
  around: Around,
  where: string,
  ignored: string[],
): ImportedRealServer[] {
  const endpoint = readEndpoint(address);
  if (!endpoint.ok) {
    ignored.push(`${where}: endpoint ${address}: ${endpoint.hint ?? endpoint.message}`);
    return [];
  }
  const isLocal = node !== undefined && node === around.node;
  const limits = { weight: 1, upperThreshold: 0, lowerThreshold: 0 };
  return [{ address: endpoint.value, ...limits, gracePeriod_s: grace_s, isLocal }];
}

/** Addresses of the other family are those of the other family's service. */
function outsideOf(service: unknown, port: unknown, family: Family): ImportedService['outside'] {
  const own = (addresses: readonly string[]): string[] =>
    hosts(addresses).filter((each) => familyOf(each) === family);
  const ingress = listAt(service, 'status', 'loadBalancer', 'ingress').flatMap(
    (each) => textAt(each, 'ip') ?? [],
  );
  const outside = {
    nodePort: numberAt(port, 'nodePort') ?? 0,
    externalIPs: own(textsAt(service, 'spec', 'externalIPs')),
    loadBalancerIPs: own(ingress),
    isLocal: textAt(service, 'spec', 'externalTrafficPolicy') === 'Local',
  };
  const isNone = outside.nodePort === 0 && outside.externalIPs.length + outside.loadBalancerIPs.length === 0;
  return isNone ? undefined : outside;
}

/** By the image of kube-proxy, else by what nodes say; kubelets of a node may be newer than its kube-proxy. */
function releaseOf(objects: readonly KubernetesObject[]): Said | null {
  const images = objects.flatMap(({ kind, value }) => {
    const spec =
      kind === 'DaemonSet'
        ? valueAt(value, 'spec', 'template', 'spec')
        : kind === 'Pod'
          ? valueAt(value, 'spec')
          : null;
    return listAt(spec, 'containers').flatMap((each) => {
      // `registry.k8s.io/kube-proxy:v1.22.3@sha256:...`
      const [image = ''] = (textAt(each, 'image') ?? '').split('@');
      if (!image.includes('kube-proxy')) return [];
      return [{ value: image.slice(image.lastIndexOf(':') + 1), from: "of kube-proxy's image" }];
    });
  });
  const reported = objects
    .filter(({ kind }) => kind === 'Node')
    .flatMap(({ value }) => {
      const info = valueAt(value, 'status', 'nodeInfo');
      const proxy = textAt(info, 'kubeProxyVersion');
      const release = proxy !== undefined && proxy !== '' ? proxy : textAt(info, 'kubeletVersion');
      return release === undefined ? [] : [{ value: release, from: 'as the node reports' }];
    });
  const known = [...images, ...reported].find(({ value }) => readKubernetesVersion(value).ok);
  return known === undefined ? null : { ...known, value: known.value.replace(/^v/u, '') };
}

function kernelOf(nodes: readonly KubernetesObject[], ignored: string[]): Said | null {
  const kernels = new Set(
    nodes.flatMap(({ value }) => textAt(value, 'status', 'nodeInfo', 'kernelVersion') ?? []),
  );
  const [first] = kernels;
  if (kernels.size > 1)
    ignored.push(
      `nodes have ${kernels.size} kernels: ${[...kernels].slice(0, 5).join(', ')}; the first is taken`,
    );
  return first === undefined ? null : { value: first, from: 'as the node reports' };
}

function nodeAddressesOf(node: unknown): readonly string[] {
  const internal = listAt(node, 'status', 'addresses').flatMap((each) =>
    textAt(each, 'type') === 'InternalIP' ? (textAt(each, 'address') ?? []) : [],
  );
  const families = new Set<Family>();
  return hosts(internal).filter((each) => {
    const isFirst = !families.has(familyOf(each));
    families.add(familyOf(each));
    return isFirst;
  });
}

/** Those that are addresses, in the form of scenarios. */
function hosts(texts: readonly string[]): string[] {
  return texts.flatMap((text) => {
    const host = readHost(text);
    return host.ok ? host.value : [];
  });
}
