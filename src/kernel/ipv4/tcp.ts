/**
 * What the TCP of a set of hosts knows: struct tcp_prot and its tables. There are two such stacks, one of all
 * clients and one of all real servers; tcp_ipv4.ts takes packets in, tcp_output.ts sends them, tcp_timer.ts
 * repeats them.
 *
 * Deviation: there is no congestion control, no window, no delayed and no selective acknowledgement. A message
 * is sent in one burst, every segment of it is acknowledged at once, one that is out of order is not kept,
 * and a timeout sends again all that is not acknowledged.
 */
import type { Simulation } from '../../engine/simulation.ts';
import { TimerWheel } from '../../engine/timer_wheel.ts';
import type { SctpAssociations } from '../sctp/association.ts';
import type { SkBuffs } from '../sk_buff.ts';
import type { Tap, TapPoint } from '../tap.ts';
import type { InetEndpoints } from './inet_endpoints.ts';
import type { InetSocks } from './inet_sock.ts';
import { TimeWaits } from './inet_timewait_sock.ts';
import type { TcpFeatures } from './tcp_features.ts';
import { TimestampMode } from './tcp_timestamps.ts';
import type { UdpApp } from './udp.ts';

/** The way packets take towards a service's end of a connection, or from there to a client. */
export interface Route {
  send(skb: number): void;
}

/** struct net of hosts that keep time alike. */
export interface TcpHost {
  readonly timers: TimerWheel;
  readonly timewaits: TimeWaits;
  readonly features: TcpFeatures;
}

/** How patient a socket is: sysctls of its host, or what setsockopt() has made of them. */
export interface SockOptions {
  /** net.ipv4.tcp_timestamps of a client: a TimestampMode. */
  readonly timestamps: number;
  /** What the clock of its host showed when the run began: hosts were not all booted at once. */
  readonly uptime_ms: number;
  /** net.ipv4.tcp_syn_retries. */
  readonly synRetries: number;
  /** net.ipv4.tcp_retries2. */
  readonly retries2: number;
  /** TCP_USER_TIMEOUT, 0 for none. */
  readonly userTimeout_ms: number;
  /** tcp_keepalive_time, _intvl and _probes; null without SO_KEEPALIVE. */
  readonly keepalive: {
    readonly time_s: number;
    readonly interval_s: number;
    readonly probes: number;
  } | null;
}

export const DEFAULT_OPTIONS: SockOptions = {
  synRetries: 6,
  retries2: 15,
  userTimeout_ms: 0,
  keepalive: null,
  timestamps: TimestampMode.off,
  uptime_ms: 0,
};

/** The application above the sockets. A socket that it is told of as dead is not to be touched again. */
export interface TcpApp {
  /** The handshake is over: connect() has returned, or accept() may. */
  established(sock: number): void;
  /** A segment of the peer's message has come, in order; `last` with its last one. */
  received(sock: number, message: number, last: boolean): void;
  /** The peer has sent its FIN: read() returns 0. */
  eof(sock: number): void;
  /** The connection is gone before its time; `errno` indexes ERRNO_NAMES. */
  aborted(sock: number, errno: number): void;
  /** The socket has left the table; in `timewait` its connection still holds its port. */
  unhashed(sock: number, timewait: boolean): void;
  /** Whether there is a listening socket at the service's end. */
  listens(service: number): boolean;
  /** sk_acceptq_is_full(). */
  acceptQueueFull(service: number): boolean;
  options(sock: number): SockOptions;
  /** Whether the service's host has net.ipv4.tcp_max_tw_buckets connections in TIME_WAIT already. */
  timewaitsFull(service: number): boolean;
}

export interface TcpCounters {
  /** Packets sent. */
  packets: number;
  /** Bytes of messages received. */
  payloadBytes: number;
  /** SYNs sent again by clients. */
  synRetransmits: number;
  /** SYNs and last ACKs of handshakes refused for a full accept queue. */
  backlogDrops: number;
  /** How many of them were SYNs. */
  backlogSyns: number;
  /** Packets for which there was no socket and no answer. */
  silent: number;
  /** Segments that met a TIME_WAIT with a later time stamp (LINUX_MIB_PAWSESTABREJECTED). */
  pawsRejected: number;
  /** TIME_WAITs that were left out because there were too many (LINUX_MIB_TCPTIMEWAITOVERFLOW). */
  timewaitOverflows: number;
}

export interface TcpStack {
  readonly simulation: Simulation;
  readonly skbs: SkBuffs;
  readonly socks: InetSocks;
  /** True for clients, whose own end of a connection is the client's. */
  readonly isClient: boolean;
  /** By socket, a number that its packets carry beside their message (a replay's row); null where there are none. */
  notes: { readonly note: Int32Array } | null;
  /** Where the tap sees this stack's packets. */
  readonly point: TapPoint;
  readonly hosts: TcpHost[];
  /** The service ends of connections. */
  readonly services: InetEndpoints;
  /** By service. */
  readonly routes: Route[];
  readonly isnSecret: number;
  readonly counters: TcpCounters;
  readonly tap: Tap | null;
  /** Set by a route that dropped a packet at LOCAL_OUT: its sender is told so (EPERM), if it asks. */
  hasRefused: boolean;
  /** Null without services over SCTP. */
  sctp: SctpAssociations | null;
  app: TcpApp;
  udp: UdpApp;
}

/** Every stack is made here, so that all have one shape and the functions below see one kind of object. */
export function newTcpStack(
  isClient: boolean,
  common: Pick<TcpStack, 'simulation' | 'skbs' | 'socks' | 'services' | 'isnSecret' | 'tap'>,
): TcpStack {
  return {
    simulation: common.simulation,
    skbs: common.skbs,
    socks: common.socks,
    isClient,
    notes: null,
    point: isClient ? 'client' : 'real-server',
    hosts: [],
    services: common.services,
    routes: [],
    isnSecret: common.isnSecret,
    counters: {
      packets: 0,
      payloadBytes: 0,
      synRetransmits: 0,
      backlogDrops: 0,
      backlogSyns: 0,
      silent: 0,
      pawsRejected: 0,
      timewaitOverflows: 0,
    },
    tap: common.tap,
    hasRefused: false,
    sctp: null,
    app: NOBODY,
    udp: NOBODY_UDP,
  };
}

/** Adds hosts of one kind to a stack; returns their number. `onTimewaitEnd` hears of ports that become free. */
export function addHost(
  stack: TcpStack,
  hz: number,
  features: TcpFeatures,
  onTimer: (sock: number) => void,
  onTimewaitEnd: (caddr: number, cport: number, service: number) => void = () => {},
): number {
  const { simulation } = stack;
  const timers = new TimerWheel(simulation, { hz, onTheJiffy: features.timersOnTheJiffy }, onTimer);
  const host: TcpHost = {
    timers,
    timewaits: new TimeWaits(simulation, timers, onTimewaitEnd),
    features,
  };
  return stack.hosts.push(host) - 1;
}

const nothing = (): void => {};
const NOBODY: TcpApp = {
  established: nothing,
  received: nothing,
  eof: nothing,
  aborted: nothing,
  unhashed: nothing,
  listens: () => false,
  acceptQueueFull: () => true,
  options: () => DEFAULT_OPTIONS,
  timewaitsFull: () => false,
};

const NOBODY_UDP: UdpApp = { datagram: nothing, arrived: nothing, udpFailed: nothing };
