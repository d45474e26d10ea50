/** One entry of the scenario's `clients`: a process that sends requests as its load tells it (arrivals.ts). */
import type { RandomStream } from '../engine/random.ts';
import type { Connect, PortChooser } from '../kernel/ipv4/inet_hashtables.ts';
import { DEFAULT_OPTIONS, type SockOptions } from '../kernel/ipv4/tcp.ts';
import type { Client as ClientConfig } from '../scenario/scenario.ts';
import type { Transport } from '../text/transport.ts';
import type { Arrivals } from './arrivals.ts';
import { KeptConnections } from './kept_connections.ts';
import type { Replayed } from './replayed.ts';
import type { SocketLb } from './socket_lb.ts';

/** From where to where a connection goes. */
export interface Origin extends Connect {
  /** Number of the remote end among the clients' services. */
  readonly service: number;
}

/** Where a client stands: its host, and the way to its service. */
export interface ClientPlace {
  readonly host: number;
  readonly protocol: Transport;
  /** One per local address. */
  readonly connects: readonly Origin[];
  /** Where connect() chooses among backends, what it chooses. */
  readonly socketLb: SocketLb<Origin> | null;
  readonly chooser: PortChooser;
  readonly random: RandomStream;
  /** A TimestampMode, and what the host's clock showed when the run began. */
  readonly timestamps: number;
  readonly uptime_ms: number;
}

export class Client {
  readonly index: number;
  readonly config: ClientConfig;
  readonly place: ClientPlace;
  readonly options: SockOptions;
  readonly kept: KeptConnections;
  arrivals: Arrivals | null = null;
  /** Null unless its load is a replay. */
  replayed: Replayed | null = null;
  /** Requests begun, and those among them that have ended. */
  issued = 0;
  ended = 0;
  /** Whether its process has ended: after all its requests, or because nothing answered (`pollTimeout`). */
  hasExited = false;
  #nextConnect = 0;
  /** By worker, the place in `connects` of its host. */
  readonly #homes: number[] = [];

  constructor(index: number, config: ClientConfig, place: ClientPlace) {
    this.index = index;
    this.config = config;
    this.place = place;
    this.options = sockOptions(config, place);
    this.kept = new KeptConnections(config.load.kind === 'closed' || config.load.kind === 'replay');
  }

  get isUdp(): boolean {
    return this.place.protocol === 'udp';
  }

  /** Whether it may begin one more request. */
  get mayBegin(): boolean {
    return !this.hasExited && (this.config.requests === 0 || this.issued < this.config.requests);
  }

  /** Whether all its requests have ended. */
  get isDone(): boolean {
    return this.config.requests !== 0 && this.ended === this.config.requests;
  }

  /**
   * From where the worker connects next: its addresses take turns, but a worker that keeps its connection is a
   * process on one host, and connects anew from there. Null when there is no backend to connect to.
   */
  nextConnect(worker: number): Origin | null {
    const { socketLb, connects } = this.place;
    if (socketLb !== null) return socketLb.pick();
    if (connects.length === 1) return connects[0]!;
    const { load } = this.config;
    if (load.kind === 'replay' && load.hasAddresses) return connects[this.replayed!.rows.address[worker]!]!;
    if (!this.config.keepAlive || load.kind !== 'closed') return connects[this.#turn()]!;
    while (this.#homes.length <= worker) this.#homes.push(this.#turn());
    return connects[this.#homes[worker]!]!;
  }

  #turn(): number {
    const turn = this.#nextConnect;
    this.#nextConnect = turn + 1 === this.place.connects.length ? 0 : turn + 1;
    return turn;
  }
}

function sockOptions(
  { synRetries, tcpRetries2, userTimeout_ns, tcpKeepalive }: ClientConfig,
  { timestamps, uptime_ms }: ClientPlace,
): SockOptions {
  return {
    synRetries,
    timestamps,
    uptime_ms,
    retries2: tcpRetries2 ?? DEFAULT_OPTIONS.retries2,
    userTimeout_ms: Math.ceil((userTimeout_ns ?? 0) / 1e6),
    keepalive:
      tcpKeepalive === undefined
        ? null
        : {
            time_s: tcpKeepalive.time_ns / 1e9,
            interval_s: tcpKeepalive.interval_ns / 1e9,
            probes: tcpKeepalive.probes,
          },
  };
}
