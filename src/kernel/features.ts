/**
 * What the director's kernel does, as switches that its functions ask by name. What each means, and which release
 * has it, is in release/switches.ts.
 */
import { expectKernel, kernelHas } from './release/release.ts';
import type { SwitchName } from './release/switches.ts';

type Prefixed = Extract<SwitchName, `conntrack.${string}`>;
type Stripped<Name> = Name extends `conntrack.${infer Rest}` ? Rest : never;

/** Switches of a client's or server's host (ipv4/tcp_features.ts, network/hosts.ts), not of the director. */
type OfHosts =
  | 'evenPortHint'
  | 'evenPortsFirst'
  | 'portHintPerDestination'
  | 'randomPortSteps'
  | 'synLinearTimeouts'
  | 'clampsToUserTimeout'
  | 'userTimeoutAtConnect'
  | 'synResentSoon'
  | 'timestampOffsets'
  | 'timestampsPerHosts'
  | 'timestampsPerConnection'
  | 'cpuSlicesExpire'
  | 'cpuSlicesStay';

export type KernelFeatures = Readonly<Record<Exclude<SwitchName, Prefixed | OfHosts>, boolean>> & {
  /** Variants of nf_conntrack_proto_tcp.c and its neighbours. */
  readonly conntrack: ConntrackFeatures;
};

export type ConntrackFeatures = Readonly<Record<Stripped<Prefixed>, boolean>>;

/** Behaviour of the kernel named as readKernel() understands it ("3.10.0-1127.el7", "5.4", "6.1.192"). */
export function kernelFeatures(release: string): KernelFeatures {
  const kernel = expectKernel(release);
  const has = (name: SwitchName): boolean => kernelHas(kernel, name);
  return {
    connReuseMode: has('connReuseMode'),
    reuseDropsTracked: has('reuseDropsTracked'),
    reuseDropsConfirmedOnly: has('reuseDropsConfirmedOnly'),
    nodestReschedules: has('nodestReschedules'),
    nodestInAnyMode: has('nodestInAnyMode'),
    lateTimers: has('lateTimers'),
    preEstablishedIsActive: has('preEstablishedIsActive'),
    sloppy: has('sloppy'),
    firstAckEstablishes: has('firstAckEstablishes'),
    assuredTemplates: has('assuredTemplates'),
    totalConns: has('totalConns'),
    hashUpperBits: has('hashUpperBits'),
    conntrackOnDemand: has('conntrackOnDemand'),
    renamedKeepsPort: has('renamedKeepsPort'),
    natOnDemand: has('natOnDemand'),
    largeNeighbourQueue: has('largeNeighbourQueue'),
    notrackNeedsConntrack: has('notrackNeedsConntrack'),
    conntrack: {
      resolvesClashes: has('conntrack.resolvesClashes'),
      overlyDelayedIgnored: has('conntrack.overlyDelayedIgnored'),
      invalidShrinksTimeout: has('conntrack.invalidShrinksTimeout'),
      strictReset: has('conntrack.strictReset'),
      resetMayAnswerSyn: has('conntrack.resetMayAnswerSyn'),
      closingAcceptsReset: has('conntrack.closingAcceptsReset'),
      synRetransmitKeepsTimeout: has('conntrack.synRetransmitKeepsTimeout'),
      reinitOnSyn: has('conntrack.reinitOnSyn'),
      udpStreamAfter2s: has('conntrack.udpStreamAfter2s'),
      onlyStreamsAssured: has('conntrack.onlyStreamsAssured'),
      zeroWindowShortens: has('conntrack.zeroWindowShortens'),
      timeoutIsTimestamp: has('conntrack.timeoutIsTimestamp'),
      sctpInitStaysClosed: has('conntrack.sctpInitStaysClosed'),
    },
  };
}
