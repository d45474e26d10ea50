/** What each of several nodes has done, as its own tables and counters say. */
import type { Network } from '../network/network.ts';
import type { Backend } from '../network/servers/backend.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { packetsDropped } from './counters.ts';
import type { NodeTotals, Result } from './result.ts';

/** Nothing where the scenario has but one. */
export function nodesResult(network: Network, { nodes }: Scenario): Pick<Result, 'nodes'> {
  if (nodes === undefined) return {};
  return {
    nodes: network.topology.directors.all.map(
      (director, index): NodeTotals => ({
        name: nodes[index]!.name,
        connections: director.scheduled + director.bound,
        entries: director.connectionCount,
        packets_dropped: packetsDropped(director.drops),
        realServers: network.backends.flatMap((backend) => {
          const { service, address } = backend;
          const counts = countsOn(network, index, backend);
          const weight = backend.weights[index]!;
          return counts === null ? [] : [{ service: service.name, address, weight, ...counts }];
        }),
      }),
    ),
  };
}

type Counts = Pick<NodeTotals['realServers'][number], 'active_conn' | 'inact_conn' | 'connections'>;

/** By IPVS, or by rules, which keep no connections; null where the node has not the service. */
function countsOn(network: Network, node: number, backend: Backend): Counts | null {
  const listing = backend.listings[node];
  if (listing?.hasService === true) {
    const { activeConn, inactConn, scheduled } = listing;
    return { active_conn: activeConn, inact_conn: inactConn, connections: scheduled };
  }
  const bound = network.boundOn(node, backend);
  return bound === null ? null : { active_conn: 0, inact_conn: 0, connections: bound };
}
