/** Docker swarm: it drains real servers by a rule of its own. */
import type { DockerSwarm } from '../../scenario/controllers/docker_swarm.ts';
import { type Controller, type ControllerView, SyncLoop } from './controller.ts';

/** Docker swarm: weight 0 when a task is to stop, deleted when it has (libnetwork, rmServiceBinding()). */
export function dockerSwarm(view: ControllerView, config: DockerSwarm): Controller {
  const { syncDelay_ns, syncPeriod_ns } = config;
  const sync = (): void => {
    for (const endpoint of view.endpoints) {
      const isListed = view.isListed(endpoint);
      if (view.isReady(endpoint)) {
        if (!isListed) view.add(endpoint);
        else if (view.weight(endpoint) !== endpoint.config.weight) {
          view.setWeight(endpoint, endpoint.config.weight);
        }
      } else if (isListed && view.hasExited(endpoint)) {
        view.delete(endpoint);
      } else if (isListed) {
        view.setWeight(endpoint, 0);
      }
    }
  };
  return new SyncLoop(view, { syncDelay_ns, loops: [[syncPeriod_ns, sync]] }, sync, () => {});
}
