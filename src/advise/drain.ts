/**
 * The test that shows a remedy's price: one real server gets weight 0, as a pod that is being removed does,
 * and one looks how long requests still go to it. A service with a single real server gets a second one.
 */

import type { RealServer, Scenario, Service } from '../scenario/scenario.ts';
import { formatAddress, parseEndpoint } from '../scenario/units.ts';

/** Long enough for every source port of a busy client to come back. */
export const DRAIN_LASTS_NS = 60e9;

export interface DrainTest {
  readonly scenario: Scenario;
  /** Address of the real server that is drained. */
  readonly drained: string;
  readonly at_ns: number;
}

/** Null where nothing can be drained: the service does not go through IPVS. */
export function drainTest(scenario: Scenario, at_ns: number): DrainTest | null {
  const service = scenario.services.find((each) => each.path === 'ipvs' && each.realServers.length > 0);
  if (service === undefined) return null;
  const widened = service.realServers.length > 1 ? service : withSecondServer(service);
  const drained = widened.realServers.find((server) => server.weight > 0)?.address;
  if (drained === undefined) return null;
  const action = { kind: 'weight', service: service.name, realServer: drained, weight: 0 } as const;
  return {
    drained,
    at_ns,
    scenario: {
      ...scenario,
      services: scenario.services.map((each) => (each === service ? widened : each)),
      duration_ns: at_ns + DRAIN_LASTS_NS,
      events: [{ at_ns, action }],
      expect: [],
    },
  };
}

function withSecondServer(service: Service): Service {
  const only = service.realServers[0]!;
  const { address, port } = parseEndpoint(only.address);
  const second: RealServer = { ...only, address: `${formatAddress(address + 1)}:${port}` };
  return { ...service, realServers: [only, second] };
}
