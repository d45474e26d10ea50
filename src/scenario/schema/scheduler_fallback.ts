/** What schedulers that hash do where the picked real server takes nothing: for causes and advice. */
import { schedulerKind } from '../../kernel/sched/ip_vs_sched.ts';

export interface Scheduling {
  readonly scheduler: string;
  readonly schedulerFlags: readonly string[];
}

export function hashes(scheduler: string): boolean {
  return schedulerKind(scheduler)?.fallbackFlag !== undefined;
}

/** The flag with which another real server would be looked for; null where there is none to set, or it is set. */
export function fallbackToSet({ scheduler, schedulerFlags }: Scheduling): string | null {
  const flag = schedulerKind(scheduler)?.fallbackFlag ?? null;
  return flag === null || schedulerFlags.includes(flag) ? null : flag;
}

/** Whether it refuses who hashes to a real server that takes nothing. */
export function isStubborn(service: Scheduling): boolean {
  return hashes(service.scheduler) && !service.schedulerFlags.some((flag) => flag.endsWith('-fallback'));
}
