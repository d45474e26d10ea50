/** The services of a file by name, found once for thousands of clients. */
import { ownServices } from '../service_addresses.ts';
import type { ServiceEntry } from './schema.ts';
import { serviceName } from './sections.ts';

export interface ServiceDirectory {
  /** The first of each name. */
  readonly byName: ReadonlyMap<string, ServiceEntry>;
  /** In the order of the file, other addresses included. */
  readonly all: readonly ServiceEntry[];
  /** The one that needs no name, where the file has one only. */
  readonly only: ServiceEntry | null;
}

export function serviceDirectory(services: readonly ServiceEntry[]): ServiceDirectory {
  const byName = new Map<string, ServiceEntry>();
  for (const service of services) {
    const name = serviceName(service);
    if (!byName.has(name)) byName.set(name, service);
  }
  return { byName, all: services, only: ownServices(services).length === 1 ? services[0]! : null };
}
