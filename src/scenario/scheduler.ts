/**
 * The schedulers that a service can name: since which kernel, with which of ipvsadm's scheduler flags, and
 * what they do in one sentence. How they pick is in kernel/ip_vs_*.ts.
 */
import { type KernelVersion, kernelAtLeast } from './kernel_version.ts';

export interface SchedulerInfo {
  readonly name: string;
  /** First kernel that has it; null where all supported ones do. */
  readonly since: readonly [number, number] | null;
  readonly flags: readonly string[];
  readonly meaning: string;
}

export const SCHEDULERS: readonly SchedulerInfo[] = [
  { name: 'rr', since: null, flags: [], meaning: 'Round robin: each real server in turn.' },
  { name: 'wrr', since: null, flags: [], meaning: 'Round robin by weight.' },
  { name: 'lc', since: null, flags: [], meaning: 'Least connections, active ones counting 256 times.' },
  { name: 'wlc', since: null, flags: [], meaning: 'Least connections by weight.' },
  {
    name: 'sed',
    since: null,
    flags: [],
    meaning: 'Shortest expected delay: least active connections by weight.',
  },
  { name: 'nq', since: null, flags: [], meaning: 'Never queue: an idle real server first, else as sed.' },
  {
    name: 'sh',
    since: null,
    flags: ['sh-port', 'sh-fallback'],
    meaning: 'Hash of the source address, and of its port with sh-port.',
  },
  { name: 'dh', since: null, flags: [], meaning: 'Hash of the destination address.' },
  {
    name: 'mh',
    since: [4, 18],
    flags: ['mh-port', 'mh-fallback'],
    meaning: 'Maglev hash of the source address, and of its port with mh-port.',
  },
  {
    name: 'fo',
    since: [3, 18],
    flags: [],
    meaning: 'Failover: the available real server of the highest weight.',
  },
  {
    name: 'ovf',
    since: [4, 3],
    flags: [],
    meaning: 'Overflow: the highest weight whose active connections do not exceed it.',
  },
  { name: 'twos', since: [5, 1], flags: [], meaning: 'The less loaded of two drawn at random by weight.' },
  {
    name: 'lblc',
    since: null,
    flags: [],
    meaning: 'One real server for each destination address, else as wlc.',
  },
  { name: 'lblcr', since: null, flags: [], meaning: 'A set of real servers for each destination address.' },
];

export const SCHEDULER_NAMES: readonly string[] = SCHEDULERS.map((scheduler) => scheduler.name);
export const SCHEDULER_FLAGS: readonly string[] = SCHEDULERS.flatMap((scheduler) => scheduler.flags);

export function schedulerInfo(name: string): SchedulerInfo | null {
  return SCHEDULERS.find((scheduler) => scheduler.name === name) ?? null;
}

export function schedulerExistsIn(info: SchedulerInfo, kernel: KernelVersion): boolean {
  return info.since === null || kernelAtLeast(kernel, ...info.since);
}
