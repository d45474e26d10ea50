/**
 * The fall from fast to slow. It begins with the first SYN that is dropped for its old entry's sake, and may end and come
 * back: its first phase lasts from there, every other from the first slow interval on, each to the next fast spell.
 *
 * An interval is slow where a SYN was dropped so for every fifth connect or more, or where half of the connects took half
 * a second. It is fast where neither is so and at least half as much gets done as before the fall. The others say too
 * little: nobody connected, or little gets done because many still wait. A phase is over where a fast interval is followed
 * by no slow one for LASTING_NS; where fast ones are missing because the load has become less, where nothing is slow and
 * nothing dropped for LESS_LOAD_NS.
 *
 * Its rate is that of all its intervals but the fast ones, its connect times are those of the slow ones.
 */
import { LatencyHistogram } from './latency.ts';
import type { Cliff } from './result.ts';
import { rate } from './series.ts';
import { ms } from './times.ts';

/** Half of what a lost SYN costs. */
const SLOW_US = 500_000;
const CONNECTS_PER_DROP = 5;
/** At least two intervals, too: a single one between slow ones is no recovery. */
const LASTING_NS = 2e9;
/** Longer than a connect takes whose first two SYNs (1 s + 2 s) or INITs (3 s + 6 s) were lost. */
const LESS_LOAD_NS = 10e9;

/** What happened in a stretch of time. */
export interface Stretch {
  readonly length_ns: number;
  readonly completed: number;
  /** Connect times of the connections that were made. */
  readonly connect: LatencyHistogram;
}

/** An interval of the series. */
export interface CliffInterval extends Stretch {
  readonly end_ns: number;
  /** Calls of connect(). */
  readonly connects: number;
  /** SYNs that were dropped for their old entry's sake. */
  readonly dropped: number;
}

/** The instant of the first drop. */
export interface Fall {
  readonly at_ns: number;
  /** From the start of the load on. */
  readonly before: Stretch;
  /** Of the interval in which it lies. */
  readonly opened: Stretch;
  /** Connections that the director had scheduled, and entries of its table. */
  readonly connections: number;
  readonly entries: number;
}

interface Sum extends Stretch {
  length_ns: number;
  completed: number;
}

interface Phase {
  /** Whether its last slow stretch is also its first. */
  isYoung: boolean;
  /** That stretch, while it is not known whether it counts. */
  last: Stretch | null;
  /** Begin of the fast spell at its end, and how many intervals it has. */
  fastFrom_ns: number | null;
  fastIntervals: number;
  /** Since when nothing is slow and nothing dropped. */
  calmFrom_ns: number | null;
}

export class CliffDetector {
  #fall: Fall | null = null;
  /** Whether the interval of the first drop is over. */
  #isAfterFall = false;
  #phase: Phase | null = null;
  #phases = 0;
  #recovery_ns: number | null = null;
  #over_ns: number | null = null;
  readonly #slow: Sum = { length_ns: 0, completed: 0, connect: new LatencyHistogram() };

  fall(fall: Fall): void {
    this.#fall = fall;
    this.#begin();
  }

  interval(interval: CliffInterval): void {
    const fall = this.#fall;
    if (fall === null) return;
    const isFirst = !this.#isAfterFall;
    this.#isAfterFall = true;
    const median_us = medianOf(interval);
    const isSlow = isFirst || slow(interval, median_us);
    if (this.#phase === null && isSlow && interval.dropped > 0) this.#begin();
    const phase = this.#phase;
    if (phase === null) return;
    const start_ns = interval.end_ns - interval.length_ns;
    if (isSlow) phase.fastFrom_ns = null;
    else if (median_us !== null && rateOf(interval) >= rateOf(fall.before) / 2)
      phase.fastFrom_ns ??= start_ns;
    if (isSlow || interval.dropped > 0) phase.calmFrom_ns = null;
    else if (median_us !== null) phase.calmFrom_ns ??= start_ns;

    if (phase.fastFrom_ns === null) {
      phase.fastIntervals = 0;
      const stretch = isFirst ? since(fall.opened, interval) : copy(interval);
      // Where few connects get on between those that wait, they are the most, and no measure of how slow it is.
      this.#add(phase, isSlow ? stretch : { ...stretch, connect: new LatencyHistogram() });
    } else phase.fastIntervals++;
    const { fastFrom_ns, fastIntervals, calmFrom_ns } = phase;
    if (fastFrom_ns !== null && fastIntervals > 1 && interval.end_ns - fastFrom_ns >= LASTING_NS)
      this.#end(phase, fastFrom_ns);
    else if (calmFrom_ns !== null && interval.end_ns - calmFrom_ns >= LESS_LOAD_NS)
      this.#end(phase, calmFrom_ns);
  }

  /** The last request has ended; what happened since the last interval's end. */
  loadEnded(rest: Stretch): void {
    const phase = this.#phase;
    if (phase === null || phase.fastFrom_ns !== null) return;
    this.#add(phase, this.#isAfterFall ? copy(rest) : since(this.#fall!.opened, rest));
  }

  result(): Cliff | null {
    const fall = this.#fall;
    if (fall === null) return null;
    const slow = copy(this.#slow);
    if (this.#phase?.last != null) join(slow, this.#phase.last);
    return {
      first_drop_s: fall.at_ns / 1e9,
      connections_before: fall.connections,
      rps_before: rateOf(fall.before),
      rps_after: rateOf(slow),
      connect_p50_before_ms: ms(medianOf(fall.before) ?? 0),
      connect_p50_after_ms: ms(medianOf(slow) ?? 0),
      slow_share: slow.connect.shareFrom(SLOW_US),
      entries: fall.entries,
      recovery_s: this.#recovery_ns === null ? null : this.#recovery_ns / 1e9,
      phases: this.#phases,
      over_s: this.#phase !== null || this.#over_ns === null ? null : this.#over_ns / 1e9,
      reason: 'old_conntrack',
      kernelFunction: 'ip_vs_in',
    };
  }

  #begin(): void {
    this.#phases++;
    this.#phase = { isYoung: true, last: null, fastFrom_ns: null, fastIntervals: 0, calmFrom_ns: null };
  }

  #add(phase: Phase, stretch: Stretch): void {
    if (phase.last !== null) {
      // In the first interval of a phase that came back requests were fast until some instant that nobody has noted.
      if (!phase.isYoung || this.#phases === 1) join(this.#slow, phase.last);
      phase.isYoung = false;
    }
    phase.last = stretch;
  }

  #end({ last, isYoung }: Phase, over_ns: number): void {
    this.#phase = null;
    this.#recovery_ns ??= over_ns;
    this.#over_ns = over_ns;
    // In its last interval requests were fast from some instant on: it counts where there is no other.
    if (last !== null && isYoung) join(this.#slow, last);
  }
}

/** The part of an interval that came after what there was of it already. */
function since(opened: Stretch, whole: Stretch): Stretch {
  return {
    length_ns: whole.length_ns - opened.length_ns,
    completed: whole.completed - opened.completed,
    connect: whole.connect.minus(opened.connect),
  };
}

/** To keep: the recorder goes on with its histogram. */
function copy({ length_ns, completed, connect }: Stretch): Sum {
  return { length_ns, completed, connect: connect.clone() };
}

function join(sum: Sum, one: Stretch): void {
  sum.length_ns += one.length_ns;
  sum.completed += one.completed;
  sum.connect.add(one.connect);
}

function slow({ connects, dropped }: CliffInterval, median_us: number | null): boolean {
  if (dropped > 0 && dropped * CONNECTS_PER_DROP >= connects) return true;
  return median_us !== null && median_us >= SLOW_US;
}

function rateOf({ completed, length_ns }: Stretch): number {
  return rate(completed, length_ns);
}

function medianOf({ connect }: Stretch): number | null {
  return connect.count === 0 ? null : connect.percentiles_us([0.5])[0]!;
}
