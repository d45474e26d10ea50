import type { IpVsDest } from './ip_vs_dest.ts';
import type { NetnsIpvs } from './netns_ipvs.ts';

/** struct ip_vs_kstats: what `ipvsadm --stats` prints. */
export interface IpVsStats {
  conns: number;
  inpkts: number;
  outpkts: number;
  inbytes: number;
  outbytes: number;
}

/** struct ip_vs_stats_user: the counters with their rates a second. */
export interface IpVsStatsUser {
  readonly conns: number;
  readonly inpkts: number;
  readonly outpkts: number;
  readonly inbytes: number;
  readonly outbytes: number;
  readonly cps: number;
  readonly inpps: number;
  readonly outpps: number;
  readonly inbps: number;
  readonly outbps: number;
}

export function newStats(): IpVsStats {
  return { conns: 0, inpkts: 0, outpkts: 0, inbytes: 0, outbytes: 0 };
}

/** What the sums of a namespace are made of. */
type Counted = Pick<NetnsIpvs, 'stats' | 'services' | 'countedDests' | 'countedServices'>;

/** The destination gets its first entry. Most of ten thousand services never have one, and cost nothing here. */
export function startCounting(net: Omit<Counted, 'stats'>, dest: IpVsDest): void {
  dest.counts = true;
  net.countedDests.push(dest);
  net.countedServices.add(net.services[dest.service]!);
}

/**
 * Brings the counters of the services and of the namespace up to date. The kernel counts each packet three times,
 * for its destination, its service and all; here only for the destination, and no destination is ever forgotten, so
 * the others are sums that nobody needs until somebody reads them.
 */
export function sumStats({ stats, services, countedDests, countedServices }: Counted): void {
  clear(stats);
  for (const service of countedServices) clear(service.stats);
  for (const dest of countedDests) {
    add(stats, dest.stats);
    add(services[dest.service]!.stats, dest.stats);
  }
}

function clear(stats: IpVsStats): void {
  stats.conns = stats.inpkts = stats.outpkts = stats.inbytes = stats.outbytes = 0;
}

function add(sum: IpVsStats, part: IpVsStats): void {
  sum.conns += part.conns;
  sum.inpkts += part.inpkts;
  sum.outpkts += part.outpkts;
  sum.inbytes += part.inbytes;
  sum.outbytes += part.outbytes;
}
