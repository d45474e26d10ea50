/** ip_vs_ovf.c (v4.3): overflow. The heaviest destination that has no more active connections than weight. */
import { heaviest } from './ip_vs_fo.ts';
import type { IpVsScheduler } from './ip_vs_service.ts';

export function ip_vs_ovf(): IpVsScheduler {
  return { schedule: (destinations) => heaviest(destinations, (dest) => dest.activeconns <= dest.weight) };
}
