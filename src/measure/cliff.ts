/**
 * The fall from fast to slow: begins with the first SYN that is dropped for its old entry's sake, and is over
 * with the first interval that is fast again.
 */
import type { LatencyHistogram } from './latency.ts';
import type { Cliff } from './result.ts';
import { rate } from './series.ts';
import { ms } from './times.ts';

/** Half of what a lost SYN costs: an interval with a median connect below it is a fast one. */
const FAST_US = 500_000;

/** What had happened up to an instant. */
export interface Progress {
  readonly at_ns: number;
  readonly completed: number;
  /** Connect times of all connections so far. */
  readonly connect: LatencyHistogram;
}

export class CliffDetector {
  /** Start of the first client. */
  readonly #start_ns: number;
  #fall: (Progress & { readonly connections: number; readonly entries: number }) | null = null;
  /** The ends of the last two intervals of the slow phase. */
  #slowUntil: Progress | null = null;
  #slowBefore: Progress | null = null;
  #recovery_ns: number | null = null;

  constructor(start_ns: number) {
    this.#start_ns = start_ns;
  }

  get isOpen(): boolean {
    return this.#fall !== null && this.#recovery_ns === null;
  }

  /** The first drop; `connections` had been scheduled by the director, `entries` are in its table. */
  fall(progress: Progress, connections: number, entries: number): void {
    this.#fall = { ...progress, connections, entries };
  }

  /** An interval is over. `progress` includes it; `median_us` is its own, null when nobody connected. */
  interval(start_ns: number, completed: number, median_us: number | null, progress: Progress): void {
    const fall = this.#fall;
    if (fall === null || this.#recovery_ns !== null) return;
    const isWhole = start_ns >= fall.at_ns;
    const isFast = median_us !== null && median_us < FAST_US;
    if (isWhole && isFast && rate(completed, progress.at_ns - start_ns) >= this.#before(fall) / 2) {
      this.#recovery_ns = start_ns;
      // The interval before may have been fast in its last part.
      this.#slowUntil = this.#slowBefore ?? this.#slowUntil;
    } else {
      this.#slowBefore = this.#slowUntil;
      this.#slowUntil = progress;
    }
  }

  /** The last request has ended, in the middle of an interval: the slow phase lasted until now. */
  end(progress: Progress): void {
    this.#slowUntil = progress;
  }

  result(): Cliff | null {
    const fall = this.#fall;
    if (fall === null) return null;
    const until = this.#slowUntil;
    const slow = until?.connect.minus(fall.connect) ?? null;
    return {
      first_drop_s: fall.at_ns / 1e9,
      connections_before: fall.connections,
      rps_before: this.#before(fall),
      rps_after: until === null ? 0 : rate(until.completed - fall.completed, until.at_ns - fall.at_ns),
      connect_p50_before_ms: median_ms(fall.connect),
      connect_p50_after_ms: slow === null ? 0 : median_ms(slow),
      entries: fall.entries,
      recovery_s: this.#recovery_ns === null ? null : this.#recovery_ns / 1e9,
      reason: 'old_conntrack',
      kernelFunction: 'ip_vs_in',
    };
  }

  #before(fall: Progress): number {
    return rate(fall.completed, fall.at_ns - this.#start_ns);
  }
}

function median_ms(histogram: LatencyHistogram): number {
  return histogram.count === 0 ? 0 : ms(histogram.percentiles_us([0.5])[0]!);
}
