/**
 * The columns of real servers. A node may have tens of thousands, so that no name is built and nothing looked up for each
 * of them in each interval.
 */
import type { Network } from '../network/network.ts';
import { activeConn, inactConn } from '../network/nodes/listing.ts';
import type { Counters } from './counters.ts';
import type { Column, Columns } from './series.ts';

const METRICS = ['active_conn', 'inact_conn', 'weight', 'requests'] as const;
type Metric = 0 | 1 | 2 | 3;

/** Of a real server: its label, and its columns once they have had a value. */
interface ServerColumn {
  readonly label: string;
  readonly columns: (Column | undefined)[];
}

type Put = (server: ServerColumn, metric: Metric, value: number) => void;

export class ServerColumns {
  readonly #network: Network;
  readonly #servers: ServerColumn[] = [];

  constructor(network: Network) {
    this.#network = network;
  }

  /** Their part of a row; gauges are read now. */
  append(columns: Columns, before: Counters, after: Counters): void {
    this.#read(before, after, (server, metric, value) => {
      const column = (server.columns[metric] ??= columns.column(nameOf(server, metric)));
      columns.add(column, value);
    });
  }

  /** The same for an interval that is still open, by name. */
  row(before: Counters, after: Counters): [name: string, value: number][] {
    const row: [string, number][] = [];
    this.#read(before, after, (server, metric, value) => void row.push([nameOf(server, metric), value]));
    return row;
  }

  #read(before: Counters, after: Counters, put: Put): void {
    const { backends, labels, weightsChange } = this.#network;
    for (let index = 0; index < backends.length; index++) {
      const { listings, weight, service, address } = backends[index]!;
      const server = (this.#servers[index] ??= { label: labels.of(service.name, address), columns: [] });
      if (listings.length > 0) {
        put(server, 0, activeConn(listings));
        put(server, 1, inactConn(listings));
        if (weightsChange) put(server, 2, weight);
      }
      put(server, 3, after.requests[index]! - (before.requests[index] ?? 0));
    }
  }
}

function nameOf({ label }: ServerColumn, metric: Metric): string {
  return `${METRICS[metric]}[${label}]`;
}
