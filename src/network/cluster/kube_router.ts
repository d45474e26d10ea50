/** kube-router: it drains real servers by a rule of its own. */
import type { KubeRouter } from '../../scenario/controllers/kube_router.ts';
import { type Controller, type ControllerView, type Endpoint, SyncLoop } from './controller.ts';

/** kube-router looks at what it drains this often (gracefulSync()). */
const GRACEFUL_SYNC_NS = 5e9;

/**
 * kube-router: deletes a real server at once, or with gracefulTermination sets its weight to 0 and deletes it when the
 * grace period has passed or no connection is left (#572, #599).
 */
export function kubeRouter(view: ControllerView, config: KubeRouter): Controller {
  const { gracefulTermination, gracePeriod_ns, syncDelay_ns, syncPeriod_ns } = config;
  /** To the time at which each is deleted at the latest. */
  const draining = new Map<Endpoint, number>();
  const sync = (): void => {
    for (const endpoint of view.endpoints) {
      const isListed = view.isListed(endpoint);
      if (view.isReady(endpoint)) {
        if (!isListed) view.add(endpoint);
        else if (view.weight(endpoint) !== endpoint.config.weight) {
          view.setWeight(endpoint, endpoint.config.weight);
        }
        draining.delete(endpoint);
      } else if (isListed && !gracefulTermination) {
        view.delete(endpoint);
      } else if (isListed && !draining.has(endpoint)) {
        view.setWeight(endpoint, 0);
        draining.set(endpoint, view.now_ns + (gracePeriod_ns ?? view.gracePeriod_ns(endpoint)));
      }
    }
  };
  const gracefulSync = (): void => {
    for (const [endpoint, latest_ns] of draining) {
      const isIdle = view.activeConn(endpoint) + view.inactConn(endpoint) === 0;
      if (!isIdle && view.now_ns < latest_ns) continue;
      draining.delete(endpoint);
      if (view.isListed(endpoint)) view.delete(endpoint);
    }
  };
  const loops = [
    [GRACEFUL_SYNC_NS, gracefulSync],
    [syncPeriod_ns, sync],
  ] as const;
  return new SyncLoop(view, { syncDelay_ns, loops }, sync, () => draining.clear());
}
