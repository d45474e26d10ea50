/**
 * Controllers: who fills the director's tables on a node, and which sysctls that program sets when it starts. What it
 * does while it runs is in network/kube_proxy.ts and its neighbours.
 */
import { type KernelVersion, kernelAtLeast } from './kernel_version.ts';
import type { KubernetesVersion } from './kubernetes_version.ts';
import type { Controller } from './scenario.ts';
import type { SysctlLayer } from './sysctl.ts';

const CONNTRACK = 'net.ipv4.vs.conntrack';
const REUSE_MODE = 'net.ipv4.vs.conn_reuse_mode';
const NODEST = 'net.ipv4.vs.expire_nodest_conn';
const QUIESCENT = 'net.ipv4.vs.expire_quiescent_template';

/** What a release of kube-proxy does; each line with the change that brought it. */
export interface KubeProxyRules {
  /** #66012: a real server gets weight 0 and is deleted later. */
  readonly isGraceful: boolean;
  /** #71515: it is deleted when it has no connections at all; before, when it had no active ones. */
  readonly waitsForInactive: boolean;
  /** #77802: real servers of UDP services are deleted at once. */
  readonly udpAtOnce: boolean;
  /** #111635: the first sync after a start puts weights right that its predecessor left at 0. */
  readonly resetsWeights: boolean;
  /** #71114, #88541, #102122: when conn_reuse_mode is set to 0. */
  readonly reuseMode: 'left' | 'always' | 'from 4.1' | 'from 4.1 to 5.8';
  /** #71834: expire_nodest_conn and expire_quiescent_template are set to 1. */
  readonly setsExpire: boolean;
}

/** Deviation: cherry-picks are followed where their release is known (#71515); the others count from their minor release on. */
export function kubeProxyRules({ minor, patch }: KubernetesVersion): KubeProxyRules {
  const since = (wanted: number): boolean => minor >= wanted;
  const picked: Readonly<Record<number, number>> = { 11: 6, 12: 4, 13: 1 };
  return {
    isGraceful: since(11),
    waitsForInactive: since(14) || (picked[minor] !== undefined && patch >= picked[minor]),
    udpAtOnce: since(15),
    resetsWeights: since(26),
    reuseMode: since(22) ? 'from 4.1 to 5.8' : since(19) ? 'from 4.1' : since(13) ? 'always' : 'left',
    setsExpire: since(14),
  };
}

/**
 * Whether kube-proxy sets conn_reuse_mode to 0. It looks at the number of the release, and so sees no backport:
 * neither CentOS 7's sysctl nor the fixes in stable kernels.
 */
export function setsReuseMode(version: KubernetesVersion, kernel: KernelVersion): boolean {
  switch (kubeProxyRules(version).reuseMode) {
    case 'left':
      return false;
    case 'always':
      return true;
    case 'from 4.1':
      return kernelAtLeast(kernel, 4, 1);
    case 'from 4.1 to 5.8':
      return kernelAtLeast(kernel, 4, 1) && !kernelAtLeast(kernel, 5, 9);
  }
}

function kubeProxyValues(version: KubernetesVersion, kernel: KernelVersion): Record<string, number> {
  return {
    [CONNTRACK]: 1,
    ...(setsReuseMode(version, kernel) ? { [REUSE_MODE]: 0 } : {}),
    ...(kubeProxyRules(version).setsExpire ? { [NODEST]: 1, [QUIESCENT]: 1 } : {}),
    // --conntrack-tcp-timeout-established and -close-wait have these defaults.
    'net.netfilter.nf_conntrack_tcp_timeout_established': 86_400,
    'net.netfilter.nf_conntrack_tcp_timeout_close_wait': 3600,
  };
}

/** What the controller sets when it starts. */
export function controllerLayer(
  controller: Controller,
  version: KubernetesVersion | null,
  kernel: KernelVersion,
): SysctlLayer {
  const origin = version === null ? controller.kind : `${controller.kind} ${version.text}`;
  if (version !== null) return { origin, values: kubeProxyValues(version, kernel) };
  const values: Record<string, number> = { [REUSE_MODE]: 0, [NODEST]: 1, [QUIESCENT]: 1 };
  // kube-router sets it (pkg/controllers/proxy); libnetwork leaves it to whoever needs masquerading.
  if (controller.kind === 'kube-router') values[CONNTRACK] = 1;
  return { origin, values };
}
