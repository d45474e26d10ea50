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
  before: number;
  column: Column | undefined;
}

/** A column begins with the first value that is not 0: of many real servers on many nodes most have nothing. */
export class NodeColumns {
  readonly #network: Network;
  readonly #nodes: readonly ClusterNode[];
  readonly #figures: Figure[] = [];
  /** Real servers that have their figures. */
  #servers = 0;

  constructor(network: Network, nodes: readonly ClusterNode[]) {
    this.#network = network;
    this.#nodes = nodes;
    this.#each((director, node, index) => {
      this.#add(`node.connections[${node}]`, true, () => director.scheduled + director.bound);
      this.#add(`node.active_conn[${node}]`, false, () => this.#sum(index, ({ activeConn }) => activeConn));
      this.#add(`node.inact_conn[${node}]`, false, () => this.#sum(index, ({ inactConn }) => inactConn));
      if (network.weightsChange) this.#add(`node.weight[${node}]`, false, () => this.#weights(index));
      this.#add(`node.entries[${node}]`, false, () => director.connectionCount);
      this.#add(`node.conntrack_entries[${node}]`, false, () => director.conntrackCount);
      this.#add(`node.syn_dropped[${node}]`, true, () => director.synDrops);
      this.#add(`node.packets_dropped[${node}]`, true, () => packetsDropped(director.drops));
    });
  }

  /** Their part of a row; gauges are read now. */
  append(columns: Columns): void {
    this.#addServers();
    for (const figure of this.#figures) {
      const now = figure.read();
      const value = figure.isCounter ? now - figure.before : now;
      figure.before = now;
      if (value === 0 && figure.column === undefined) continue;
      columns.add((figure.column ??= columns.column(figure.name)), value);
    }
  }

  /** The same for an interval that is still open, by name. */
  row(): [name: string, value: number][] {
    this.#addServers();
    return this.#figures
      .map(({ name, read, isCounter, before }): [string, number] => [
        name,
        isCounter ? read() - before : read(),
      ])
      .filter(([, value]) => value !== 0);
  }

  /** Those that have come since. */
  #addServers(): void {
    const { backends, labels, weightsChange } = this.#network;
    for (; this.#servers < backends.length; this.#servers++) {
      const backend = backends[this.#servers]!;
      const { listings, weights, service, address } = backend;
      const label = labels.of(service.name, address);
      this.#each((_, node, index) => {
        const of = `[${node}/${label}]`;
        const listing = listings[index];
        if (!this.#network.isKnownOn(index, backend)) return;
        if (weightsChange) this.#add(`node.weight${of}`, false, () => weights[index]!);
        if (listing === undefined) {
          this.#add(`node.connections${of}`, true, () => this.#network.boundOn(index, backend)!);
          return;
        }
        this.#add(`node.connections${of}`, true, () => listing.scheduled);
        this.#add(`node.active_conn${of}`, false, () => listing.activeConn);
        this.#add(`node.inact_conn${of}`, false, () => listing.inactConn);
      });
    }
  }

  /** Over the table of that node. */
  #sum(index: number, read: (listing: Listing) => number): number {
    return this.#network.backends.reduce((sum, { listings }) => {
      const listing = listings[index];
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

  #add(name: string, isCounter: boolean, read: () => number): void {
    this.#figures.push({ name, read, isCounter, before: 0, column: undefined });
  }
}
