/**
 * Controllers: who fills the director's tables on a node, and which sysctls that program sets when it starts. A new one
 * is a file here and its lines below, and what it does while it runs: a file and a case in network/cluster/.
 */
import type { KernelRelease } from '../../kernel/release/release.ts';
import type { SysctlLayer } from '../sysctl.ts';
import type { ControllerKind } from './controller_kind.ts';
import { DOCKER_SWARM, type DockerSwarm } from './docker_swarm.ts';
import { KUBE_PROXY, type KubeProxy } from './kube_proxy.ts';
import { KUBE_ROUTER, type KubeRouter } from './kube_router.ts';

const CONTROLLERS = {
  'kube-proxy': KUBE_PROXY,
  'kube-router': KUBE_ROUTER,
  'docker-swarm': DOCKER_SWARM,
} as const;

export type Controller = KubeProxy | KubeRouter | DockerSwarm;

export const CONTROLLER_NAMES = Object.keys(CONTROLLERS) as readonly Controller['kind'][];

export function controllerKind(kind: Controller['kind']): ControllerKind<Controller> {
  return CONTROLLERS[kind];
}

/** `kube-proxy 1.19.12` */
export function controllerName({ kind, version }: Pick<Controller, 'kind' | 'version'>): string {
  return version === undefined ? kind : `${kind} ${version}`;
}

export function controllerLayer(controller: Controller, kernel: KernelRelease): SysctlLayer {
  const values = controllerKind(controller.kind).sysctls(controller.version ?? null, kernel);
  return { origin: controllerName(controller), values };
}
