/**
 * CFS bandwidth control (kernel/sched/fair.c): a group of threads has so much CPU time for each period. Cores take
 * it from the common pool in slices; one that gets none is throttled until the next period. ServerCpu asks for time
 * and is told when a core may go on.
 */
import { type Nanoseconds, NEVER_NS } from '../engine/clock.ts';
import { EventSource, Priority } from '../engine/event_queue.ts';
import type { Simulation } from '../engine/simulation.ts';

/** min_cfs_rq_runtime: a core that has nothing to do keeps this much, and gives back the rest. */
const KEPT_NS = 1e6;
/** cfs_bandwidth_slack_period, min_bandwidth_expiration: when and how late before a period returned time is dealt out. */
const SLACK_PERIOD_NS = 5e6;
const SLACK_LIMIT_NS = 2e6;

export interface BandwidthConfig {
  readonly cores: number;
  readonly quota_ns: Nanoseconds;
  readonly period_ns: Nanoseconds;
  readonly slice_ns: Nanoseconds;
  /**
   * What an idle core keeps is lost at the end of the period: from 512ac999d275 (v4.18) to de53fd7aedb1 (v5.4).
   * The code was there before, but clocks that drifted apart kept it from acting.
   */
  readonly slicesExpire: boolean;
}

export class CpuBandwidth {
  /** nr_periods and nr_throttled of the group's cpu.stat. */
  periods = 0;
  throttledPeriods = 0;
  readonly #simulation: Simulation;
  readonly #config: BandwidthConfig;
  readonly #resume: (core: number) => void;
  /** Time that each core still has. */
  readonly #local_ns: Float64Array;
  /** When each core was throttled; NEVER_NS while it is not. */
  readonly #throttledAt_ns: Float64Array;
  /** For how long it was throttled in earlier periods. */
  readonly #throttledBefore_ns: Float64Array;
  /** Throttled cores, in the order in which they came to it. */
  #throttled: number[] = [];
  #pool_ns: Nanoseconds;
  /** Number of the period that the pool is for, and of the last one in which a core was throttled. */
  #period = -1;
  #lastThrottled = -1;
  readonly #timer = new EventSource(Priority.timer, () => this.#nextPeriod());
  readonly #slackTimer = new EventSource(Priority.timer, () => this.#dealSlack());

  constructor(simulation: Simulation, config: BandwidthConfig, resume: (core: number) => void) {
    this.#simulation = simulation;
    this.#config = config;
    this.#resume = resume;
    this.#pool_ns = config.quota_ns;
    this.#local_ns = new Float64Array(config.cores);
    this.#throttledAt_ns = new Float64Array(config.cores).fill(NEVER_NS);
    this.#throttledBefore_ns = new Float64Array(config.cores);
  }

  isThrottled(core: number): boolean {
    return this.#throttledAt_ns[core]! !== NEVER_NS;
  }

  /** How long the core may run now; 0 when it has been throttled and will be resumed. */
  take(core: number): Nanoseconds {
    this.#refresh();
    if (this.#local_ns[core]! <= 0) {
      // assign_cfs_rq_runtime(): a full slice, and what the core owes.
      const taken_ns = Math.min(this.#config.slice_ns - this.#local_ns[core]!, this.#pool_ns);
      this.#pool_ns -= taken_ns;
      this.#local_ns[core]! += taken_ns;
    }
    if (this.#local_ns[core]! <= 0) this.#throttle(core);
    return this.#local_ns[core]!;
  }

  /** The core has run for so long. */
  use(core: number, ran_ns: Nanoseconds): void {
    this.#local_ns[core]! -= ran_ns;
  }

  /** return_cfs_rq_runtime(): the core has nothing to do. */
  idle(core: number): void {
    this.#refresh();
    const slack_ns = this.#local_ns[core]! - KEPT_NS;
    if (slack_ns <= 0) return;
    this.#local_ns[core] = KEPT_NS;
    this.#pool_ns += slack_ns;
    if (this.#throttled.length > 0 && this.#pool_ns > this.#config.slice_ns) this.#startSlackTimer();
  }

  /** For how long the core has been throttled up to now. */
  throttledTime(core: number): Nanoseconds {
    const at_ns = this.#throttledAt_ns[core]!;
    const now_ns = at_ns === NEVER_NS ? 0 : this.#simulation.now_ns - at_ns;
    return this.#throttledBefore_ns[core]! + now_ns;
  }

  /** throttled_time of the group's cpu.stat: all cores. */
  get throttled_ns(): Nanoseconds {
    return this.#local_ns.reduce((sum, _, core) => sum + this.throttledTime(core), 0);
  }

  #throttle(core: number): void {
    this.#throttledAt_ns[core] = this.#simulation.now_ns;
    this.#throttled.push(core);
    if (this.#lastThrottled !== this.#period) this.throttledPeriods++;
    this.#lastThrottled = this.#period;
    if (this.#timer.scheduled) return;
    this.#timer.at_ns = (this.#period + 1) * this.#config.period_ns;
    this.#timer.sequence = this.#simulation.nextSequence();
    this.#simulation.schedule(this.#timer);
  }

  /** __refill_cfs_bandwidth_runtime(), made up for when somebody asks: an idle group has no timer. */
  #refresh(): void {
    const { period_ns, quota_ns, slicesExpire } = this.#config;
    const period = Math.floor(this.#simulation.now_ns / period_ns);
    if (period === this.#period) return;
    this.#period = period;
    this.periods++;
    this.#pool_ns = quota_ns;
    if (slicesExpire) {
      for (let core = 0; core < this.#local_ns.length; core++) {
        this.#local_ns[core] = Math.min(this.#local_ns[core]!, 0);
      }
    }
  }

  /** sched_cfs_period_timer() */
  #nextPeriod(): void {
    this.#timer.at_ns = NEVER_NS;
    this.#refresh();
    this.#distribute();
    if (this.#throttled.length === 0) return;
    this.#timer.at_ns = (this.#period + 1) * this.#config.period_ns;
    this.#timer.sequence = this.#simulation.nextSequence();
  }

  #startSlackTimer(): void {
    const next_ns = (this.#period + 1) * this.#config.period_ns;
    const at_ns = this.#simulation.now_ns + SLACK_PERIOD_NS;
    if (this.#slackTimer.scheduled || next_ns < at_ns + SLACK_LIMIT_NS) return;
    this.#slackTimer.at_ns = at_ns;
    this.#slackTimer.sequence = this.#simulation.nextSequence();
    this.#simulation.schedule(this.#slackTimer);
  }

  /** do_sched_cfs_slack_timer() */
  #dealSlack(): void {
    this.#slackTimer.at_ns = NEVER_NS;
    if (this.#pool_ns > this.#config.slice_ns) this.#distribute();
  }

  /** distribute_cfs_runtime(): throttled cores go on for as long as there is time in the pool. */
  #distribute(): void {
    const waiting = this.#throttled;
    this.#throttled = [];
    for (const [index, core] of waiting.entries()) {
      if (this.#pool_ns <= 0) {
        this.#throttled.push(...waiting.slice(index));
        return;
      }
      this.#throttledBefore_ns[core] = this.throttledTime(core);
      this.#throttledAt_ns[core] = NEVER_NS;
      this.#resume(core);
    }
  }
}
