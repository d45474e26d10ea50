/**
 * ip_vs_sched.c: the registry of schedulers. A new one is a file that says all about itself and a line in SCHEDULERS:
 * the schema, the documents and the lists of tests are made of that.
 */
import type { RandomStream } from '../../engine/random.ts';
import type { IpVsDest } from '../ipvs/ip_vs_dest.ts';
import type { IpVsScheduler } from '../ipvs/ip_vs_service.ts';
import type { NetSysctl } from '../sysctl.ts';
import type { DelayedWork } from '../workqueue.ts';
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
  /** What is hashed of an address (AddressBook.fold). */
  readonly fold: (address: number) => number;
  readonly random: RandomStream;
  /** What a scheduler that draws has drawn, where a recording tells; null for as it falls. */
  readonly drawn: (destinations: readonly IpVsDest[]) => number | null;
  /** Jiffies now, and jiffies a second. */
  readonly jiffies: () => number;
  readonly hz: number;
  readonly sysctl: Pick<NetSysctl, 'lblc_expiration' | 'lblcr_expiration'>;
  readonly delayed: (work: () => void) => DelayedWork;
}

/** struct ip_vs_scheduler, with what people are told of it. */
export interface SchedulerKind {
  readonly name: string;
  /** The first kernel that has it; null where all supported ones do. */
  readonly since: readonly [major: number, minor: number] | null;
  /** Those of ipvsadm's scheduler flags that it knows. */
  readonly flags: readonly string[];
  /**
   * Of those that pick by hash: the flag with which another real server is looked for where the picked one takes nothing;
   * null where none has them do so. Absent where every real server that takes connections is considered.
   */
  readonly fallbackFlag?: string | null;
  /** What it does, in one sentence. */
  readonly meaning: string;
  /** init_service() */
  create(context: SchedulerContext): IpVsScheduler;
}

/** In the order in which they are listed for people. */
export const SCHEDULERS: readonly SchedulerKind[] = [
  ip_vs_rr,
  ip_vs_wrr,
  ip_vs_lc,
  ip_vs_wlc,
  ip_vs_sed,
  ip_vs_nq,
  ip_vs_sh,
  ip_vs_dh,
  ip_vs_mh,
  ip_vs_fo,
  ip_vs_ovf,
  ip_vs_twos,
  ip_vs_lblc,
  ip_vs_lblcr,
];

/** ip_vs_scheduler_get() */
export function schedulerKind(name: string): SchedulerKind | null {
  return SCHEDULERS.find((kind) => kind.name === name) ?? null;
}

/** Throws for a name that is none; the scenario stage has checked it before. */
export function createScheduler(name: string, context: SchedulerContext): IpVsScheduler {
  const kind = schedulerKind(name);
  if (kind === null) throw new RangeError(`no scheduler ${name}`);
  return kind.create(context);
}
