/** Remedies that are a newer release. */
import { expectKernel, type KernelRelease, kernelHas } from '../../kernel/release/release.ts';
import type { SwitchName } from '../../kernel/release/switches.ts';
import { kubeProxyRules } from '../../scenario/controllers/kube_proxy.ts';
import { readKubernetesVersion } from '../../scenario/kubernetes_version.ts';
import { expectReading } from '../../scenario/reading.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Remedy } from './remedy.ts';
import { setting } from './settings.ts';

/** The first long-term release that drops a SYN only for a confirmed conntrack, and the first of 5.16's kind. */
const CONFIRMED_ONLY = '5.10';
const NODEST_IN_MODE_0 = '6.1';
/** kube-proxy deletes real servers of UDP services at once. */
const UDP_AT_ONCE = '1.16.0';
/** kube-proxy sets expire_nodest_conn and expire_quiescent_template. */
const EXPIRES = '1.14.0';

export const KERNEL_5_9: Remedy = {
  name: 'kernel 5.9+',
  deed: `run the node on ${CONFIRMED_ONLY}`,
  effect:
    'only a conntrack that is already confirmed makes IPVS drop, and a new connection on a finished one has a fresh ' +
    'conntrack',
  price: 'a new kernel',
  changes: (scenario) => newerKernel(scenario, 'reuseDropsConfirmedOnly', CONFIRMED_ONLY),
};

export const KERNEL_5_16: Remedy = {
  name: 'kernel 5.16+',
  deed: `run the node on ${NODEST_IN_MODE_0}, with net.ipv4.vs.expire_nodest_conn=1`,
  effect: 'a reused port leaves a server of weight 0 also with conn_reuse_mode 0',
  price: 'a new kernel',
  changes: (scenario) => [
    ...newerKernel(scenario, 'nodestInAnyMode', NODEST_IN_MODE_0),
    ...setting(scenario, 'net.ipv4.vs.expire_nodest_conn', 1),
  ],
};

export const KUBE_PROXY_1_16: Remedy = {
  name: 'kube-proxy 1.16+',
  deed: `kube-proxy ${UDP_AT_ONCE}`,
  effect: 'real servers of UDP services are deleted at once',
  price: 'an answer that is under way at that moment is lost',
  changes: (scenario) => newerKubeProxy(scenario, 'udpAtOnce', UDP_AT_ONCE),
};

export const KUBE_PROXY_1_14: Remedy = {
  name: 'kube-proxy 1.14+',
  deed: `kube-proxy ${EXPIRES}`,
  effect: 'it sets expire_nodest_conn and expire_quiescent_template',
  price: 'connections to a pod that is removed are cut sooner',
  changes: (scenario) => newerKubeProxy(scenario, 'setsExpire', EXPIRES),
};

export const KUBE_PROXY_DRAINS: Remedy = {
  name: 'draining proxy',
  deed: `kube-proxy ${EXPIRES} (1.11.6, 1.12.4 and 1.13.1 drain, too)`,
  effect: 'a real server gets weight 0, and is deleted when its connections are gone',
  price: 'one whose connections do not end stays in the table, with weight 0',
  changes: (scenario) => newerKubeProxy(scenario, 'waitsForInactive', EXPIRES),
};

/** On every node that has an older one. */
function newerKernel(scenario: Scenario, has: SwitchName, release: string): string[] {
  return onKernel(scenario, release, (kernel) => kernelHas(kernel, has));
}

/**
 * Every director whose kernel is not new enough gets that one. The clients keep theirs, which is the node's by default:
 * it decides how they choose ports.
 */
export function onKernel(
  scenario: Scenario,
  release: string,
  isEnough: (kernel: KernelRelease) => boolean,
): string[] {
  const { nodes = [] } = scenario;
  const own = nodes.flatMap(({ kernel }, index) =>
    kernel === undefined || isEnough(expectKernel(kernel)) ? [] : [`nodes.${index}.kernel=${release}`],
  );
  const isAllOwn = nodes.length > 0 && nodes.every(({ kernel }) => kernel !== undefined);
  if (isAllOwn || isEnough(expectKernel(scenario.kernel))) return own;
  return [
    `kernel=${release}`,
    ...own,
    ...scenario.clients.flatMap((client, index) =>
      client.onNode !== undefined
        ? []
        : [`clients.${index}.kernel=${client.kernel}`, `clients.${index}.hz=${client.hz}`],
    ),
  ];
}

/** On every node that has an older one. */
function newerKubeProxy(
  { controller, nodes = [] }: Scenario,
  does: 'udpAtOnce' | 'setsExpire' | 'waitsForInactive',
  release: string,
): string[] | null {
  if (controller?.kind !== 'kube-proxy') return null;
  const isOld = (each: Scenario['controller']): boolean =>
    each?.kind === 'kube-proxy' &&
    !kubeProxyRules(expectReading(readKubernetesVersion(each.version), each.version))[does];
  return [
    ...(isOld(controller) ? [`kubernetes=${release}`] : []),
    ...nodes.flatMap((node, index) =>
      isOld(node.controller) ? [`nodes.${index}.kubernetes=${release}`] : [],
    ),
  ];
}
