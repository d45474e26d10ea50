/** Controllers as topics: who fills the director's tables, and which sysctls that program sets. */
import type { Topic } from './topic.ts';

export function controllerTopics(): readonly Topic[] {
  return [
    {
      name: 'kube-proxy',
      kind: 'controller',
      meaning:
        "Kubernetes' own, in IPVS mode. A real server whose pod goes gets weight 0 and is deleted when it has no " +
        'connections left, looked at once a minute; those of UDP services at once, in newer releases.',
      facts: [
        [
          'Sets',
          'net.ipv4.vs.conntrack=1; net.ipv4.vs.conn_reuse_mode=0 from 1.13 on, from 1.19 on only where the kernel is 4.1 ' +
            'or newer, from 1.22 on only before 5.9; expire_nodest_conn=1 and expire_quiescent_template=1 from 1.14 on ' +
            '(also in later releases of 1.11, 1.12 and 1.13)',
        ],
        ['In a scenario', 'kubernetes: 1.19.12'],
        ['Every release', 'docs/version-matrix.md'],
      ],
    },
    {
      name: 'kube-router',
      kind: 'controller',
      meaning:
        'A real server whose pod goes is deleted at once; with --ipvs-graceful-termination it gets weight 0 first, and is ' +
        'deleted when a period is over, or when it has no connections left.',
      facts: [
        ['Sets', 'in current releases: conn_reuse_mode=0, expire_nodest_conn=1, expire_quiescent_template=1'],
        ['In a scenario', 'controller: { kind: kube-router, gracefulTermination: true }'],
      ],
    },
    {
      name: 'docker-swarm',
      kind: 'controller',
      meaning:
        "Docker's: services have a virtual address in each network, and an ingress network for published ports.",
      facts: [
        [
          'Sets',
          'in current releases, in its own network namespaces: conn_reuse_mode=0, expire_nodest_conn=1, expire_quiescent_template=1',
        ],
        ['In a scenario', 'controller: { kind: docker-swarm }'],
      ],
    },
  ];
}
