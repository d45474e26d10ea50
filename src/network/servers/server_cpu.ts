/**
 * The CPU of a real server: a thread for each request, cores with queues, and what it costs to change the thread
 * or the core. A request computes, waits for something elsewhere, and computes again.
 *
 * Deviation: a queue is first come, first served, and a thread keeps its core until it waits or is throttled; CFS
 * would divide bursts that are longer than its granularity (some milliseconds). Threads compute for less here.
 */
import { type Nanoseconds, NEVER_NS } from '../../engine/clock.ts';
import { EventSource, Priority } from '../../engine/event_queue.ts';
import type { RandomStream } from '../../engine/random.ts';
import { Ring } from '../../engine/ring.ts';
import type { Simulation } from '../../engine/simulation.ts';
import { CpuBandwidth } from '../../kernel/fair.ts';
import type { Distribution } from '../../scenario/distribution.ts';
import type { Cpu } from '../../scenario/scenario.ts';
import { Delays, draw_ns } from '../delays.ts';

const NOBODY = -1;
/** The core is in the middle of a change of threads. */
const CHANGING = -2;

/** Where the time went; all of it is disjoint. */
export interface CpuTimes {
  /** CPU time: of requests, of packets, of changes of thread and of core. */
  work_ns: Nanoseconds;
  network_ns: Nanoseconds;
  switch_ns: Nanoseconds;
  migration_ns: Nanoseconds;
  /** Time in which requests did not compute: for something elsewhere, for a core, for the next period. */
  downstream_ns: Nanoseconds;
  queued_ns: Nanoseconds;
  throttled_ns: Nanoseconds;
  switches: number;
  migrations: number;
}

interface Thread {
  readonly number: number;
  sock: number;
  /** Core it ran on last. */
  core: number;
  /** Work that it does before it waits or ends, and after the wait. */
  work_ns: Nanoseconds;
  later_ns: Nanoseconds;
  /** CPU time that it still wants for the work at hand, and for what is lost on the way. */
  wanted_ns: Nanoseconds;
  /** When it began to wait, and throttled time of its core at that moment. */
  since_ns: Nanoseconds;
  throttledBefore_ns: Nanoseconds;
}

interface Core {
  readonly number: number;
  readonly source: EventSource;
  readonly queue: Ring;
  /** Thread that runs; NOBODY when idle. */
  running: number;
  lastThread: number;
  since_ns: Nanoseconds;
}

export class ServerCpu {
  readonly times: CpuTimes = {
    work_ns: 0,
    network_ns: 0,
    switch_ns: 0,
    migration_ns: 0,
    downstream_ns: 0,
    queued_ns: 0,
    throttled_ns: 0,
    switches: 0,
    migrations: 0,
  };
  /** Null without a quota. */
  readonly bandwidth: CpuBandwidth | null;
  readonly #simulation: Simulation;
  readonly #config: Cpu;
  readonly #random: RandomStream;
  readonly #done: (sock: number) => void;
  readonly #elsewhere: Delays | null;
  readonly #threads: Thread[] = [];
  readonly #idleThreads: number[] = [];
  readonly #cores: Core[] = [];
  #debt_ns: Nanoseconds = 0;
  #nextCore = 0;

  constructor(
    simulation: Simulation,
    config: Cpu,
    elsewhere: { readonly time: Distribution; readonly random: RandomStream },
    place: { readonly random: RandomStream; readonly slicesExpire: boolean },
    done: (sock: number) => void,
  ) {
    this.#simulation = simulation;
    this.#config = config;
    this.#random = place.random;
    this.#done = done;
    const { time, random } = elsewhere;
    const neverWaits = time.kind === 'constant' && time.value_ns === 0;
    this.#elsewhere = neverWaits
      ? null
      : new Delays(simulation, time, random, (thread) => this.#goOn(this.#threads[thread]!));
    const cores = config.cpuset === 0 ? config.cores : config.cpuset;
    for (let number = 0; number < cores; number++) this.#cores.push(this.#newCore(number));
    const { quota_ns, period_ns, slice_ns } = config;
    this.bandwidth =
      quota_ns === 0
        ? null
        : new CpuBandwidth(
            simulation,
            { cores, quota_ns, period_ns, slice_ns, slicesExpire: place.slicesExpire },
            (core) => this.#run(this.#cores[core]!),
          );
  }

  /** A request on the socket begins; `isFirst` of its connection. */
  request(sock: number, isFirst: boolean): void {
    const thread = this.#thread();
    const { perRequest, perConnection_ns = 0 } = this.#config;
    const work_ns = draw_ns(perRequest, this.#random);
    const before_ns = this.#elsewhere === null ? work_ns : Math.floor(work_ns / 2);
    thread.sock = sock;
    thread.work_ns = before_ns + (isFirst ? perConnection_ns : 0);
    thread.later_ns = work_ns - before_ns;
    this.#wake(thread);
  }

  /** CPU time used so far, whatever for. */
  get busy_ns(): Nanoseconds {
    const { work_ns, network_ns, switch_ns, migration_ns } = this.times;
    return work_ns + network_ns + switch_ns + migration_ns;
  }

  /** How many cores' worth of time it may use: all, those it is pinned to, or its quota. */
  get allowance(): number {
    const { quota_ns, period_ns } = this.#config;
    return quota_ns === 0 ? this.#cores.length : Math.min(this.#cores.length, quota_ns / period_ns);
  }

  /** CPU time that packets cost: whichever thread is next loses it, for that is when softirqs run. */
  charge(cost_ns: Nanoseconds): void {
    this.#debt_ns += cost_ns;
  }

  #thread(): Thread {
    const idle = this.#idleThreads.pop();
    if (idle !== undefined) return this.#threads[idle]!;
    const thread: Thread = {
      number: this.#threads.length,
      sock: NOBODY,
      core: NOBODY,
      work_ns: 0,
      later_ns: 0,
      wanted_ns: 0,
      since_ns: 0,
      throttledBefore_ns: 0,
    };
    this.#threads.push(thread);
    return thread;
  }

  #newCore(number: number): Core {
    const core: Core = {
      number,
      source: new EventSource(Priority.timer, () => this.#ran(core)),
      queue: new Ring(),
      running: NOBODY,
      lastThread: NOBODY,
      since_ns: 0,
    };
    return core;
  }

  #isIdle(core: Core): boolean {
    return core.running === NOBODY && core.queue.length === 0;
  }

  /** What the thread waited for has come. */
  #goOn(thread: Thread): void {
    this.times.downstream_ns += this.#simulation.now_ns - thread.since_ns;
    thread.work_ns = thread.later_ns;
    thread.later_ns = 0;
    this.#wake(thread);
  }

  /** select_idle_sibling(): the core it ran on, else an idle one, else it queues where it was. */
  #wake(thread: Thread): void {
    thread.wanted_ns = thread.work_ns;
    const cores = this.#cores;
    const first = thread.core === NOBODY ? this.#nextCore++ % cores.length : thread.core;
    let core = cores[first]!;
    for (let step = 0; step < cores.length && !this.#isIdle(core); step++) {
      core = cores[(first + step) % cores.length]!;
    }
    if (!this.#isIdle(core)) core = cores[first]!;
    this.#beginWait(core, thread);
    core.queue.push(thread.number);
    if (core.running === NOBODY && !this.#isThrottled(core)) this.#run(core);
  }

  #isThrottled(core: Core): boolean {
    return this.bandwidth?.isThrottled(core.number) === true;
  }

  #throttledTime(core: Core): Nanoseconds {
    return this.bandwidth?.throttledTime(core.number) ?? 0;
  }

  #beginWait(core: Core, thread: Thread): void {
    thread.since_ns = this.#simulation.now_ns;
    thread.throttledBefore_ns = this.#throttledTime(core);
  }

  /** The thread leaves the queue of the core: how long it waited there, and for what. */
  #countWait(core: Core, thread: Thread): void {
    const throttled_ns = this.#throttledTime(core) - thread.throttledBefore_ns;
    this.times.throttled_ns += throttled_ns;
    this.times.queued_ns += this.#simulation.now_ns - thread.since_ns - throttled_ns;
  }

  /** The core turns to the next thread of its queue, or of another's: it has nobody at the moment. */
  #run(core: Core): void {
    const from = core.queue.length > 0 ? core : this.#busiest();
    if (from === null) {
      core.running = NOBODY;
      this.bandwidth?.idle(core.number);
      return;
    }
    const may_ns = this.bandwidth?.take(core.number) ?? NEVER_NS;
    if (may_ns <= 0) {
      core.running = NOBODY;
      return;
    }
    const thread = this.#threads[from.queue.shift()]!;
    this.#countWait(from, thread);
    this.#payForChange(core, thread);
    thread.core = core.number;
    core.lastThread = thread.number;
    this.#start(core, thread, may_ns);
  }

  #payForChange(core: Core, thread: Thread): void {
    const { times } = this;
    const { contextSwitch_ns, migration_ns } = this.#config;
    if (core.lastThread !== thread.number) {
      times.switches++;
      times.switch_ns += contextSwitch_ns;
      thread.wanted_ns += contextSwitch_ns;
    }
    if (thread.core !== NOBODY && thread.core !== core.number) {
      times.migrations++;
      times.migration_ns += migration_ns;
      thread.wanted_ns += migration_ns;
    }
    times.network_ns += this.#debt_ns;
    thread.wanted_ns += this.#debt_ns;
    this.#debt_ns = 0;
  }

  #start(core: Core, thread: Thread, may_ns: Nanoseconds): void {
    const { now_ns } = this.#simulation;
    core.running = thread.number;
    core.since_ns = now_ns;
    core.source.at_ns = now_ns + Math.min(may_ns, thread.wanted_ns);
    core.source.sequence = this.#simulation.nextSequence();
    this.#simulation.schedule(core.source);
  }

  /** The running thread is done for now, or the core's time is used up. */
  #ran(core: Core): void {
    const thread = this.#threads[core.running]!;
    const ran_ns = this.#simulation.now_ns - core.since_ns;
    core.source.at_ns = NEVER_NS;
    core.running = CHANGING;
    this.bandwidth?.use(core.number, ran_ns);
    thread.wanted_ns -= ran_ns;
    if (thread.wanted_ns > 0) {
      const may_ns = this.bandwidth!.take(core.number);
      if (may_ns > 0) {
        this.#start(core, thread, may_ns);
        return;
      }
      // Throttled in the middle of its work: it is the first to go on.
      this.#beginWait(core, thread);
      core.queue.unshift(thread.number);
      core.running = NOBODY;
      return;
    }
    this.times.work_ns += thread.work_ns;
    if (thread.later_ns > 0) {
      thread.since_ns = this.#simulation.now_ns;
      this.#elsewhere!.push(thread.number);
    } else {
      this.#idleThreads.push(thread.number);
      this.#done(thread.sock);
    }
    this.#run(core);
  }

  /** load_balance() of a core that has nothing to do: from the longest queue of one that is not throttled. */
  #busiest(): Core | null {
    let busiest: Core | null = null;
    for (const core of this.#cores) {
      if (core.queue.length === 0 || this.#isThrottled(core)) continue;
      if (busiest === null || core.queue.length > busiest.queue.length) busiest = core;
    }
    return busiest;
  }
}
