/** kube-proxy in mode ipvs: what its releases do, and which sysctls they set. */
import { type KernelRelease, kernelAtLeast } from '../../kernel/release/release.ts';
import { type KubernetesVersion, readKubernetesVersion } from '../kubernetes_version.ts';
import { expectReading } from '../reading.ts';
import {
  CONNTRACK,
  type ControllerKind,
  NODEST,
  QUIESCENT,
  REUSE_MODE,
  type Syncs,
  syncs,
} from './controller_kind.ts';

export interface KubeProxy extends Syncs {
  readonly kind: 'kube-proxy';
  /** Release of Kubernetes: `1.19.12`. */
  readonly version: string;
}

export const KUBE_PROXY: ControllerKind<KubeProxy> = {
  kind: 'kube-proxy',
  hasGracePeriod: false,
  checkRelease(version) {
    if (version === undefined) {
      return {
        code: 'E_MISSING',
        message: 'controller.version is missing',
        hint: 'for example version: 1.19.12',
      };
    }
    const reading = readKubernetesVersion(version);
    if (reading.ok) return null;
    return { code: 'E_VALUE', message: `controller.version ${reading.message}`, hint: reading.hint };
  },
  read: (entry) => ({ kind: 'kube-proxy', version: entry.version!, ...syncs(entry) }),
  sysctls(version, kernel) {
    const reading = readKubernetesVersion(version);
    return reading.ok ? valuesOf(reading.value, kernel) : {};
  },
};

/** What a release of kube-proxy does; each line with the change that brought it. */
export interface KubeProxyRules {
  /** #66012: a real server gets weight 0 and is deleted later. */
  readonly isGraceful: boolean;
  /** #71515: it is deleted when it has no connections at all; before, when it had no active ones. */
  readonly waitsForInactive: boolean;
  /** #77802 and #78999: real servers of UDP and SCTP services are deleted at once. */
  readonly udpAtOnce: boolean;
  /**
   * What becomes of real servers that a new process finds: before #75283 all go through graceful deletion until the
   * first sync; then they are left as they are; from #111635 on their weights are put right.
   */
  readonly onStart: 'deletes' | 'leaves' | 'resets weights';
  /** #71114, #88541, #102122: when conn_reuse_mode is set to 0. */
  readonly reuseMode: 'left' | 'always' | 'from 4.1' | 'from 4.1 to 5.8';
  /** #78547: MASQUERADE has --random-fully, where iptables knows it (1.6.2, the image's own); nftables mode always has. */
  readonly randomFully: boolean;
  /** #71834: expire_nodest_conn and expire_quiescent_template are set to 1. */
  readonly setsExpire: boolean;
  /**
   * #114878 and #115527: any scheduler may be chosen, and services of mh have its flag mh-port; before, kube-proxy did not
   * start with one that was not in its list (#53973).
   */
  readonly anyScheduler: boolean;
}

/** validateIPVSSchedulerMethod(), until 1.26. */
export const FIRST_SCHEDULERS: readonly string[] = [
  'rr',
  'wrr',
  'lc',
  'wlc',
  'lblc',
  'lblcr',
  'sh',
  'dh',
  'sed',
  'nq',
];

/** The first release of each branch that has a change; later branches have it, too, earlier ones do not. */
type FirstReleases = readonly `1.${number}.${number}`[];

const RANDOM_FULLY: FirstReleases = ['1.16.0'];
const GRACEFUL: FirstReleases = ['1.11.5', '1.12.2', '1.13.0'];
const WAITS_FOR_INACTIVE: FirstReleases = ['1.11.6', '1.12.4', '1.13.1', '1.14.0'];
/** #77802 alone, in 1.13.7 and 1.14.3, compared "udp" with "UDP" and changed nothing. 1.11 never got it. */
const UDP_AT_ONCE: FirstReleases = ['1.12.10', '1.13.8', '1.14.4', '1.15.1', '1.16.0'];
const SETS_EXPIRE: FirstReleases = ['1.11.7', '1.12.5', '1.13.2', '1.14.0'];
const LEAVES_ON_START: FirstReleases = ['1.12.8', '1.13.6', '1.14.1', '1.15.0'];
const ANY_SCHEDULER: FirstReleases = ['1.27.0'];
const RESETS_WEIGHTS: FirstReleases = ['1.26.0'];
const SETS_MODE: FirstReleases = ['1.13.0'];
const SETS_MODE_FROM_4_1: FirstReleases = ['1.19.0'];
const SETS_MODE_TO_5_8: FirstReleases = ['1.20.15', '1.21.9', '1.22.0'];

function includes({ minor, patch }: KubernetesVersion, firsts: FirstReleases): boolean {
  const numbers = firsts.map((text) => text.split('.').slice(1).map(Number) as [number, number]);
  const own = numbers.find(([branch]) => branch === minor);
  return own === undefined ? minor > numbers.at(-1)![0] : patch >= own[1];
}

export function kubeProxyRules(version: KubernetesVersion): KubeProxyRules {
  const has = (firsts: FirstReleases): boolean => includes(version, firsts);
  return {
    isGraceful: has(GRACEFUL),
    randomFully: has(RANDOM_FULLY),
    waitsForInactive: has(WAITS_FOR_INACTIVE),
    udpAtOnce: has(UDP_AT_ONCE),
    onStart: has(RESETS_WEIGHTS)
      ? 'resets weights'
      : !has(GRACEFUL) || has(LEAVES_ON_START)
        ? 'leaves'
        : 'deletes',
    reuseMode: has(SETS_MODE_TO_5_8)
      ? 'from 4.1 to 5.8'
      : has(SETS_MODE_FROM_4_1)
        ? 'from 4.1'
        : has(SETS_MODE)
          ? 'always'
          : 'left',
    setsExpire: has(SETS_EXPIRE),
    anyScheduler: has(ANY_SCHEDULER),
  };
}

/**
 * Whether kube-proxy sets conn_reuse_mode to 0. It looks at the number of the release, and so sees no backport:
 * neither CentOS 7's sysctl nor the fixes in stable kernels.
 */
function setsReuseMode(version: KubernetesVersion, kernel: KernelRelease): boolean {
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

function valuesOf(version: KubernetesVersion, kernel: KernelRelease): Record<string, number> {
  return {
    [CONNTRACK]: 1,
    ...(setsReuseMode(version, kernel) ? { [REUSE_MODE]: 0 } : {}),
    ...(kubeProxyRules(version).setsExpire ? { [NODEST]: 1, [QUIESCENT]: 1 } : {}),
    // --conntrack-tcp-timeout-established and -close-wait have these defaults.
    'net.netfilter.nf_conntrack_tcp_timeout_established': 86_400,
    'net.netfilter.nf_conntrack_tcp_timeout_close_wait': 3600,
  };
}

/** A release of kube-proxy without its last number, where cherry-picks make a difference within it. */
export function openPicks(version: string): readonly string[] {
  const { text, minor, patch, isWhole } = expectReading(readKubernetesVersion(version), version);
  if (isWhole) return [];
  const rules = JSON.stringify(kubeProxyRules({ text, minor, patch, isWhole }));
  const last = Array.from({ length: LAST_PATCH }, (_, index) => index + 1).find(
    (later) => JSON.stringify(kubeProxyRules({ text, minor, patch: later, isWhole })) !== rules,
  );
  if (last === undefined) return [];
  return [
    `kubernetes ${text}: taken for 1.${minor}.0; 1.${minor}.${last} is different, so write the whole number`,
  ];
}

/** No branch of Kubernetes had more. */
const LAST_PATCH = 20;
