/** The CPU of a real server: what its cores can do, what its quota allows, and where the time went. */
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../src/engine/random.ts';
import { Simulation } from '../../../src/engine/simulation.ts';
import { CpuBandwidth } from '../../../src/kernel/fair.ts';
import { ServerCpu } from '../../../src/network/servers/server_cpu.ts';
import type { Cpu } from '../../../src/scenario/scenario.ts';

const MS = 1e6;
const SECOND = 1e9;

const CPU: Cpu = {
  cores: 4,
  cpuset: 0,
  quota_ns: 0,
  period_ns: 100 * MS,
  slice_ns: 5 * MS,
  perRequest: { kind: 'constant', value_ns: MS },
  contextSwitch_ns: 0,
  migration_ns: 0,
};

/** A server that is asked by so many workers without pause. */
class Loaded {
  readonly simulation = new Simulation();
  readonly cpu: ServerCpu;
  done = 0;
  /** Request times, in the order in which they ended. */
  readonly took_ns: number[] = [];
  readonly #begun_ns: number[] = [];

  constructor(cpu: Partial<Cpu>, workers: number, elsewhere_ns = 0, again = true) {
    const random = new RandomStream('test', 'cpu');
    const time = { kind: 'constant', value_ns: elsewhere_ns } as const;
    this.cpu = new ServerCpu(
      this.simulation,
      { ...CPU, ...cpu },
      { time, random },
      { random, slicesExpire: false },
      (worker) => {
        this.done++;
        this.took_ns.push(this.simulation.now_ns - this.#begun_ns[worker]!);
        if (again) this.begin(worker);
      },
    );
    for (let worker = 0; worker < workers; worker++) this.begin(worker);
  }

  begin(worker: number): void {
    this.#begun_ns[worker] = this.simulation.now_ns;
    this.cpu.request(worker, false);
  }

  run(seconds: number): this {
    this.simulation.advance(this.simulation.now_ns + seconds * SECOND);
    return this;
  }
}

describe('cores', () => {
  it('serve as many requests as fit into their time', () => {
    expect(new Loaded({}, 40).run(1).done).toBe(4000);
    expect(new Loaded({ cpuset: 1 }, 40).run(1).done).toBe(1000);
    expect(new Loaded({}, 2).run(1).done).toBe(2000);
  });

  it('lose time for each change of thread', () => {
    const loaded = new Loaded({ cpuset: 1, contextSwitch_ns: 250_000 }, 40).run(1);
    expect(loaded.done).toBe(800);
    expect(loaded.cpu.times.switches).toBe(801);
    // One thread has the core to itself.
    expect(new Loaded({ cpuset: 1, contextSwitch_ns: 250_000 }, 1).run(1).cpu.times.switches).toBe(1);
  });

  it('compute half before and half after what a request waits for', () => {
    const loaded = new Loaded({ cpuset: 1 }, 1, 9 * MS, false).run(1);
    expect(loaded.took_ns).toEqual([10 * MS]);
    expect(loaded.cpu.times.downstream_ns).toBe(9 * MS);
  });

  it('compute for the connection before its first request only', () => {
    const loaded = new Loaded({ cpuset: 1, perConnection_ns: 3 * MS }, 0, 0, false);
    loaded.cpu.request(0, true);
    expect([loaded.run(1).cpu.times.work_ns, loaded.cpu.busy_ns]).toEqual([4 * MS, 4 * MS]);
    loaded.cpu.request(0, false);
    expect(loaded.run(1).cpu.times.work_ns).toBe(5 * MS);
  });

  it('may use all cores, those they are pinned to, or a quota', () => {
    const allowance = (cpu: Partial<Cpu>) => new Loaded(cpu, 0).cpu.allowance;
    expect([allowance({}), allowance({ cpuset: 2 }), allowance({ quota_ns: 150 * MS })]).toEqual([4, 2, 1.5]);
    expect(allowance({ cpuset: 1, quota_ns: 150 * MS })).toBe(1);
  });

  it('compute for others while a request waits', () => {
    expect(new Loaded({ cpuset: 1 }, 40, 9 * MS).run(1).done).toBeGreaterThan(985);
    expect(new Loaded({ cpuset: 1 }, 5, 9 * MS).run(1).done).toBeLessThanOrEqual(500);
  });

  it('take a thread over when they have nothing else to do, which costs a migration', () => {
    // Three threads for two cores: the third one goes to whichever core is free first.
    const loaded = new Loaded({ cpuset: 2, migration_ns: 100_000 }, 3, MS).run(1);
    expect(loaded.cpu.times.migrations).toBeGreaterThan(0);
    expect(loaded.cpu.times.migration_ns).toBe(loaded.cpu.times.migrations * 100_000);
    expect(new Loaded({ cpuset: 1, migration_ns: 100_000 }, 30, MS).run(1).cpu.times.migrations).toBe(0);
  });

  it('pay for packets', () => {
    const loaded = new Loaded({ cpuset: 1 }, 1);
    loaded.cpu.charge(500_000);
    loaded.cpu.charge(500_000);
    loaded.run(0.01);
    // The thread that runs already does not notice; the next one does.
    expect(loaded.took_ns.slice(0, 3)).toEqual([MS, 2 * MS, MS]);
    expect(loaded.cpu.times.network_ns).toBe(MS);
  });
});

describe('a quota', () => {
  it('allows its share of each period, however many cores there are', () => {
    const loaded = new Loaded({ cores: 16, quota_ns: 50 * MS }, 100).run(2);
    expect(loaded.done).toBe(1000);
    const { bandwidth, times } = loaded.cpu;
    expect(bandwidth!.throttledPeriods).toBe(20);
    expect(times.throttled_ns).toBeGreaterThan(0.9 * 2 * SECOND * 80);
  });

  it('stops a thread in the middle of its work, which goes on where it stopped', () => {
    const slow = { kind: 'constant', value_ns: 150 * MS } as const;
    const loaded = new Loaded({ perRequest: slow, quota_ns: 50 * MS }, 1, 0, false).run(1);
    // 50 ms in each of three periods; a request that has ended waits for nobody.
    expect(loaded.took_ns).toEqual([250 * MS]);
    expect(loaded.cpu.times.throttled_ns).toBe(100 * MS);
    expect(loaded.cpu.times.migrations).toBe(0);
  });

  it('throttles nobody who stays below it', () => {
    const loaded = new Loaded({ quota_ns: 50 * MS }, 1, 9 * MS).run(2);
    expect(loaded.done).toBe(200);
    expect(loaded.cpu.times.throttled_ns).toBe(0);
    expect(loaded.cpu.bandwidth!.throttledPeriods).toBe(0);
  });

  it('accounts for all the time of requests', () => {
    const exponential = { kind: 'exponential', mean_ns: MS } as const;
    const changes = { contextSwitch_ns: 10_000, migration_ns: 50_000, perRequest: exponential };
    const loaded = new Loaded({ cores: 8, quota_ns: 150 * MS, ...changes }, 50, 3 * MS, false).run(5);
    const { work_ns, network_ns, switch_ns, migration_ns, downstream_ns, queued_ns, throttled_ns } =
      loaded.cpu.times;
    expect(loaded.done).toBe(50);
    const accounted_ns =
      work_ns + network_ns + switch_ns + migration_ns + downstream_ns + queued_ns + throttled_ns;
    expect(accounted_ns).toBe(loaded.took_ns.reduce((sum, took_ns) => sum + took_ns));
  });

  it('comes out the same each time', () => {
    const exponential = { kind: 'exponential', mean_ns: MS } as const;
    const run = () => {
      const loaded = new Loaded({ quota_ns: 150 * MS, perRequest: exponential }, 50, MS).run(3);
      return [loaded.done, loaded.cpu.times, loaded.cpu.bandwidth!.throttled_ns];
    };
    expect(run()).toEqual(run());
  });
});

describe('the pool of a quota', () => {
  const config = { cores: 3, quota_ns: 12 * MS, period_ns: 100 * MS, slice_ns: 5 * MS };

  function pool(slicesExpire = false) {
    const simulation = new Simulation();
    const resumed: string[] = [];
    const bandwidth = new CpuBandwidth(simulation, { ...config, slicesExpire }, (core) =>
      resumed.push(`${core} at ${simulation.now_ns / MS}`),
    );
    return { simulation, bandwidth, resumed };
  }

  it('is handed out in slices until it is empty', () => {
    const { bandwidth } = pool();
    expect([0, 1, 2].map((core) => bandwidth.take(core))).toEqual([5 * MS, 5 * MS, 2 * MS]);
    bandwidth.use(0, 5 * MS);
    expect(bandwidth.take(0)).toBe(0);
    expect(bandwidth.isThrottled(0)).toBe(true);
  });

  it('is full again with the next period, and throttled cores go on in their order', () => {
    const { simulation, bandwidth, resumed } = pool();
    for (const core of [2, 0, 1]) bandwidth.use(core, bandwidth.take(core));
    for (const core of [2, 0, 1]) bandwidth.take(core);
    simulation.advance(350 * MS);
    expect(resumed).toEqual(['2 at 100', '0 at 100', '1 at 100']);
    expect(bandwidth.throttled_ns).toBe(300 * MS);
    expect(bandwidth.throttledPeriods).toBe(1);
  });

  it('gets back what an idle core does not need, but for a millisecond, for those that are throttled', () => {
    const { simulation, bandwidth, resumed } = pool();
    for (const core of [0, 1, 2]) bandwidth.take(core);
    bandwidth.use(2, 2 * MS);
    expect(bandwidth.take(2)).toBe(0);
    bandwidth.idle(0);
    // 4 ms are less than a slice: nobody is woken for them.
    simulation.advance(50 * MS);
    expect(resumed).toEqual([]);
    bandwidth.idle(1);
    simulation.advance(60 * MS);
    expect(resumed).toEqual(['2 at 55']);
  });

  it.each([
    [false, 1 * MS],
    [true, 5 * MS],
  ])('slices expire: %s', (slicesExpire, next_ns) => {
    const { simulation, bandwidth } = pool(slicesExpire);
    bandwidth.take(0);
    bandwidth.use(0, 2 * MS);
    bandwidth.idle(0);
    simulation.advance(150 * MS);
    // From v4.18 to v5.3 the kept millisecond is gone, and a new slice is taken.
    bandwidth.take(1);
    expect(bandwidth.take(0)).toBe(next_ns);
  });
});
