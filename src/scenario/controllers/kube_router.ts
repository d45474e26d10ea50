/** kube-router: which sysctls its releases set. */
import {
  atLeast,
  CONNTRACK,
  type ControllerKind,
  NODEST,
  ownRelease,
  QUIESCENT,
  REUSE_MODE,
  type Syncs,
  syncs,
} from './controller_kind.ts';

export interface KubeRouter extends Syncs {
  readonly kind: 'kube-router';
  /** Its own release; absent for the newest. */
  readonly version?: string;
  /** --ipvs-graceful-termination: a real server gets weight 0 before it is deleted. */
  readonly gracefulTermination: boolean;
  /** Time after which it is deleted then; null for its pod's own. */
  readonly gracePeriod_ns: number | null;
}

export const KUBE_ROUTER: ControllerKind<KubeRouter> = {
  kind: 'kube-router',
  hasGracePeriod: true,
  checkRelease(version) {
    if (version === undefined) return null;
    // A release of Kubernetes would pass for a new one of its own.
    const isKubernetes = /^1\.([7-9]|\d\d)/.test(version);
    const major = Number.parseInt(version, 10);
    if (major >= 0 && major <= 2 && !isKubernetes) return null;
    const message = 'controller.version must be a release of kube-router';
    return { code: 'E_VALUE', message, hint: "kube-router's own, like 1.6.0" };
  },
  read: (entry) => ({
    kind: 'kube-router',
    ...ownRelease(entry),
    gracefulTermination: entry.gracefulTermination ?? false,
    gracePeriod_ns: entry.gracePeriod ?? null,
    ...syncs(entry),
  }),
  sysctls: kubeRouterValues,
};

/** kube-router, whatever the kernel: 0.2.0 two of the settings, 0.2.3 the third; an unnamed release is the newest. */
function kubeRouterValues(version: string | null): Record<string, number> {
  return {
    [CONNTRACK]: 1,
    ...(version === null || atLeast(version, [0, 2, 0]) ? { [NODEST]: 1, [QUIESCENT]: 1 } : {}),
    ...(version === null || atLeast(version, [0, 2, 3]) ? { [REUSE_MODE]: 0 } : {}),
  };
}
