/** Docker swarm: which sysctls its releases set, and how its services are met. */
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

export interface DockerSwarm extends Syncs {
  readonly kind: 'docker-swarm';
  /** Docker's release; absent for the newest. */
  readonly version?: string;
}

/**
 * fwMarkCtr (libnetwork, service_common.go of every release): each service gets the next mark. Until 18.03 a rule of the mangle
 * table in OUTPUT of each container's namespace set it; from 18.09 on there is a namespace for the load balancer of a
 * network, which has the virtual addresses as aliases (addLBBackend()).
 */
const FIRST_MARK = 256;

export const DOCKER_SWARM: ControllerKind<DockerSwarm> = {
  kind: 'docker-swarm',
  hasGracePeriod: false,
  firstMark: FIRST_MARK,
  inClients: (version) => version !== null && !atLeast(version, [18, 9, 0]),
  checkRelease(version) {
    if (version === undefined) return null;
    // A release of Kubernetes would pass for a very old one.
    const major = Number.parseInt(version, 10);
    if (major >= 17 && major <= 99) return null;
    const message = 'controller.version must be a release of docker-swarm';
    return { code: 'E_VALUE', message, hint: "Docker's own, like 20.10.17" };
  },
  read: (entry) => ({ kind: 'docker-swarm', ...ownRelease(entry), ...syncs(entry) }),
  sysctls: dockerValues,
};

/**
 * Docker, in a sandbox of a load balancer: conntrack comes with the rule that masquerades, in every release. What
 * 18.09 and 20.10 set besides went to the host, until moby#43670 took it to the sandboxes.
 */
function dockerValues(version: string | null): Record<string, number> {
  const setsInSandbox = version === null || atLeast(version, [20, 10, 17]);
  return { [CONNTRACK]: 1, ...(setsInSandbox ? { [REUSE_MODE]: 0, [NODEST]: 1, [QUIESCENT]: 1 } : {}) };
}
