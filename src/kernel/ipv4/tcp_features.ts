/** What a host's kernel does differently as the end of a TCP connection; features.ts says the same of a director. */
import { expectKernel, kernelHas } from '../release/release.ts';
import type { SwitchName } from '../release/switches.ts';
import type { TimestampOffsets } from './tcp_timestamps.ts';

/** How connect() walks through the ephemeral ports (__inet_hash_connect); each is the switch of that name. */
export type PortChoice = 'sequential' | 'evenHint' | 'evenFirst' | 'perturb' | 'perturbRandom';

/** The newest first: each replaced the one below it. */
const CHOICES = [
  ['randomPortSteps', 'perturbRandom'],
  ['portHintPerDestination', 'perturb'],
  ['evenPortsFirst', 'evenFirst'],
  ['evenPortHint', 'evenHint'],
] as const satisfies readonly (readonly [SwitchName, PortChoice])[];

/** The newest first, too. */
const OFFSETS = [
  ['timestampsPerConnection', 'connection'],
  ['timestampsPerHosts', 'hosts'],
  ['timestampOffsets', 'connection'],
] as const satisfies readonly (readonly [SwitchName, TimestampOffsets])[];

export interface TcpFeatures {
  readonly portChoice: PortChoice;
  /** Before v4.8 timers fire on their jiffy. */
  readonly timersOnTheJiffy: boolean;
  /** net.ipv4.tcp_syn_linear_timeouts: SYNs retransmitted after the first timeout again and again. */
  readonly synLinearTimeouts: number;
  /** The last timeout is shortened so that it ends with TCP_USER_TIMEOUT. */
  readonly clampsToUserTimeout: boolean;
  /** TCP_USER_TIMEOUT counts for connect(), too. */
  readonly userTimeoutAtConnect: boolean;
  readonly timestampOffsets: TimestampOffsets;
  /** A SYN whose answer had to be reset is sent again at once. */
  readonly resendsSynSoon: boolean;
}

/** Behaviour of the kernel named as readKernel() understands it ("3.10.0-1127.el7", "5.4", "6.1.192"). */
export function tcpFeatures(release: string): TcpFeatures {
  const kernel = expectKernel(release);
  return {
    portChoice: CHOICES.find(([name]) => kernelHas(kernel, name))?.[1] ?? 'sequential',
    timersOnTheJiffy: !kernelHas(kernel, 'lateTimers'),
    synLinearTimeouts: kernelHas(kernel, 'synLinearTimeouts') ? 4 : 0,
    clampsToUserTimeout: kernelHas(kernel, 'clampsToUserTimeout'),
    userTimeoutAtConnect: kernelHas(kernel, 'userTimeoutAtConnect'),
    timestampOffsets: OFFSETS.find(([name]) => kernelHas(kernel, name))?.[1] ?? 'none',
    resendsSynSoon: kernelHas(kernel, 'synResentSoon'),
  };
}
