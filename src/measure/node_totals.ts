/** What each of several nodes has done, as its own tables and counters say. */
import type { Network } from '../network/network.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { packetsDropped } from './counters.ts';
import type { NodeTotals, Result } from './result.ts';

/** Nothing where the scenario has but one. */
export function nodesResult({ topology, backends }: Network, { nodes }: Scenario): Pick<Result, 'nodes'> {
  if (nodes === undefined) return {};
  const inIpvs = backends.filter(({ listings }) => listings.length > 0);
  return {
    nodes: topology.directors.all.map(
      (director, index): NodeTotals => ({
        name: nodes[index]!.name,
        connections: director.scheduled,
        entries: director.connectionCount,
        packets_dropped: packetsDropped(director.drops),
        realServers: inIpvs.flatMap(({ service, address, listings, weights }) => {
          const { hasService, activeConn, inactConn, scheduled } = listings[index]!;
          const counts = { active_conn: activeConn, inact_conn: inactConn, connections: scheduled };
          return hasService ? [{ service: service.name, address, weight: weights[index]!, ...counts }] : [];
        }),
      }),
    ),
  };
}
