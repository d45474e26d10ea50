/** Parts of the effective scenario written as values of --set, in YAML's flow style. */
import { duration } from '../report/numbers.ts';
import { distributionEntry } from '../scenario/distribution.ts';
import { loadKindOf } from '../scenario/loads/loads.ts';
import type { Client, RealServer } from '../scenario/scenario.ts';

export function realServerEntry(server: RealServer): string {
  const { serviceTime, ...plain } = server;
  return JSON.stringify({ ...plain, serviceTime: distributionEntry(serviceTime, duration) });
}

export function clientEntry(client: Client): string {
  const { load, start_ns, ports, ...plain } = client;
  return JSON.stringify({
    ...plain,
    ...loadKindOf(load).entry(load, duration),
    ports: ports.join('-'),
    start: duration(start_ns),
  });
}
