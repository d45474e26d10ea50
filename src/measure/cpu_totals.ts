/** Where the CPU time of real servers, and the time of requests at them, went. */
import type { Network } from '../network/network.ts';
import type { CpuResult, CpuShares, CpuTotals } from './result.ts';

/** Null where no real server has a CPU and packets cost the node nothing. */
export function cpuResult(network: Network): CpuResult | null {
  const seen = new Set<number>();
  const realServers = network.backends.flatMap(({ service, address, listener }): CpuTotals[] => {
    const { cpu, requests } = network.servers.servers[listener]!;
    // Services that share a real server share its CPU: it is told once, under the first of them.
    if (cpu === null || seen.has(listener)) return [];
    seen.add(listener);
    const { bandwidth, times } = cpu;
    return [
      {
        service: service.name,
        address,
        requests,
        ...times,
        nr_periods: bandwidth?.periods ?? 0,
        nr_throttled: bandwidth?.throttledPeriods ?? 0,
        throttled_time_ns: bandwidth?.throttled_ns ?? 0,
      },
    ];
  });
  if (realServers.length === 0 && network.nodeBusy_ns === 0) return null;
  return { realServers, shares: sharesOf(realServers), node_busy_ns: network.nodeBusy_ns };
}

function sharesOf(totals: readonly CpuTotals[]): CpuShares {
  const sum = (key: Exclude<keyof CpuTotals, 'service' | 'address'>): number =>
    totals.reduce((all, each) => all + each[key], 0);
  const computing_ns = sum('work_ns') + sum('network_ns') + sum('switch_ns') + sum('migration_ns');
  const all_ns = computing_ns + sum('downstream_ns') + sum('queued_ns') + sum('throttled_ns');
  const requests = sum('requests');
  return {
    cpu_ms_per_request: share(computing_ns / 1e6, requests),
    work: share(sum('work_ns'), computing_ns),
    network: share(sum('network_ns'), computing_ns),
    switches: share(sum('switch_ns'), computing_ns),
    migrations: share(sum('migration_ns'), computing_ns),
    computing: share(computing_ns, all_ns),
    downstream: share(sum('downstream_ns'), all_ns),
    queued: share(sum('queued_ns'), all_ns),
    throttled: share(sum('throttled_ns'), all_ns),
    throttled_periods: share(sum('nr_throttled'), sum('nr_periods')),
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
