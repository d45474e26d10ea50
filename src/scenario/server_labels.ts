/**
 * How columns and expectations name real servers: by address, with the service's name before it where several
 * services have the address, now or by an event.
 */
import type { Scenario } from './scenario.ts';

export interface ServerName {
  readonly service: string;
  readonly address: string;
}

/** Those that a scenario has from the start or adds. */
export function serverLabels({ services, events }: Pick<Scenario, 'services' | 'events'>): ServerLabels {
  return new ServerLabels([
    ...services.flatMap(({ name, realServers }) =>
      realServers.map(({ address }) => ({ service: name, address })),
    ),
    ...events.flatMap(({ action }) =>
      action.kind === 'add' ? [{ service: action.service, address: action.realServer.address }] : [],
    ),
  ]);
}

export class ServerLabels {
  /** Names of the services that ever have the address, in the order of the file. */
  readonly #services = new Map<string, Set<string>>();

  constructor(servers: readonly ServerName[]) {
    for (const { service, address } of servers) {
      const services = this.#services.get(address);
      if (services === undefined) this.#services.set(address, new Set([service]));
      else services.add(service);
    }
  }

  of(service: string, address: string): string {
    return (this.#services.get(address)?.size ?? 0) > 1 ? `${service}/${address}` : address;
  }

  /**
   * The columns that a label in an expectation stands for: one, or those of all services that have the address.
   * Empty for a real server that never is.
   */
  columnsOf(label: string): readonly string[] {
    const shared = this.#services.get(label);
    if (shared !== undefined) return [...shared].map((service) => this.of(service, label));
    const slash = label.lastIndexOf('/');
    const [service, address] = [label.slice(0, slash), label.slice(slash + 1)];
    const known = slash > 0 && this.#services.get(address)?.has(service) === true;
    return known ? [this.of(service, address)] : [];
  }

  /** Everything that may stand in the brackets. */
  get names(): readonly string[] {
    return [...this.#services].flatMap(([address, services]) =>
      services.size === 1 ? [address] : [address, ...[...services].map((service) => `${service}/${address}`)],
    );
  }
}
