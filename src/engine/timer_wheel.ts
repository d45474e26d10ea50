/**
 * kernel/time/timer.c: mod_timer() and del_timer() for timers numbered 0, 1, 2, ...
 *
 * Nine levels of 64 buckets, each level eight times coarser than the one below. From v4.8 on a timer
 * stays in the bucket it was put into, whose time is its expiry rounded *up* to the level's granularity
 * (calc_index, v5.4): a 120 s timer is up to 2.05 s late at HZ=250. Before v4.8 buckets cascade down and
 * a timer fires on its jiffy (internal_add_timer and cascade, v3.10); here the same buckets are then used
 * rounded *down*, and reaching one puts its timers a level lower.
 *
 * Jiffies start at -300*HZ (INITIAL_JIFFIES), as the kernel's do modulo 2^32, so that bucket edges fall
 * where they fall on a real host.
 */
import { Alarm } from './alarm.ts';
import { type Nanoseconds, NEVER_NS, SECOND_NS } from './clock.ts';
import { resize } from './columns.ts';
import { Priority } from './event_queue.ts';
import type { Simulation } from './simulation.ts';

const LVL_DEPTH = 9;
const LVL_SIZE = 64;
const LVL_MASK = LVL_SIZE - 1;
const LVL_CLK_SHIFT = 3;
const NOT_PENDING = -1;

export interface TimerWheelConfig {
  /** Ticks per second: 100, 250 or 1000 (a tick must be a whole number of nanoseconds). */
  readonly hz: number;
  /** True for kernels before v4.8: timers fire on their jiffy. */
  readonly onTheJiffy: boolean;
}

export class TimerWheel {
  readonly hz: number;
  readonly #tick_ns: Nanoseconds;
  readonly #initialJiffies: number;
  readonly #onTheJiffy: boolean;
  readonly #simulation: Simulation;
  readonly #expire: (timer: number) => void;
  readonly #alarm: Alarm;

  readonly #bucketHead = new Int32Array(LVL_DEPTH * LVL_SIZE).fill(-1);
  /** One bit per non-empty bucket, two words per level. */
  readonly #occupied = new Uint32Array(LVL_DEPTH * 2);
  #next: Int32Array;
  #previous: Int32Array;
  #bucket: Int16Array;
  #expires: Int32Array;
  /** The first jiffy whose buckets have not been run. */
  #clk: number;
  #pending = 0;

  constructor(
    simulation: Simulation,
    config: TimerWheelConfig,
    expire: (timer: number) => void,
    capacity = 64,
  ) {
    this.hz = config.hz;
    this.#tick_ns = SECOND_NS / config.hz;
    this.#initialJiffies = -300 * config.hz;
    this.#onTheJiffy = config.onTheJiffy;
    this.#clk = this.#initialJiffies + 1;
    this.#simulation = simulation;
    this.#expire = expire;
    this.#alarm = new Alarm(simulation, Priority.timer, () => this.#run());
    this.#next = new Int32Array(capacity);
    this.#previous = new Int32Array(capacity);
    this.#bucket = new Int16Array(capacity).fill(NOT_PENDING);
    this.#expires = new Int32Array(capacity);
  }

  /** Makes room for timers below `capacity`. */
  grow(capacity: number): void {
    this.#next = resize(this.#next, capacity);
    this.#previous = resize(this.#previous, capacity);
    this.#bucket = resize(this.#bucket, capacity, NOT_PENDING);
    this.#expires = resize(this.#expires, capacity);
  }

  get pendingCount(): number {
    return this.#pending;
  }

  /** The host's tick counter, signed: -300*HZ at boot. */
  get jiffies(): number {
    return this.#initialJiffies + Math.floor(this.#simulation.now_ns / this.#tick_ns);
  }

  isPending(timer: number): boolean {
    return this.#bucket[timer] !== NOT_PENDING;
  }

  /** The jiffy the timer was set for, before rounding. */
  expires(timer: number): number {
    return this.#expires[timer]!;
  }

  /** Whole jiffies until the timer is due by its own account; negative when it is overdue in a late bucket. */
  remaining(timer: number): number {
    return this.#expires[timer]! - this.jiffies;
  }

  /** mod_timer(): (re)arms the timer for the jiffy `expires`. */
  mod(timer: number, expires: number): void {
    const now = this.jiffies;
    const bucket = this.#bucketFor(expires, now);
    this.#expires[timer] = expires;
    const old = this.#bucket[timer]!;
    if (old === bucket) return;
    if (old === NOT_PENDING) this.#pending++;
    else this.#unlink(timer, old);
    this.#link(timer, bucket);
    const at_ns = this.#jiffyStart_ns(this.#bucketTime(bucket, now + 1));
    if (at_ns < this.#alarm.at_ns) this.#alarm.setNoLaterThan(at_ns);
  }

  /** del_timer(): returns whether the timer was pending. */
  del(timer: number): boolean {
    const old = this.#bucket[timer]!;
    if (old === NOT_PENDING) return false;
    this.#unlink(timer, old);
    this.#bucket[timer] = NOT_PENDING;
    this.#pending--;
    return true;
  }

  /** When a timer armed now for the jiffy `expires` fires: for FIFOs of equal timeouts that need no wheel. */
  firingTime_ns(expires: number): Nanoseconds {
    const now = this.jiffies;
    if (this.#onTheJiffy) return this.#jiffyStart_ns(Math.max(expires, now + 1));
    return this.#jiffyStart_ns(this.#bucketTime(this.#bucketFor(expires, now), now + 1));
  }

  #jiffyStart_ns(jiffy: number): Nanoseconds {
    return (jiffy - this.#initialJiffies) * this.#tick_ns;
  }

  /** calc_wheel_index(): the bucket for a timer due at `expires`, seen at jiffy `now`. */
  #bucketFor(expires: number, now: number): number {
    const delta = expires - now;
    if (delta < LVL_MASK) {
      // A timer for this very jiffy, or an earlier one, fires on the next.
      const due = this.#onTheJiffy ? (delta < 1 ? now + 1 : expires) : delta < 0 ? now + 1 : expires + 1;
      return due & LVL_MASK;
    }
    let level = 1;
    let limit = LVL_MASK << LVL_CLK_SHIFT;
    while (delta >= limit && level < LVL_DEPTH - 1) {
      level++;
      limit = LVL_MASK * 2 ** (LVL_CLK_SHIFT * level);
    }
    const shift = level * LVL_CLK_SHIFT;
    const index = (expires >> shift) + (this.#onTheJiffy ? 0 : 1);
    return level * LVL_SIZE + (index & LVL_MASK);
  }

  /** The first jiffy at or after `from` at which the bucket is run. */
  #bucketTime(bucket: number, from: number): number {
    const shift = (bucket >> 6) * LVL_CLK_SHIFT;
    const start = (from + (1 << shift) - 1) >> shift;
    return (start + ((bucket - start) & LVL_MASK)) << shift;
  }

  #link(timer: number, bucket: number): void {
    const head = this.#bucketHead[bucket]!;
    this.#next[timer] = head;
    this.#previous[timer] = -1;
    if (head !== -1) this.#previous[head] = timer;
    else this.#occupied[bucket >> 5]! |= 1 << (bucket & 31);
    this.#bucketHead[bucket] = timer;
    this.#bucket[timer] = bucket;
  }

  #unlink(timer: number, bucket: number): void {
    const next = this.#next[timer]!;
    const previous = this.#previous[timer]!;
    if (next !== -1) this.#previous[next] = previous;
    if (previous !== -1) {
      this.#next[previous] = next;
    } else {
      this.#bucketHead[bucket] = next;
      if (next === -1) this.#occupied[bucket >> 5]! &= ~(1 << (bucket & 31));
    }
  }

  /** __run_timers(): empties every bucket due at this jiffy, the coarsest level first. */
  #run(): void {
    const jiffy = this.jiffies;
    for (let level = LVL_DEPTH - 1; level >= 0; level--) {
      const shift = level * LVL_CLK_SHIFT;
      if ((jiffy & ((1 << shift) - 1)) !== 0) continue;
      this.#runBucket(level * LVL_SIZE + ((jiffy >> shift) & LVL_MASK), jiffy);
    }
    this.#clk = jiffy + 1;
    const next = this.#nextBucketTime();
    if (next !== NEVER_NS) this.#alarm.setNoLaterThan(this.#jiffyStart_ns(next));
  }

  #runBucket(bucket: number, jiffy: number): void {
    // Expiry functions may arm, move and delete timers, so the list is taken from its head each time.
    // Nothing they arm can enter this bucket for this jiffy: the earliest bucket is the next jiffy's.
    for (;;) {
      const timer = this.#bucketHead[bucket]!;
      if (timer === -1) return;
      this.#unlink(timer, bucket);
      this.#bucket[timer] = NOT_PENDING;
      if (this.#onTheJiffy && this.#expires[timer]! > jiffy) {
        // cascade() (v3.10): not due yet, so a finer level, counted from this jiffy.
        this.#link(timer, this.#bucketFor(this.#expires[timer]!, jiffy));
      } else {
        this.#pending--;
        this.#expire(timer);
      }
    }
  }

  /** The earliest jiffy from #clk on with an occupied bucket (__next_timer_interrupt), or NEVER_NS. */
  #nextBucketTime(): number {
    let earliest = NEVER_NS;
    for (let level = 0; level < LVL_DEPTH; level++) {
      const low = this.#occupied[level * 2]!;
      const high = this.#occupied[level * 2 + 1]!;
      if (low === 0 && high === 0) continue;
      const shift = level * LVL_CLK_SHIFT;
      const start = (this.#clk + (1 << shift) - 1) >> shift;
      const time = (start + firstSetFrom(low, high, start & LVL_MASK)) << shift;
      if (time < earliest) earliest = time;
    }
    return earliest;
  }
}

/** Distance from bit `from` of a 64-bit word (low, high) to the next set bit, wrapping around. */
function firstSetFrom(low: number, high: number, from: number): number {
  for (let distance = 0; distance < 64; ) {
    const bit = (from + distance) & 63;
    const word = (bit < 32 ? low : high) >>> (bit & 31);
    if (word !== 0) return distance + 31 - Math.clz32(word & -word);
    distance += 32 - (bit & 31);
  }
  return 64;
}
