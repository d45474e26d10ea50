/**
 * The columns of real servers. A node may have tens of thousands of which most never have a connection: all have their
 * columns from the first row on, and what is read in each interval is read of the others.
 */
import type { Network } from '../network/network.ts';
import { activeConn, inactConn } from '../network/nodes/listing.ts';
import type { Backend } from '../network/servers/backend.ts';
import type { Counters } from './counters.ts';
import type { Column, Columns } from './series.ts';

/** Of a real server; those that it has not are undefined. */
interface ServerColumn {
  readonly active: Column | undefined;
  readonly inactive: Column | undefined;
  readonly weight: Column | undefined;
  readonly requests: Column;
  /** As its column has it. */
  lastWeight: number;
}

export class ServerColumns {
  readonly #network: Network;
  /** By place of the backend. */
  readonly #servers: ServerColumn[] = [];

  constructor(network: Network) {
    this.#network = network;
  }

  /** Their part of a row; gauges are read now. */
  append(columns: Columns, before: Counters, after: Counters): void {
    const { backends, used, weightsChange } = this.#network;
    for (const backend of backends.slice(this.#servers.length)) this.#add(columns, backend);
    for (const [index, place] of used.places.entries()) {
      const { active, inactive, requests } = this.#servers[place]!;
      const { listings } = backends[place]!;
      if (active !== undefined) columns.add(active, activeConn(listings));
      if (inactive !== undefined) columns.add(inactive, inactConn(listings));
      columns.add(requests, after.requests[index]! - (before.requests[index] ?? 0));
    }
    if (weightsChange) this.#addWeights(columns);
  }

  /** The same for an interval that is still open, by name, and of all. */
  row(before: Counters, after: Counters): [name: string, value: number][] {
    const { backends, used } = this.#network;
    const requests: number[] = [];
    for (const [index, place] of used.places.entries()) {
      requests[place] = after.requests[index]! - (before.requests[index] ?? 0);
    }
    return backends.flatMap((backend, place) => {
      const { active, inactive, weight, requests: name } = this.#names(backend);
      const { listings } = backend;
      const row: [string, number][] = [];
      if (active !== undefined) row.push([active, activeConn(listings)]);
      if (inactive !== undefined) row.push([inactive, inactConn(listings)]);
      if (weight !== undefined) row.push([weight, backend.weight]);
      row.push([name, requests[place] ?? 0]);
      return row;
    });
  }

  #add(columns: Columns, backend: Backend): void {
    const { active, inactive, weight, requests } = this.#names(backend);
    const column = (name: string | undefined) => (name === undefined ? undefined : columns.column(name));
    this.#servers.push({
      active: column(active),
      inactive: column(inactive),
      weight: column(weight),
      requests: columns.column(requests),
      lastWeight: Number.NaN,
    });
  }

  #addWeights(columns: Columns): void {
    const { backends } = this.#network;
    for (const [place, server] of this.#servers.entries()) {
      const { weight } = backends[place]!;
      if (server.weight === undefined || weight === server.lastWeight) continue;
      columns.hold(server.weight, weight);
      server.lastWeight = weight;
    }
  }

  /** In the order of the columns. Where IPVS has not listed it there are no gauges of its table. */
  #names({ service, address, listings }: Backend) {
    const { labels, weightsChange } = this.#network;
    const label = labels.of(service.name, address);
    const isListed = listings.length > 0;
    return {
      active: isListed ? `active_conn[${label}]` : undefined,
      inactive: isListed ? `inact_conn[${label}]` : undefined,
      weight: isListed && weightsChange ? `weight[${label}]` : undefined,
      requests: `requests[${label}]`,
    };
  }
}
