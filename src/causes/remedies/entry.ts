/** Parts of the effective scenario written as values of --set, in YAML's flow style. */
import { duration } from '../../report/numbers.ts';
import { distributionEntry } from '../../scenario/distribution.ts';
import { clientKeys } from '../../scenario/effective_client.ts';
import type { Client, RealServer } from '../../scenario/scenario.ts';

export function realServerEntry(server: RealServer): string {
  const { serviceTime, ...plain } = server;
  return JSON.stringify({ ...plain, serviceTime: distributionEntry(serviceTime, duration) });
}

export function clientEntry(client: Client): string {
  return JSON.stringify(clientKeys(client, duration));
}
