/** ip_vs_ovf.c (v4.3): overflow. The heaviest destination that has no more active connections than weight. */

import type { IpVsScheduler } from '../ipvs/ip_vs_service.ts';
import { heaviest } from './ip_vs_fo.ts';

export function ip_vs_ovf(): IpVsScheduler {
  return { schedule: (destinations) => heaviest(destinations, (dest) => dest.activeconns <= dest.weight) };
}
