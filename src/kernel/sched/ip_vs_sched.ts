/** ip_vs_sched.c: the schedulers by name. Adding one touches its own file and this list. */
import type { RandomStream } from '../../engine/random.ts';
import type { IpVsScheduler } from '../ipvs/ip_vs_service.ts';
import { ip_vs_dh } from './ip_vs_dh.ts';
import { ip_vs_fo } from './ip_vs_fo.ts';
import { ip_vs_lblc } from './ip_vs_lblc.ts';
import { ip_vs_lblcr } from './ip_vs_lblcr.ts';
import { ip_vs_lc, ip_vs_nq, ip_vs_sed, ip_vs_wlc } from './ip_vs_lc.ts';
import { ip_vs_mh } from './ip_vs_mh.ts';
import { ip_vs_ovf } from './ip_vs_ovf.ts';
import { ip_vs_rr } from './ip_vs_rr.ts';
import { ip_vs_sh } from './ip_vs_sh.ts';
import { ip_vs_twos } from './ip_vs_twos.ts';
import { ip_vs_wrr } from './ip_vs_wrr.ts';

export interface SchedulerContext {
  /** ipvsadm's scheduler flags: sh-port, sh-fallback, mh-port, mh-fallback. */
  readonly flags: readonly string[];
  /** Whether the overhead of a destination counts all its connections (see KernelFeatures.totalConns). */
  readonly totalConns: boolean;
  /** v4.18 and later: sh and dh hash with the upper bits (see hash.ts). */
  readonly hashUpperBits: boolean;
  readonly random: RandomStream;
  /** Jiffies now, and jiffies a second. */
  readonly jiffies: () => number;
  readonly hz: number;
}

const SCHEDULERS: Readonly<Record<string, (context: SchedulerContext) => IpVsScheduler>> = {
  rr: ip_vs_rr,
  wrr: ip_vs_wrr,
  lc: ip_vs_lc,
  wlc: ip_vs_wlc,
  sed: ip_vs_sed,
  nq: ip_vs_nq,
  sh: ip_vs_sh,
  dh: ip_vs_dh,
  mh: ip_vs_mh,
  fo: ip_vs_fo,
  ovf: ip_vs_ovf,
  twos: ip_vs_twos,
  lblc: ip_vs_lblc,
  lblcr: ip_vs_lblcr,
};

/** ip_vs_scheduler_get(): throws for a name that is none; the scenario stage has checked it before. */
export function createScheduler(name: string, context: SchedulerContext): IpVsScheduler {
  const create = SCHEDULERS[name];
  if (create === undefined) throw new RangeError(`no scheduler ${name}`);
  return create(context);
}
