/** Controllers: they fit together, have pods to look after, and start on the chosen kernel. */

import { type KernelRelease, kernelAtLeast } from '../../kernel/release/release.ts';
import { controllerKind } from '../controllers/controllers.ts';
import { FIRST_SCHEDULERS, kubeProxyRules } from '../controllers/kube_proxy.ts';
import { type Draft, draft, type Path } from '../draft.ts';
import { type KubernetesVersion, readKubernetesVersion } from '../kubernetes_version.ts';
import { KUBE_NFTABLES_ALPHA, KUBE_NFTABLES_GA } from '../path_needs.ts';
import { allEntries, type ControllerEntry, type Sections } from '../schema/sections.ts';
import { sysctlExistsIn, sysctlInfo } from '../sysctl.ts';

export function checkController(sections: Sections): Draft[] {
  const { keys, controller } = sections;
  if (keys.has('controller') && keys.has('kubernetes')) {
    const message = 'kubernetes is short for a controller kube-proxy: the two cannot both be there';
    return [draft('E_COMBINATION', ['kubernetes'], message, 'write the release as controller.version')];
  }
  const drafts: Draft[] = [];
  if (controller !== null) {
    const { kind, version } = controller;
    const problem = kind === 'none' ? null : controllerKind(kind).checkRelease(version);
    if (problem !== null) {
      drafts.push(draft(problem.code, ['controller', 'version'], problem.message, problem.hint));
    }
    drafts.push(...checkGrace(controller));
  }
  return [
    ...drafts,
    ...checkStart(sections),
    ...checkMode(sections),
    ...checkSchedulers(sections),
    ...checkPods(sections),
    ...checkOrders(sections),
  ];
}

/** Only one kind drains by rules of its own, and only where it is told to. */
function checkGrace({ kind, gracefulTermination, gracePeriod }: ControllerEntry): Draft[] {
  if (kind === 'none' || !controllerKind(kind).hasGracePeriod) {
    return (['gracefulTermination', 'gracePeriod'] as const).flatMap((key) => {
      if ((key === 'gracePeriod' ? gracePeriod : gracefulTermination) === undefined) return [];
      const message = `${kind} has no ${key}: it belongs to kube-router`;
      const hint = "a pod's own is realServers.0.pod.gracePeriod";
      return [draft('E_COMBINATION', ['controller', key], message, hint)];
    });
  }
  if (gracePeriod === undefined || gracefulTermination === true) return [];
  const message = 'gracePeriod does nothing without gracefulTermination: kube-router deletes at once';
  const hint = 'write gracefulTermination: true beside it (--ipvs-graceful-termination), or leave it out';
  return [draft('E_COMBINATION', ['controller', 'gracePeriod'], message, hint)];
}

/** A kube-proxy, the kernel that it starts on, and where its release is written. */
interface Release {
  readonly version: KubernetesVersion;
  readonly kernel: KernelRelease | null;
  readonly path: Path;
}

/** Of the only node, or of each of several, as far as they can be read. */
function releases({ controller, kubernetes, kernel, nodes }: Sections): Release[] {
  const reading = controller?.kind === 'kube-proxy' ? readKubernetesVersion(controller.version) : null;
  const version = reading?.ok ? reading.value : kubernetes;
  const path = kubernetes === null ? ['controller', 'version'] : ['kubernetes'];
  const common = version === null ? [] : [{ version, kernel, path }];
  if (nodes.length === 0) return common;
  return nodes.flatMap((node): Release[] => {
    if (node.entry === null) return [];
    const { kubernetes: own, kernel: ownKernel = kernel } = node.entry;
    if (own !== undefined) {
      return [{ version: own, kernel: ownKernel, path: [...node.path, 'kubernetes'] }];
    }
    return common.map((each) => ({
      ...each,
      kernel: ownKernel,
      path: ownKernel === kernel ? each.path : [...node.path, 'kernel'],
    }));
  });
}

/** #82065: kube-proxy 1.13 to 1.18 does not start where the sysctl is missing. */
function checkStart(sections: Sections): Draft[] {
  const drafts = releases(sections).flatMap(({ version, kernel, path }) => {
    if (kernel === null || kubeProxyRules(version).reuseMode !== 'always') return [];
    if (sysctlExistsIn(sysctlInfo('net.ipv4.vs.conn_reuse_mode')!, kernel)) return [];
    const message = `kube-proxy ${version.text} does not start in mode ipvs on kernel ${kernel.text}, which has no conn_reuse_mode`;
    const newer = kernelAtLeast(kernel, 4, 0) ? 'Linux 4.1' : 'Linux 4.1, or CentOS 7';
    const hint = `it needs ${newer}; 1.19 and later leave the sysctl alone`;
    return [draft('E_KERNEL', path, message, hint)];
  });
  return onceForEachPath(drafts);
}

/** A release of kube-proxy has no modes but its own. */
function checkMode(sections: Sections): Draft[] {
  const old = releases(sections).find(({ version }) => version.minor < KUBE_NFTABLES_ALPHA);
  if (old === undefined) return [];
  return sections.services.flatMap(({ entry, path }) => {
    if (entry?.path !== 'nftables') return [];
    const message = `kube-proxy ${old.version.text} has no nftables mode`;
    const hint = `it came with Kubernetes 1.${KUBE_NFTABLES_ALPHA}, GA in 1.${KUBE_NFTABLES_GA}`;
    return [draft('E_COMBINATION', [...path, 'path'], message, hint)];
  });
}

/** Until 1.26 kube-proxy had a list of schedulers; 1.8 did not look at it yet. */
function checkSchedulers(sections: Sections): Draft[] {
  const old = releases(sections).find(
    ({ version }) => version.minor > 8 && !kubeProxyRules(version).anyScheduler,
  );
  if (old === undefined) return [];
  return sections.services.flatMap(({ entry, path }) => {
    if (entry?.path !== 'ipvs' || FIRST_SCHEDULERS.includes(entry.scheduler)) return [];
    const message = `kube-proxy ${old.version.text} does not start with the scheduler ${entry.scheduler}`;
    const hint = `until 1.26 it takes one of ${FIRST_SCHEDULERS.join(', ')}`;
    return [draft('E_COMBINATION', [...path, 'scheduler'], message, hint)];
  });
}

/** Nodes that name no release of their own have one place in common. */
function onceForEachPath(drafts: readonly Draft[]): Draft[] {
  return [...new Map(drafts.map((each) => [each.path.join(), each])).values()];
}

/** A controller looks after the pods of services that pass the node. */
function checkPods({ controller, kubernetes, services }: Sections): Draft[] {
  if (controller === null && kubernetes === null) return [];
  const known = allEntries(services);
  if (known === null || known.length === 0) return [];
  const isKubeProxy = kubernetes !== null || controller?.kind === 'kube-proxy';
  if (
    known.some(({ path }) => path === 'ipvs' || path === 'ipvs-bpf' || (isKubeProxy && path !== 'direct'))
  ) {
    return [];
  }
  const path = kubernetes === null ? ['controller'] : ['kubernetes'];
  const message = isKubeProxy
    ? 'the controller has no pods: every service has the path direct'
    : 'the controller has no pods: no service has the path ipvs';
  return [{ ...draft('E_COMBINATION', path, message, 'leave it out, or set path: ipvs'), onKey: true }];
}

function checkOrders({ controller, kubernetes, events, keys }: Sections): Draft[] {
  if (controller !== null || kubernetes !== null) return [];
  // One that cannot be read may be there all the same.
  if (keys.has('kubernetes') || keys.has('controller')) return [];
  return events.flatMap(({ path, entry }) => {
    if (entry?.controller === undefined) return [];
    const message = `there is no controller to ${entry.controller}`;
    return [draft('E_REFERENCE', [...path, 'controller'], message, 'for example kubernetes: 1.19.12')];
  });
}
