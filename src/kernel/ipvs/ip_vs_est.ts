/**
 * net/netfilter/ipvs/ip_vs_est.c: the rates that `ipvsadm --rate` shows. Every 2 s each rate moves a quarter of
 * the way towards what the last 2 s brought.
 */
import { EventSource, Priority } from '../../engine/event_queue.ts';
import type { Simulation } from '../../engine/simulation.ts';
import type { Director } from '../director.ts';
import { type IpVsStats, newStats, type IpVsStatsUser as Stats, sumStats } from './stats.ts';

const PERIOD_S = 2;
const WEIGHT = 1 / 4;

interface Estimate {
  last: IpVsStats;
  rates: IpVsStats;
}

const NAMES = ['conns', 'inpkts', 'outpkts', 'inbytes', 'outbytes'] as const;

export class Estimators {
  readonly #source = new EventSource(Priority.observation, () => this.fire());
  readonly #simulation: Simulation;
  readonly #director: Director;
  readonly #estimates = new Map<IpVsStats, Estimate>();

  constructor(simulation: Simulation, director: Director) {
    this.#simulation = simulation;
    this.#director = director;
    this.#source.at_ns = PERIOD_S * 1e9;
    this.#source.sequence = simulation.nextSequence();
    simulation.schedule(this.#source);
  }

  /** estimation_timer(). */
  fire(): void {
    const { stats, countedServices, countedDests } = this.#director.net;
    sumStats(this.#director.net);
    this.#estimate(stats);
    for (const service of countedServices) this.#estimate(service.stats);
    for (const dest of countedDests) this.#estimate(dest.stats);
    this.#source.at_ns += PERIOD_S * 1e9;
    this.#source.sequence = this.#simulation.nextSequence();
  }

  /** Counters and rates of the namespace, a service or a destination. */
  stats(counters: IpVsStats): Stats {
    const rates = this.#estimates.get(counters)?.rates;
    return {
      ...counters,
      cps: rates?.conns ?? 0,
      inpps: rates?.inpkts ?? 0,
      outpps: rates?.outpkts ?? 0,
      inbps: rates?.inbytes ?? 0,
      outbps: rates?.outbytes ?? 0,
    };
  }

  #estimate(counters: IpVsStats): void {
    let estimate = this.#estimates.get(counters);
    if (estimate === undefined) {
      estimate = { last: newStats(), rates: newStats() };
      this.#estimates.set(counters, estimate);
    }
    const { last, rates } = estimate;
    for (const name of NAMES) {
      rates[name] += ((counters[name] - last[name]) / PERIOD_S - rates[name]) * WEIGHT;
      last[name] = counters[name];
    }
  }
}
