/** ip_vs_ovf.c (v4.3): overflow. The heaviest destination that has no more active connections than weight. */
import { heaviest } from './ip_vs_fo.ts';
import type { SchedulerKind } from './ip_vs_sched.ts';

export const ip_vs_ovf: SchedulerKind = {
  name: 'ovf',
  since: [4, 3],
  flags: [],
  meaning: 'Overflow: the highest weight whose active connections do not exceed it.',
  create() {
    return { schedule: (destinations) => heaviest(destinations, (dest) => dest.activeconns <= dest.weight) };
  },
};
