/**
 * kube-proxy. In the modes iptables and nftables an endpoint whose pod is no longer ready is left out of the rules at the next
 * sync; path ebpf, which replaces kube-proxy, does the same. In mode ipvs, syncProxyRules() and graceful_termination.go: it
 * gets weight 0 and waits in a list; every minute those without connections are deleted. The list is in
 * memory only: what a new process does with the real servers it finds is a matter of its release.
 */
import { type KubeProxy, kubeProxyRules } from '../../scenario/controllers/kube_proxy.ts';
import { readKubernetesVersion } from '../../scenario/kubernetes_version.ts';
import { expectReading } from '../../scenario/reading.ts';
import { type Controller, type ControllerView, type Endpoint, SyncLoop } from './controller.ts';

/** rsCheckDeleteInterval. */
const CHECK_DELETE_NS = 60e9;

export function kubeProxy(view: ControllerView, config: KubeProxy): Controller {
  const { version, syncDelay_ns, syncPeriod_ns } = config;
  const rules = kubeProxyRules(expectReading(readKubernetesVersion(version), version));
  /** rsList of the GracefulTerminationManager. */
  const terminating = new Set<Endpoint>();

  const mayDelete = (endpoint: Endpoint): boolean => {
    // Rules are written anew without it; connections that conntrack knows go on.
    if (!endpoint.isInIpvs || !rules.isGraceful || (endpoint.protocol !== 'tcp' && rules.udpAtOnce))
      return true;
    const waitsFor = rules.waitsForInactive ? view.inactConn(endpoint) : 0;
    return view.activeConn(endpoint) + waitsFor === 0;
  };
  const gracefulDelete = (endpoint: Endpoint): void => {
    if (mayDelete(endpoint)) {
      view.delete(endpoint);
    } else {
      view.setWeight(endpoint, 0);
      terminating.add(endpoint);
    }
  };
  const sync = (isFirst: boolean): void => {
    for (const endpoint of view.endpoints) {
      const isListed = view.isListed(endpoint);
      if (!view.isReady(endpoint)) {
        if (isListed && !terminating.has(endpoint)) gracefulDelete(endpoint);
      } else if (terminating.delete(endpoint)) {
        // MoveRSOutofGracefulDeleteList(): deleted at once and added anew.
        if (isListed) view.delete(endpoint);
        view.add(endpoint);
      } else if (!isListed) {
        view.add(endpoint);
      } else if (
        isFirst &&
        endpoint.isInIpvs &&
        rules.onStart === 'resets weights' &&
        view.weight(endpoint) !== endpoint.config.weight
      ) {
        view.setWeight(endpoint, endpoint.config.weight);
      }
    }
  };
  /** GracefulTerminationManager.Run() took all that it found for leftovers, until the first sync said otherwise. */
  const deleteAll = (): void => {
    for (const endpoint of view.endpoints) if (view.isListed(endpoint)) gracefulDelete(endpoint);
  };
  const tryDelete = (): void => {
    for (const endpoint of terminating) {
      if (!mayDelete(endpoint)) continue;
      terminating.delete(endpoint);
      if (view.isListed(endpoint)) view.delete(endpoint);
    }
  };
  const loops = [
    [CHECK_DELETE_NS, tryDelete],
    [syncPeriod_ns, () => sync(false)],
  ] as const;
  const beforeFirstSync = rules.onStart === 'deletes' ? deleteAll : undefined;
  return new SyncLoop(view, { syncDelay_ns, loops }, sync, () => terminating.clear(), beforeFirstSync);
}
