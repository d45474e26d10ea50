/** The series of a result: aligned columns with a row per interval. */
import { DROP_REASONS } from '../kernel/drop_reason.ts';
import { ERRNO_NAMES } from '../kernel/ipv4/tcp_states.ts';
import { ENTRY_KINDS } from '../kernel/ipvs/ip_vs_conn.ts';
import type { Network } from '../network/network.ts';
import { type Counters, packetsDropped } from './counters.ts';
import type { LatencyHistogram } from './latency.ts';
import { ms } from './times.ts';

/** Values by column, in the order of the columns. */
export type Values = Map<string, number | null>;

/** A row without its real servers, which stand between its two parts. */
export interface Row {
  readonly head: Values;
  readonly tail: Values;
}

export type Column = (number | null)[];

const SHARES = [0.5, 0.95, 0.99] as const;

/** An interval; the last one of a run may be shorter than the others. */
export interface Interval {
  readonly end_ns: number;
  readonly length_ns: number;
  readonly isWhole: boolean;
}

/**
 * The row of an interval; gauges are read now. One that is cut short has no rate: a single request in its last
 * millisecond would be a thousand per second.
 */
export function makeRow(
  network: Network,
  interval: Interval,
  before: Counters,
  after: Counters,
  latencies: { readonly connect: LatencyHistogram; readonly total: LatencyHistogram },
): Row {
  const { directors } = network.topology;
  const completed = after.completed - before.completed;
  const drops = after.drops.map((count, reason) => count - before.drops[reason]!);
  const [connectP50, connectP95, connectP99] = percentiles(latencies.connect);
  const [totalP50, totalP95, totalP99] = percentiles(latencies.total);
  const listings = network.used.places.flatMap((place) => network.backends[place]!.listings);
  const row: Values = new Map();
  row.set('time_s', interval.end_ns / 1e9);
  row.set('completed', completed);
  row.set('failed', after.failed - before.failed);
  row.set('qps', interval.isWhole ? rate(completed, interval.length_ns) : null);
  row.set('connect_p50_ms', connectP50!);
  row.set('connect_p95_ms', connectP95!);
  row.set('connect_p99_ms', connectP99!);
  row.set('connect_max_ms', latencies.connect.count === 0 ? null : ms(latencies.connect.max_us));
  row.set(
    'active_conn',
    sum(listings, ({ activeConn }) => activeConn),
  );
  row.set(
    'inact_conn',
    sum(listings, ({ inactConn }) => inactConn),
  );
  row.set('syn_dropped', after.synDropped - before.synDropped);
  row.set('syn_retransmitted', after.synRetransmitted - before.synRetransmitted);
  row.set(
    'conntrack_entries',
    directors.sum((each) => each.conntrackCount),
  );
  row.set('in_flight', network.clients.inFlight);
  row.set('total_p50_ms', totalP50!);
  row.set('total_p95_ms', totalP95!);
  row.set('total_p99_ms', totalP99!);
  row.set('total_max_ms', latencies.total.count === 0 ? null : ms(latencies.total.max_us));
  row.set('packets', after.packets - before.packets);
  row.set('packets_dropped', packetsDropped(drops));
  const { cpu } = network.servers;
  if (cpu !== null) {
    const allowed_ns = cpu.allowance * interval.length_ns;
    // A burst of work is counted when it ends: one that began before may count for more than the interval.
    row.set('cpu', Math.min(1, (after.cpuBusy_ns - before.cpuBusy_ns) / allowed_ns));
  }
  row.set(
    'entries',
    directors.sum((each) => each.connectionCount),
  );
  directors.entriesByKind.forEach((count, kind) => {
    if (count > 0) row.set(`entries[${ENTRY_KINDS[kind]!}]`, count);
  });
  const tail: Values = new Map();
  after.errors.forEach((count, errno) => {
    if (count > 0) tail.set(`errors[${ERRNO_NAMES[errno]!}]`, count - before.errors[errno]!);
  });
  after.drops.forEach((count, reason) => {
    if (count > 0) tail.set(`drops[${DROP_REASONS[reason]!}]`, drops[reason]!);
  });
  return { head: row, tail };
}

/** Columns that grow by a row at a time, in the order in which they first had a value. */
export class Columns {
  readonly #columns = new Map<string, Column>();
  /** Those that are told of changes only: their value goes on. In the others it is 0 where nothing is told. */
  readonly #held = new Set<Column>();
  #rows = 0;

  /** A part of the row in hand. */
  append(values: Values): void {
    for (const [name, value] of values) this.add(this.column(name), value);
  }

  /** The column of that name, new if there is none. */
  column(name: string): Column {
    let column = this.#columns.get(name);
    if (column === undefined) this.#columns.set(name, (column = []));
    return column;
  }

  add(column: Column, value: number | null): void {
    this.#fill(column);
    column.push(value);
  }

  /** The value of the row in hand and of all that follow, until there is another. */
  hold(column: Column, value: number): void {
    this.#held.add(column);
    this.add(column, value);
  }

  /** The row in hand has all its values. */
  end(): void {
    this.#rows++;
  }

  /** A copy, with one more row if there is one. */
  toRecord(last: Values | null): Record<string, Column> {
    const rows = this.#rows + (last === null ? 0 : 1);
    const names = new Set([...this.#columns.keys(), ...(last?.keys() ?? [])]);
    const record: Record<string, Column> = {};
    for (const name of names) {
      const known = this.#columns.get(name) ?? [];
      this.#fill(known);
      const column = [...known];
      if (last !== null) column.push(last.has(name) ? last.get(name)! : 0);
      record[name] = column.slice(0, rows);
    }
    return record;
  }

  /** Up to the row in hand. */
  #fill(column: Column): void {
    const value = this.#held.has(column) ? (column.at(-1) ?? 0) : 0;
    while (column.length < this.#rows) column.push(value);
  }
}

/** Per second. */
export function rate(count: number, span_ns: number): number {
  return span_ns <= 0 ? 0 : count / (span_ns / 1e9);
}

function percentiles(histogram: LatencyHistogram): (number | null)[] {
  if (histogram.count === 0) return SHARES.map(() => null);
  return histogram.percentiles_us(SHARES).map(ms);
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
