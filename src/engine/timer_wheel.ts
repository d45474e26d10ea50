/**
 * kernel/time/timer.c: mod_timer() and del_timer() for timers numbered 0, 1, 2, ...
 *
 * Nine levels of 64 buckets, each level eight times coarser than the one below. From v4.8 on a timer
 * stays in the bucket it was put into, whose time is its expiry rounded *up* to the level's granularity
 * (calc_index, v5.4): a 120 s timer is up to 2.05 s late at HZ=250. Before v4.8 buckets cascade down and
 * a timer fires on its jiffy, give or take its slack (internal_add_timer and cascade, v3.10): buckets are then
 * fewer and rounded *down*, and reaching one puts its timers a level lower.
 *
 * Jiffies start at -300*HZ (INITIAL_JIFFIES), as the kernel's do modulo 2^32, so that bucket edges fall
 * where they fall on a real host.
 */
import { Alarm } from './alarm.ts';
import { type Nanoseconds, NEVER_NS, SECOND_NS } from './clock.ts';
import { Priority } from './event_queue.ts';
import type { Simulation } from './simulation.ts';
import { NOT_PENDING, TimerColumns } from './timer_columns.ts';

/** How buckets are laid out in levels, each coarser than the one below. */
interface Geometry {
  /** log2 of a bucket's width in jiffies, by level. */
  readonly shift: readonly number[];
  /** Buckets of a level less one, by level. */
  readonly mask: readonly number[];
}

/** v4.8 and later: nine levels of 64 buckets. */
const LATE: Geometry = { shift: [0, 3, 6, 9, 12, 15, 18, 21, 24], mask: new Array(9).fill(63) };

/** Before v4.8: tv1 of 256 buckets, tv2 to tv5 of 64. */
const CASCADING: Geometry = { shift: [0, 8, 14, 20, 26], mask: [255, 63, 63, 63, 63] };

/**
 * WHEEL_TIMEOUT_MAX: what is further ahead waits in the last bucket but one. That is 12 days at 1000 Hz, longer
 * than any run, so nothing ever comes out of there too early.
 */
const LONGEST = 62 * 2 ** 24;

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
  readonly #simulation: Simulation;
  readonly #expire: (timer: number) => void;
  readonly #alarm: Alarm;

  readonly #geometry: Geometry;
  /** The first bucket of each level, and the level of each bucket. */
  readonly #firstBucket: readonly number[];
  readonly #levelOf: Uint8Array;
  readonly #bucketHead: Int32Array;
  /** One bit per non-empty bucket. */
  readonly #occupied: Uint32Array;
  readonly #columns = new TimerColumns(64);
  /** The first jiffy whose buckets have not been run. */
  #clk: number;
  #isRunning = false;
  #pending = 0;
  /** Jiffies at the instant #jiffiesAt_ns: many packets share one, and a division is slow. */
  #jiffies: number;
  #jiffiesAt_ns: Nanoseconds = 0;

  constructor(simulation: Simulation, config: TimerWheelConfig, expire: (timer: number) => void) {
    this.hz = config.hz;
    this.#tick_ns = SECOND_NS / config.hz;
    this.#initialJiffies = -300 * config.hz;
    this.#jiffies = this.#initialJiffies;
    this.#clk = this.#initialJiffies + 1;
    this.#simulation = simulation;
    this.#expire = expire;
    this.#alarm = new Alarm(simulation, Priority.timer, () => this.#run());
    this.#geometry = config.onTheJiffy ? CASCADING : LATE;
    const sizes = this.#geometry.mask.map((mask) => mask + 1);
    this.#firstBucket = sizes.map((_, level) => sizes.slice(0, level).reduce((sum, size) => sum + size, 0));
    this.#levelOf = Uint8Array.from(sizes.flatMap((size, level) => new Array<number>(size).fill(level)));
    this.#bucketHead = new Int32Array(this.#levelOf.length).fill(-1);
    this.#occupied = new Uint32Array(this.#levelOf.length / 32);
  }

  get pendingCount(): number {
    return this.#pending;
  }

  /** The host's tick counter, signed: -300*HZ at boot. */
  get jiffies(): number {
    const { now_ns } = this.#simulation;
    if (now_ns !== this.#jiffiesAt_ns) {
      this.#jiffiesAt_ns = now_ns;
      this.#jiffies = this.#initialJiffies + Math.floor(now_ns / this.#tick_ns);
    }
    return this.#jiffies;
  }

  isPending(timer: number): boolean {
    return timer < this.#columns.capacity && this.#columns.bucket[timer] !== NOT_PENDING;
  }

  /** The jiffy the timer was set for, before rounding; it must have been set once. */
  expires(timer: number): number {
    return this.#columns.expires[timer]! + this.#initialJiffies;
  }

  /** Whole jiffies until the timer is due by its own account; negative when it is overdue in a late bucket. */
  remaining(timer: number): number {
    return this.#columns.expires[timer]! + this.#initialJiffies - this.jiffies;
  }

  /** mod_timer(): (re)arms the timer for the jiffy `expires`; before v4.8 that is a little later, see applySlack. */
  mod(timer: number, expires: number): void {
    const now = this.jiffies;
    this.#arm(timer, this.#geometry === CASCADING ? applySlack(expires, now) : expires, now);
  }

  /** mod_timer_pending() on a timer known to be pending: as mod(), without slack. */
  modPending(timer: number, expires: number): void {
    this.#arm(timer, expires, this.jiffies);
  }

  /** The jiffy at which a timer set now for `expires` says it will expire: add_timer() outside this wheel. */
  withSlack(expires: number): number {
    return this.#geometry === CASCADING ? applySlack(expires, this.jiffies) : expires;
  }

  #arm(timer: number, expires: number, now: number): void {
    const columns = this.#columns;
    if (timer >= columns.room) columns.makeRoom(timer);
    const bucket = this.#bucketFor(expires, now);
    columns.expires[timer] = expires - this.#initialJiffies;
    const old = columns.bucket[timer]! - 1;
    if (old === bucket) return;
    if (old < 0) this.#pending++;
    else this.#unlink(timer, old);
    const wasEmpty = this.#bucketHead[bucket] === -1;
    this.#link(timer, bucket);
    // The alarm is never later than a bucket that holds a timer, except while it rings.
    if (!wasEmpty && !this.#isRunning) return;
    const at_ns = this.#jiffyStart_ns(this.#bucketTime(bucket, now + 1));
    if (at_ns < this.#alarm.at_ns) this.#alarm.setNoLaterThan(at_ns);
  }

  /** del_timer(): returns whether the timer was pending. */
  del(timer: number): boolean {
    if (!this.isPending(timer)) return false;
    this.#unlink(timer, this.#columns.bucket[timer]! - 1);
    this.#columns.bucket[timer] = NOT_PENDING;
    this.#pending--;
    return true;
  }

  /** When a timer armed now for the jiffy `expires` fires: for FIFOs of equal timeouts that need no wheel. */
  firingTime_ns(expires: number): Nanoseconds {
    const now = this.jiffies;
    if (this.#geometry === CASCADING) return this.#jiffyStart_ns(Math.max(applySlack(expires, now), now + 1));
    return this.#jiffyStart_ns(this.#bucketTime(this.#bucketFor(expires, now), now + 1));
  }

  #jiffyStart_ns(jiffy: number): Nanoseconds {
    return (jiffy - this.#initialJiffies) * this.#tick_ns;
  }

  /** calc_wheel_index(), internal_add_timer(): the bucket for a timer due at `expires`, seen at jiffy `now`. */
  #bucketFor(expires: number, now: number): number {
    const delta = expires - now;
    if (this.#geometry === CASCADING) return cascadingBucket(delta, now);
    return lateBucket(delta, now);
  }

  /** The first jiffy at or after `from` at which the bucket is run. */
  #bucketTime(bucket: number, from: number): number {
    const level = this.#levelOf[bucket]!;
    const shift = this.#geometry.shift[level]!;
    const start = (from + (1 << shift) - 1) >> shift;
    const index = bucket - this.#firstBucket[level]!;
    return (start + ((index - start) & this.#geometry.mask[level]!)) << shift;
  }

  #link(timer: number, bucket: number): void {
    const columns = this.#columns;
    const head = this.#bucketHead[bucket]!;
    columns.next[timer] = head;
    columns.previous[timer] = -1;
    if (head !== -1) columns.previous[head] = timer;
    else this.#occupied[bucket >> 5]! |= 1 << (bucket & 31);
    this.#bucketHead[bucket] = timer;
    columns.bucket[timer] = bucket + 1;
  }

  #unlink(timer: number, bucket: number): void {
    const columns = this.#columns;
    const next = columns.next[timer]!;
    const previous = columns.previous[timer]!;
    if (next !== -1) columns.previous[next] = previous;
    if (previous !== -1) {
      columns.next[previous] = next;
    } else {
      this.#bucketHead[bucket] = next;
      if (next === -1) this.#occupied[bucket >> 5]! &= ~(1 << (bucket & 31));
    }
  }

  /** __run_timers(): empties every bucket due at this jiffy, the coarsest level first. */
  #run(): void {
    const jiffy = this.jiffies;
    const { shift, mask } = this.#geometry;
    this.#isRunning = true;
    for (let level = shift.length - 1; level >= 0; level--) {
      if ((jiffy & ((1 << shift[level]!) - 1)) !== 0) continue;
      this.#runBucket(this.#firstBucket[level]! + ((jiffy >> shift[level]!) & mask[level]!), jiffy);
    }
    this.#isRunning = false;
    this.#clk = jiffy + 1;
    const next = this.#nextBucketTime();
    if (next !== NEVER_NS) this.#alarm.setNoLaterThan(this.#jiffyStart_ns(next));
  }

  #runBucket(bucket: number, jiffy: number): void {
    // Expiry functions may arm, move and delete timers, so the list is taken from its head each time.
    // Nothing they arm can enter this bucket for this jiffy: the earliest bucket is the next jiffy's.
    const cascades = this.#geometry === CASCADING && this.#levelOf[bucket] !== 0;
    for (;;) {
      const timer = this.#bucketHead[bucket]!;
      if (timer === -1) return;
      this.#unlink(timer, bucket);
      this.#columns.bucket[timer] = NOT_PENDING;
      if (cascades) {
        // cascade() (v3.10): into a finer level, counted from this jiffy. Each cascade turns a bucket's order
        // around; the recordings of CentOS 7.8 show it in which of two timers of one jiffy runs first.
        const left = this.remaining(timer);
        this.#link(timer, left > 0 ? this.#bucketFor(jiffy + left, jiffy) : jiffy & this.#geometry.mask[0]!);
      } else {
        this.#pending--;
        this.#expire(timer);
      }
    }
  }

  /** The earliest jiffy from #clk on with an occupied bucket (__next_timer_interrupt), or NEVER_NS. */
  #nextBucketTime(): number {
    let earliest = NEVER_NS;
    const { shift, mask } = this.#geometry;
    for (let level = 0; level < shift.length; level++) {
      const start = (this.#clk + (1 << shift[level]!) - 1) >> shift[level]!;
      const distance = this.#distanceToOccupied(
        this.#firstBucket[level]!,
        mask[level]!,
        start & mask[level]!,
      );
      if (distance < 0) continue;
      const time = (start + distance) << shift[level]!;
      if (time < earliest) earliest = time;
    }
    return earliest;
  }

  /** Buckets from `from` (within a level) to the next occupied one, wrapping around; -1 if all are empty. */
  #distanceToOccupied(firstBucket: number, mask: number, from: number): number {
    for (let distance = 0; distance <= mask; ) {
      const index = (from + distance) & mask;
      const bits = this.#occupied[(firstBucket + index) >> 5]! >>> (index & 31);
      if (bits !== 0) return distance + 31 - Math.clz32(bits & -bits);
      distance += 32 - (index & 31);
    }
    return -1;
  }
}

/**
 * The bucket in LATE of a timer that is due in `delta` jiffies. A timer for this very jiffy, or an earlier one,
 * fires on the next. LVL_START(n), the first delta too far ahead for the level below, is 63 * 8^(n-1); the
 * comparisons are written out because every packet comes by here twice.
 */
function lateBucket(delta: number, now: number): number {
  if (delta < 63) return (delta <= 0 ? now + 1 : now + delta + 1) & 63;
  if (delta < 504) return 64 + ((((now + delta) >> 3) + 1) & 63);
  if (delta < 4032) return 128 + ((((now + delta) >> 6) + 1) & 63);
  if (delta < 32256) return 192 + ((((now + delta) >> 9) + 1) & 63);
  if (delta < 258048) return 256 + ((((now + delta) >> 12) + 1) & 63);
  let level = 5;
  while (level < 8 && delta >= 63 * 8 ** level) level++;
  return level * 64 + ((((now + Math.min(delta, LONGEST)) >> (3 * level)) + 1) & 63);
}

/** The bucket in CASCADING, likewise. */
function cascadingBucket(delta: number, now: number): number {
  if (delta < 2 ** 8) return (delta <= 0 ? now + 1 : now + delta) & 255;
  const expires = now + Math.min(delta, LONGEST);
  if (delta < 2 ** 14) return 256 + ((expires >> 8) & 63);
  if (delta < 2 ** 20) return 320 + ((expires >> 14) & 63);
  if (delta < 2 ** 26) return 384 + ((expires >> 20) & 63);
  return 448 + ((expires >> 26) & 63);
}

/**
 * apply_slack(), v3.10: a timer far ahead may be late by 1/256 of its delay, so that timers meet on round
 * jiffies: the lower bits that the slack covers are cleared. The recordings of CentOS 7.8 show it as
 * ESTABLISHED entries with 901 seconds to go.
 */
function applySlack(expires: number, now: number): number {
  const delta = expires - now;
  if (delta < 256) return expires;
  const limit = expires + (delta >>> 8);
  const differing = expires ^ limit;
  if (differing === 0) return expires;
  return limit - (limit & ((1 << (31 - Math.clz32(differing))) - 1));
}
