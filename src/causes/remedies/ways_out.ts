/** Remedies that are another way from clients to real servers: what kube-proxy's ipvs mode can be left for. */
import { kernelAtLeast } from '../../kernel/release/release.ts';
import type { Branch } from '../../kernel/release/switches.ts';
import { readKubernetesVersion } from '../../scenario/kubernetes_version.ts';
import { CONNECT_HOOK, KUBE_NFTABLES, KUBE_NFTABLES_GA } from '../../scenario/path_needs.ts';
import { expectReading } from '../../scenario/reading.ts';
import type { DataPath, Scenario, Service } from '../../scenario/scenario.ts';
import { ownServices } from '../../scenario/service_addresses.ts';
import type { Remedy } from './remedy.ts';
import { onKernel } from './versions.ts';

/** For nodes whose kernel is older than a path needs. */
const NEW_KERNEL = '6.12';

export const IPTABLES_MODE: Remedy = {
  name: 'iptables mode',
  deed: 'kube-proxy in mode iptables',
  effect:
    'conntrack alone remembers connections, and what opens one that meets another in TIME_WAIT is sent to an endpoint anew',
  price:
    'rules that are walked through for every new connection (ten thousands of services), no schedulers, and connections stay ' +
    'on endpoints that are removed',
  changes: (scenario) => onPath(scenario, 'iptables', null),
};

export const NFTABLES_MODE: Remedy = {
  name: 'nftables mode',
  deed: `kube-proxy in mode nftables (Kubernetes 1.${KUBE_NFTABLES_GA} and newer; kernel ${KUBE_NFTABLES.join('.')} and newer)`,
  effect:
    'the same as in mode iptables, with a lookup in place of a walk; what the deprecated ipvs mode is to be left for',
  price: 'a new kube-proxy, no schedulers, and connections stay on endpoints that are removed',
  changes: (scenario) => {
    const changes = onPath(scenario, 'nftables', KUBE_NFTABLES);
    const { controller } = scenario;
    const isOld = controller?.kind === 'kube-proxy' && minorOf(controller.version) < KUBE_NFTABLES_GA;
    return changes === null || changes.length === 0 || !isOld
      ? changes
      : [...changes, `kubernetes=1.${KUBE_NFTABLES_GA}.0`];
  },
};

export const EBPF: Remedy = {
  name: 'eBPF',
  deed: 'a replacement for kube-proxy that translates in connect() (Cilium)',
  effect: 'a connection is to the real server from the beginning, and no table stands between',
  price: 'another network plugin, and connections stay on endpoints that are removed',
  changes: (scenario) => onPath(scenario, 'ebpf', CONNECT_HOOK),
};

function minorOf(version: string): number {
  return expectReading(readKubernetesVersion(version), version).minor;
}

/** None where no service goes through IPVS; null where one does what only IPVS can. `since`: the kernel that it needs. */
function onPath(scenario: Scenario, path: DataPath, since: Branch | null): string[] | null {
  // Other addresses of a service follow it.
  const own = ownServices(scenario.services);
  const concerned = own.flatMap((service, index) => (service.path === 'ipvs' ? [{ service, index }] : []));
  if (concerned.some(({ service }) => service.forward !== 'masq')) return null;
  const isConnect = path === 'ebpf';
  if (isConnect && concerned.some(({ service }) => service.persistent_s > 0)) return null;
  if (isConnect && scenario.clients.some(({ onNode }) => onNode !== undefined)) return null;
  const changes = concerned.flatMap(({ service, index }) => changesOf(service, `services.${index}`, path));
  if (changes.length === 0) return [];
  return [
    ...changes,
    ...onKernel(scenario, NEW_KERNEL, (kernel) => since === null || kernelAtLeast(kernel, ...since)),
    ...(isConnect && scenario.masquerade !== undefined
      ? ['masquerade=null', 'nodeAddress=null', 'podRange=null']
      : []),
  ];
}

function changesOf(service: Service, at: string, path: DataPath): string[] {
  return [
    `${at}.path=${path}`,
    ...(service.scheduler === 'rr' ? [] : [`${at}.scheduler=rr`]),
    ...(service.schedulerFlags.length === 0 ? [] : [`${at}.schedulerFlags=null`]),
    ...(service.onePacket ? [`${at}.onePacket=null`] : []),
    ...service.realServers.flatMap(({ weight, upperThreshold }, index) => [
      ...(weight > 1 ? [`${at}.realServers.${index}.weight=1`] : []),
      ...(upperThreshold > 0 ? [`${at}.realServers.${index}.upperThreshold=null`] : []),
    ]),
  ];
}
