/**
 * The test that shows a remedy's price: one real server gets weight 0, as a pod that is being removed does,
 * and one looks how long requests still go to it. A service with a single real server gets a second one.
 */

import { realServerEntry } from '../causes/remedies/entry.ts';
import { duration } from '../report/numbers.ts';
import type { RealServer, Scenario, Service } from '../scenario/scenario.ts';
import { ownServices } from '../scenario/service_addresses.ts';
import { addressAfter, endpointText, hostOf, portOf } from '../text/endpoint.ts';

/** Long enough for every source port of a busy client to come back. */
const LASTS_NS = 60e9;

export interface DrainTest {
  /** Arguments of --set that make the test of a scenario. */
  readonly changes: readonly string[];
  /** Address of the real server that is drained. */
  readonly drained: string;
  /** The service in which it is. */
  readonly service: string;
  readonly at_ns: number;
  /** When enough has been seen. */
  readonly until_ns: number;
}

/** Null where nothing can be drained: no service goes through IPVS. `duration_ns`: what the file says of it. */
export function drainTest(scenario: Scenario, at_ns: number, duration_ns: number): DrainTest | null {
  const services = ownServices(scenario.services);
  const index = services.findIndex(({ path }) => path === 'ipvs');
  const service = services[index];
  const drained = service?.realServers.find(({ weight }) => weight > 0)?.address;
  if (service === undefined || drained === undefined) return null;
  const event = { at: duration(at_ns), service: service.name, weight: { [drained]: 0 } };
  const until_ns = at_ns + LASTS_NS;
  return {
    drained,
    service: service.name,
    at_ns,
    until_ns,
    changes: [
      ...secondServer(service, index),
      `events=[${JSON.stringify(event)}]`,
      ...(duration_ns < until_ns ? [`duration=${duration(until_ns)}`] : []),
      'expect=[]',
    ],
  };
}

function secondServer(service: Service, index: number): string[] {
  const [only, ...others] = service.realServers;
  if (only === undefined || others.length > 0) return [];
  const { address } = only;
  const second: RealServer = {
    ...only,
    address: endpointText(addressAfter(hostOf(address)), portOf(address)),
  };
  return [`services.${index}.realServers.1=${realServerEntry(second)}`];
}
