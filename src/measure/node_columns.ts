/** The columns of several nodes: what each has done and holds by itself, and of it what each real server has. */
import type { Director } from '../kernel/director.ts';
import type { Network } from '../network/network.ts';
import type { Listing } from '../network/nodes/listing.ts';
import type { ClusterNode } from '../scenario/scenario.ts';
import { packetsDropped } from './counters.ts';
import type { Column, Columns } from './series.ts';

/** A figure of one node, or of one real server in its table. */
interface Figure {
  readonly name: string;
  readonly read: () => number;
  /** Only grows: its column has what an interval added, and this is what there was before the one that is open. */
  readonly isCounter: boolean;
  /** The place of the backend that must have been used for it to be anything but 0; null where it may be anything. */
  readonly place: number | null;
  before: number;
  column: Column | undefined;
}

/** A column begins with the first value that is not 0: of many real servers on many nodes most have nothing. */
export class NodeColumns {
  readonly #network: Network;
  readonly #nodes: readonly ClusterNode[];
  readonly #figures: Figure[] = [];
  /** Those of them that may be anything but 0. */
  #alive: Figure[] = [];
  /** Real servers that have their figures. */
  #servers = 0;
  /** How many figures there were, and how many backends in use, when that was last looked at. */
  #seen = { figures: 0, used: 0 };

  constructor(network: Network, nodes: readonly ClusterNode[]) {
    this.#network = network;
    this.#nodes = nodes;
    this.#each((director, node, index) => {
      const add = (metric: string, isCounter: boolean, read: () => number) =>
        this.#add({ name: `node.${metric}[${node}]`, isCounter, place: null, read });
      add('connections', true, () => director.scheduled + director.bound);
      add('active_conn', false, () => this.#sum(index, ({ activeConn }) => activeConn));
      add('inact_conn', false, () => this.#sum(index, ({ inactConn }) => inactConn));
      if (network.weightsChange) add('weight', false, () => this.#weights(index));
      add('entries', false, () => director.connectionCount);
      add('conntrack_entries', false, () => director.conntrackCount);
      add('syn_dropped', true, () => director.synDrops);
      add('packets_dropped', true, () => packetsDropped(director.drops));
    });
  }

  /** Their part of a row; gauges are read now. */
  append(columns: Columns): void {
    this.#meetServers();
    for (const figure of this.#alive) {
      const now = figure.read();
      const value = figure.isCounter ? now - figure.before : now;
      figure.before = now;
      if (value === 0 && figure.column === undefined) continue;
      columns.add((figure.column ??= columns.column(figure.name)), value);
    }
  }

  /** The same for an interval that is still open, by name. */
  row(): [name: string, value: number][] {
    this.#meetServers();
    return this.#alive
      .map(({ name, read, isCounter, before }): [string, number] => [
        name,
        isCounter ? read() - before : read(),
      ])
      .filter(([, value]) => value !== 0);
  }

  /** Those that have come since, and those that have been used since. */
  #meetServers(): void {
    const { used } = this.#network;
    this.#addServers();
    const seen = { figures: this.#figures.length, used: used.places.length };
    if (seen.figures === this.#seen.figures && seen.used === this.#seen.used) return;
    this.#seen = seen;
    this.#alive = this.#figures.filter(({ place }) => place === null || used.has(place));
  }

  #addServers(): void {
    const { backends, labels, weightsChange } = this.#network;
    for (; this.#servers < backends.length; this.#servers++) {
      const place = this.#servers;
      const backend = backends[place]!;
      const { listings, weights, service, address } = backend;
      const label = labels.of(service.name, address);
      this.#each((_, node, index) => {
        const add = (metric: string, isCounter: boolean, needsUse: boolean, read: () => number) =>
          this.#add({
            name: `node.${metric}[${node}/${label}]`,
            isCounter,
            place: needsUse ? place : null,
            read,
          });
        const listing = listings[index];
        if (!this.#network.isKnownOn(index, backend)) return;
        if (weightsChange) add('weight', false, false, () => weights[index]!);
        if (listing === undefined) {
          add('connections', true, false, () => this.#network.boundOn(index, backend)!);
          return;
        }
        add('connections', true, true, () => listing.scheduled);
        add('active_conn', false, true, () => listing.activeConn);
        add('inact_conn', false, true, () => listing.inactConn);
      });
    }
  }

  /** Over the table of that node. */
  #sum(index: number, read: (listing: Listing) => number): number {
    const { backends, used } = this.#network;
    return used.places.reduce((sum, place) => {
      const listing = backends[place]!.listings[index];
      return listing === undefined ? sum : sum + read(listing);
    }, 0);
  }

  #weights(index: number): number {
    const network = this.#network;
    return network.backends.reduce(
      (sum, backend) => (network.isKnownOn(index, backend) ? sum + backend.weights[index]! : sum),
      0,
    );
  }

  #each(make: (director: Director, node: string, index: number) => void): void {
    this.#network.topology.directors.all.forEach((director, index) => {
      make(director, this.#nodes[index]!.name, index);
    });
  }

  #add(figure: Pick<Figure, 'name' | 'isCounter' | 'place' | 'read'>): void {
    this.#figures.push({ ...figure, before: 0, column: undefined });
  }
}
