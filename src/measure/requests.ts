/**
 * Finds the request to look at: an observer that hears of every request's end and keeps those that a question
 * may be about. connects.ts finds the connection that carried it, trace.ts records its packets.
 */
import { portProtocol } from '../kernel/ipv4/inet_endpoints.ts';
import { ERRNO_NAMES } from '../kernel/ipv4/tcp_states.ts';
import type { Network } from '../network/network.ts';
import type { RequestObserver } from '../network/request_observer.ts';
import { type Transport, transportName } from '../text/transport.ts';

/** Where a request came from and went to. */
export interface RequestEnds {
  readonly protocol: Transport;
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
}

export interface RequestRecord {
  /** Number of its client in the scenario. */
  readonly client: number;
  /** Null where no socket came to be: there was no port for it. */
  readonly ends: RequestEnds | null;
  readonly start_ns: number;
  /** Null while it waits. */
  readonly end_ns: number | null;
  /** Name of the error that it ended with; null when it was answered, or waits. */
  readonly errno: string | null;
}

/** What a question is about; everything when nothing is said. */
export interface RequestsWanted {
  /** Requests under way at that instant. */
  readonly at_ns?: number;
  /** Requests from that source port. */
  readonly port?: number;
}

export class RequestLog implements RequestObserver {
  /** How many were answered, and how many failed by name of the error. */
  answered = 0;
  readonly failures = new Map<string, number>();
  /** The first request that ended with each error. */
  readonly #firstFailed = new Map<string, RequestRecord>();
  #slowest: RequestRecord | null = null;
  #underWay: RequestRecord | null = null;
  #next: RequestRecord | null = null;
  readonly #network: Network;
  readonly #observer: RequestObserver;
  readonly #wanted: RequestsWanted;

  /** `observer` goes on hearing of everything. */
  constructor(network: Network, observer: RequestObserver, wanted: RequestsWanted) {
    this.#network = network;
    this.#observer = observer;
    this.#wanted = wanted;
  }

  connected(sock: number): void {
    this.#observer.connected(sock);
  }

  completed(sock: number): void {
    this.answered++;
    this.#keep(this.#record(sock, null, this.#now_ns));
    this.#observer.completed(sock);
  }

  failed(client: number, errno: number, sock: number): void {
    const name = ERRNO_NAMES[errno]!;
    const now_ns = this.#now_ns;
    this.failures.set(name, (this.failures.get(name) ?? 0) + 1);
    const record =
      sock < 0
        ? { client, ends: null, start_ns: now_ns, end_ns: now_ns, errno: name }
        : this.#record(sock, name, now_ns);
    if (this.#isWanted(record) && !this.#firstFailed.has(name)) this.#firstFailed.set(name, record);
    this.#keep(record);
    this.#observer.failed(client, errno, sock);
  }

  finished(): void {
    this.#observer.finished();
  }

  /** Whether nothing that comes can change the answer about an instant. */
  get isSettled(): boolean {
    const { at_ns } = this.#wanted;
    if (at_ns === undefined || this.#now_ns <= at_ns) return false;
    const mayStillEnd = this.#waiting().some(({ start_ns }) => start_ns <= at_ns);
    return !mayStillEnd && (this.#underWay !== null || this.#next !== null);
  }

  /** The first that failed with the most frequent error; where none failed, the one that took longest. */
  worst(): RequestRecord | null {
    const [commonest] = [...this.#firstFailed].sort(
      ([one], [other]) => this.failures.get(other)! - this.failures.get(one)!,
    );
    return commonest?.[1] ?? this.#longest([this.#slowest, ...this.#waiting()]);
  }

  /** The one that took longest among those under way at the instant; else the first that began after it. */
  atInstant(): RequestRecord | null {
    const { at_ns = 0 } = this.#wanted;
    const underWay = this.#waiting().filter(({ start_ns }) => start_ns <= at_ns);
    return this.#longest([this.#underWay, ...underWay]) ?? this.#next;
  }

  #keep(record: RequestRecord): void {
    if (!this.#isWanted(record)) return;
    if (record.ends !== null) this.#slowest = this.#longest([this.#slowest, record]);
    const { at_ns } = this.#wanted;
    if (at_ns === undefined) return;
    if (record.start_ns > at_ns) {
      if (this.#next === null || record.start_ns < this.#next.start_ns) this.#next = record;
    } else if (record.end_ns! >= at_ns) {
      this.#underWay = this.#longest([this.#underWay, record]);
    }
  }

  #isWanted({ ends }: RequestRecord): boolean {
    const { port } = this.#wanted;
    return port === undefined || ends?.sourcePort === port;
  }

  get #now_ns(): number {
    return this.#network.topology.simulation.now_ns;
  }

  /** The earliest of those that took longest. */
  #longest(records: readonly (RequestRecord | null)[]): RequestRecord | null {
    let found: RequestRecord | null = null;
    for (const record of records) {
      if (record !== null && (found === null || this.#length_ns(record) > this.#length_ns(found))) {
        found = record;
      }
    }
    return found;
  }

  #length_ns({ start_ns, end_ns }: RequestRecord): number {
    return (end_ns ?? this.#now_ns) - start_ns;
  }

  #waiting(): RequestRecord[] {
    const all = this.#network.clients.waiting().map((sock) => this.#record(sock, null, null));
    return all.filter((record) => this.#isWanted(record));
  }

  #record(sock: number, errno: string | null, end_ns: number | null): RequestRecord {
    const { clients, topology } = this.#network;
    const { socks, services, skbs } = topology.clientStack;
    const { book } = skbs;
    const service = socks.service[sock]!;
    const port = services.port[service]!;
    return {
      client: socks.owner[sock]!,
      ends: {
        protocol: transportName(portProtocol(port)),
        source: book.format(socks.caddr[sock]!),
        sourcePort: socks.cport[sock]!,
        destination: book.format(services.addr[service]!),
        destinationPort: port & 0xffff,
      },
      start_ns: clients.columns.start_ns[sock]!,
      end_ns,
      errno,
    };
  }
}
