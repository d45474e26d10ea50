/** Parts of the effective scenario written as values of --set, in YAML's flow style. */
import { duration } from '../../report/numbers.ts';
import { clientKeys } from '../../scenario/effective_client.ts';
import type { Client, RealServer } from '../../scenario/scenario.ts';
import { realServerKeys } from '../../scenario/written_keys.ts';

export function realServerEntry(server: RealServer): string {
  return JSON.stringify(realServerKeys(server, duration));
}

export function clientEntry(client: Client): string {
  return JSON.stringify(clientKeys(client, duration));
}
