/** How long connections are silent in a scenario. */
import type { Distribution } from '../../scenario/distribution.ts';
import type { Client, Scenario } from '../../scenario/scenario.ts';

/** The longest time that a connection is idle between two packets: a client's pause or a server's computing. */
export function idleLongest_ns(scenario: Scenario): number {
  const pauses = scenario.clients.filter(({ keepAlive }) => keepAlive).map(pause_ns);
  const computing = scenario.services.flatMap(({ realServers }) =>
    realServers.map(({ serviceTime }) => longest_ns(serviceTime)),
  );
  return Math.max(0, ...pauses, ...computing);
}

function pause_ns({ load }: Client): number {
  if (load.kind === 'closed') return longest_ns(load.think);
  return load.kind === 'open' ? 1e9 / load.rate_per_s : 0;
}

/** What is hardly ever exceeded, where there is no upper bound. */
function longest_ns(distribution: Distribution): number {
  switch (distribution.kind) {
    case 'constant':
      return distribution.value_ns;
    case 'exponential':
      return distribution.mean_ns * 5;
    case 'empirical':
      return Math.max(0, ...distribution.values_ns);
    default:
      return distribution satisfies never;
  }
}
