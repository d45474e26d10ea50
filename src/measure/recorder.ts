/**
 * The recorder: hears of every request, closes a row of the series at the end of each interval, and says at
 * the end what a run came to.
 */
import type { Nanoseconds } from '../engine/clock.ts';
import { EventSource, Priority } from '../engine/event_queue.ts';
import { DROP_REASONS } from '../kernel/drop_reason.ts';
import { ERRNO_NAMES } from '../kernel/ipv4/tcp_states.ts';
import type { Network } from '../network/network.ts';
import { activeConn, inactConn } from '../network/nodes/listing.ts';
import type { RequestObserver } from '../network/request_observer.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { CliffDetector, type Stretch } from './cliff.ts';
import { type Counters, packetsDropped, readCounters, zeroCounters } from './counters.ts';
import { cpuResult } from './cpu_totals.ts';
import { LatencyHistogram, LONGEST_US } from './latency.ts';
import { MillisecondCounts } from './millisecond_counts.ts';
import { NodeColumns } from './node_columns.ts';
import { nodesResult } from './node_totals.ts';
import type { RealServerTotals, Result, Totals } from './result.ts';
import { Columns, makeRow, type Row, rate } from './series.ts';
import { ServerColumns } from './server_columns.ts';
import { timesOf } from './times.ts';

const OLD_CONNTRACK = DROP_REASONS.indexOf('old_conntrack');

/** The part of a result that is measured. */
export type Measured = Omit<Result, 'schema' | 'ipvsim' | 'scenarioHash' | 'interrupted' | 'scenario'>;

export class Recorder implements RequestObserver {
  readonly #source = new EventSource(Priority.observation, () => this.fire());
  readonly #network: Network;
  readonly #scenario: Scenario;
  readonly #isUdp: boolean[];
  readonly #start_ns: Nanoseconds;
  readonly #cliff = new CliffDetector();
  // The interval that is open.
  #intervals = 0;
  #intervalStart_ns: Nanoseconds = 0;
  readonly #connect = new LatencyHistogram();
  readonly #total = new LatencyHistogram();
  #atStart: Counters = zeroCounters();
  readonly #columns = new Columns();
  readonly #servers: ServerColumns;
  readonly #nodes: NodeColumns | null;
  // The whole run, up to the open interval.
  readonly #connectBefore = new LatencyHistogram();
  readonly #totalBefore = new LatencyHistogram();
  // The whole run.
  /** When the last request of the last client ended; null while any may still come. */
  #loadEnd_ns: Nanoseconds | null = null;
  #completed = 0;
  #failed = 0;
  #longestFailure_ns = 0;
  readonly #errors = new Float64Array(ERRNO_NAMES.length);
  readonly #processing = new LatencyHistogram();
  readonly #waiting = new LatencyHistogram();
  readonly #requestConnect = new LatencyHistogram();
  readonly #connectMs = new MillisecondCounts();
  readonly #requestConnectMs = new MillisecondCounts();
  readonly #totalMs = new MillisecondCounts();

  constructor(network: Network, scenario: Scenario) {
    this.#network = network;
    this.#servers = new ServerColumns(network);
    this.#nodes = scenario.nodes === undefined ? null : new NodeColumns(network, scenario.nodes);
    this.#scenario = scenario;
    this.#isUdp = network.clients.clients.map(({ isUdp }) => isUdp);
    this.#start_ns = Math.min(...scenario.clients.map(({ start_ns }) => start_ns));
    this.#source.at_ns = scenario.interval_ns;
    const { simulation } = network.topology;
    this.#source.sequence = simulation.nextSequence();
    simulation.schedule(this.#source);
    network.clients.observer = this;
    network.topology.onFirstOldConntrack = () => this.#fall();
  }

  connected(sock: number): void {
    const { start_ns, connected_ns } = this.#network.clients.columns;
    const connect_us = microseconds(connected_ns[sock]! - start_ns[sock]!);
    this.#connect.record(connect_us);
    this.#connectMs.record(connect_us);
  }

  completed(sock: number): void {
    const { columns } = this.#network.clients;
    const { now_ns } = this.#network.topology.simulation;
    const start_ns = columns.start_ns[sock]!;
    const connected_ns = columns.connected_ns[sock]!;
    const total_us = microseconds(now_ns - start_ns);
    this.#completed++;
    this.#total.record(total_us);
    this.#totalMs.record(total_us);
    this.#processing.record(microseconds(now_ns - connected_ns));
    this.#waiting.record(microseconds(columns.firstByte_ns[sock]! - connected_ns));
    if (this.#isUdp[this.#network.topology.clientStack.socks.owner[sock]!]) return;
    const connect_us = microseconds(connected_ns - start_ns);
    this.#requestConnect.record(connect_us);
    this.#requestConnectMs.record(connect_us);
  }

  failed(_client: number, errno: number, sock: number): void {
    this.#failed++;
    this.#errors[errno]!++;
    if (sock < 0) return;
    const took_ns = this.#network.topology.simulation.now_ns - this.#network.clients.columns.start_ns[sock]!;
    if (took_ns > this.#longestFailure_ns) this.#longestFailure_ns = took_ns;
  }

  finished(): void {
    const { simulation } = this.#network.topology;
    this.#loadEnd_ns = simulation.now_ns;
    this.#cliff.loadEnded(this.#sofar());
    if (this.#scenario.until === 'idle') simulation.stop();
  }

  /** The end of an interval: what happened at this very instant is in it. */
  fire(): void {
    const { simulation } = this.#network.topology;
    const { now_ns } = simulation;
    const counters = this.#read();
    const { head, tail } = this.#row(now_ns, counters);
    this.#columns.append(head);
    this.#servers.append(this.#columns, this.#atStart, counters);
    this.#nodes?.append(this.#columns);
    this.#columns.append(tail);
    this.#columns.end();
    if (this.#loadEnd_ns === null) this.#tellCliff(now_ns, counters);
    this.#connectBefore.add(this.#connect);
    this.#totalBefore.add(this.#total);
    this.#connect.clear();
    this.#total.clear();
    this.#atStart = counters;
    this.#intervalStart_ns = now_ns;
    this.#intervals++;
    this.#source.at_ns = (this.#intervals + 1) * this.#scenario.interval_ns;
    this.#source.sequence = simulation.nextSequence();
  }

  /** What has been measured up to now. The run may go on afterwards. */
  measured(): Measured {
    const { topology } = this.#network;
    const { now_ns } = topology.simulation;
    const counters = this.#read();
    const last = now_ns > this.#intervalStart_ns ? this.#row(now_ns, counters) : null;
    const connect = this.#connectBefore.clone();
    connect.add(this.#connect);
    const total = this.#totalBefore.clone();
    total.add(this.#total);
    const cpu = cpuResult(this.#network);
    return {
      end_s: now_ns / 1e9,
      totals: this.#totals(counters),
      connect_ms_histogram: this.#connectMs.toRecord(),
      request_connect_ms_histogram: this.#requestConnectMs.toRecord(),
      total_ms_histogram: this.#totalMs.toRecord(),
      times_ms: {
        connect: timesOf(connect),
        request_connect: timesOf(this.#requestConnect),
        processing: timesOf(this.#processing),
        waiting: timesOf(this.#waiting),
        total: timesOf(total),
      },
      series: this.#columns.toRecord(
        last &&
          new Map([
            ...last.head,
            ...this.#servers.row(this.#atStart, counters),
            ...(this.#nodes?.row() ?? []),
            ...last.tail,
          ]),
      ),
      drops: named(DROP_REASONS, counters.drops),
      errors: named(ERRNO_NAMES, counters.errors),
      realServers: this.#realServers(),
      ...nodesResult(this.#network, this.#scenario),
      cliff: this.#cliff.result(),
      ...(cpu === null ? {} : { cpu }),
      expectations: [],
    };
  }

  #read(): Counters {
    return readCounters(this.#network, this.#completed, this.#failed, this.#errors);
  }

  #row(end_ns: Nanoseconds, counters: Counters): Row {
    const length_ns = end_ns - this.#intervalStart_ns;
    const interval = { end_ns, length_ns, isWhole: length_ns === this.#scenario.interval_ns };
    return makeRow(this.#network, interval, this.#atStart, counters, {
      connect: this.#connect,
      total: this.#total,
    });
  }

  #tellCliff(end_ns: Nanoseconds, { connects, drops }: Counters): void {
    this.#cliff.interval({
      ...this.#sofar(),
      end_ns,
      connects: connects - this.#atStart.connects,
      dropped: drops[OLD_CONNTRACK]! - this.#atStart.drops[OLD_CONNTRACK]!,
    });
  }

  /** The open interval up to now. */
  #sofar(): Stretch {
    return {
      length_ns: this.#network.topology.simulation.now_ns - this.#intervalStart_ns,
      completed: this.#completed - this.#atStart.completed,
      connect: this.#connect,
    };
  }

  #fall(): void {
    const { simulation, directors } = this.#network.topology;
    const opened = this.#sofar();
    const connect = this.#connectBefore.clone();
    connect.add(this.#connect);
    this.#cliff.fall({
      at_ns: simulation.now_ns,
      before: { length_ns: simulation.now_ns - this.#start_ns, completed: this.#completed, connect },
      opened: { ...opened, connect: opened.connect.clone() },
      connections: directors.sum(({ scheduled }) => scheduled),
      entries: directors.sum(({ connectionCount }) => connectionCount),
    });
  }

  #totals(counters: Counters): Totals {
    const { topology, clients } = this.#network;
    const end_ns = this.#loadEnd_ns ?? topology.simulation.now_ns;
    const span_ns = Math.max(0, end_ns - this.#start_ns);
    return {
      complete: counters.completed,
      failed: counters.failed,
      seconds: span_ns / 1e9,
      rps: rate(counters.completed, span_ns),
      syn_dropped: counters.synDropped,
      syn_retransmitted: counters.synRetransmitted,
      port_reuses: topology.directors.sum(({ portReuses }) => portReuses),
      packets: counters.packets,
      packets_dropped: packetsDropped(counters.drops),
      connects: clients.connects,
      connects_failed: clients.connectsFailed,
      connections: clients.connections,
      response_bytes: topology.clientStack.counters.payloadBytes,
      ...nonZero('paws_rejected', topology.serverStack.counters.pawsRejected),
      ...nonZero('timewait_overflows', topology.serverStack.counters.timewaitOverflows),
      ...(counters.failed === 0 ? {} : { longest_failure_s: this.#longestFailure_ns / 1e9 }),
    };
  }

  #realServers(): RealServerTotals[] {
    return this.#network.backends.map(({ service, address, listings, weight, tally }) => ({
      service: service.name,
      address,
      weight,
      active_conn: activeConn(listings),
      inact_conn: inactConn(listings),
      ...tally,
    }));
  }
}

function microseconds(ns: number): number {
  return Math.min(LONGEST_US, ns / 1000) | 0;
}

/** A count of what seldom happens, left out where it has not. */
function nonZero<Name extends string>(name: Name, count: number): Partial<Record<Name, number>> {
  return count === 0 ? {} : ({ [name]: count } as Record<Name, number>);
}

/** The counts that are not zero, by name. */
function named(names: readonly string[], counts: Float64Array): Record<string, number> {
  const record: Record<string, number> = {};
  names.forEach((name, index) => {
    if (counts[index]! > 0) record[name] = counts[index]!;
  });
  return record;
}
