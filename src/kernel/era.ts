/**
 * What a kernel release does differently: the only place where version numbers turn into behaviour. Every
 * other file asks for a feature by name.
 */
export interface KernelFeatures {
  readonly release: string;
  /**
   * The port-reuse block of ip_vs_in():
   * A  before v4.1: only "destination has weight 0" reschedules;
   * B  d752c3645717 (v4.1): conn_reuse_mode;
   * C  f719e3754ee2 (v4.6, and RHEL 7.8): dropped when conntrack is in use;
   * D  f0a5e4d7a594 (v5.9): dropped only when the packet's conntrack is confirmed;
   * E  c95c07836fa4 (v5.16): expire_nodest_conn also with mode 0.
   */
  readonly reuseBlock: 'A' | 'B' | 'C' | 'D' | 'E';
  /** 35dfb013149f (v5.9): an unavailable destination reschedules the packet itself, deleting one sweeps the table. */
  readonly nodestReschedules: boolean;
  /** Before v4.8 timers fire on their jiffy (500462a9de65 made them late). */
  readonly timersOnTheJiffy: boolean;
  /** be2cef49904b (v4.8): SYN_SENT, SYN_RECV and SYNACK count as active. */
  readonly preEstablishedIsActive: boolean;
  /** v3.11: sloppy_tcp exists. */
  readonly sloppy: boolean;
  /** v3.11, with sloppy_tcp: an ACK coming in establishes an entry in state NONE. */
  readonly firstAckEstablishes: boolean;
  /** v4.19 and later: expiring a child drops its unused, unassured template (ip_vs_conn_expire). */
  readonly assuredTemplates: boolean;
  /** Destinations count all connections, not the inactive ones; the overhead of lc and wlc follows. */
  readonly totalConns: boolean;
  /** v4.18: sh and dh hash with the upper bits of the product. */
  readonly hashUpperBits: boolean;
  /** v4.10: conntrack tracks a namespace only when a rule asks for it. */
  readonly conntrackOnDemand: boolean;
  /** v7.1: an invalidated template keeps its virtual port; lookups pass over it by its destination port. */
  readonly renamedKeepsPort: boolean;
  /** v5.13: NAT's hooks exist only where a NAT rule was made; before, wherever the module is loaded. */
  readonly natOnDemand: boolean;
  /** eaa72dc4748e (v4.14): an unresolved neighbour's queue holds SK_WMEM_MAX bytes. */
  readonly largeNeighbourQueue: boolean;
  readonly conntrack: ConntrackFeatures;
}

/** Variants of nf_conntrack_proto_tcp.c. */
export interface ConntrackFeatures {
  /** v6.2 (backported to v6.1.y): segments below the window are ignored, not INVALID. */
  readonly overlyDelayedIgnored: boolean;
  /** v5.1: an RST in ESTABLISHED that misses the expected sequence number leaves the state alone. */
  readonly strictReset: boolean;
  /** v5.14: an RST may answer a SYN that was let through; its sequence number is then not held against it. */
  readonly resetMayAnswerSyn: boolean;
  /** v5.14: a closing entry accepts any RST (tcp_can_early_drop). */
  readonly closingAcceptsReset: boolean;
  /** v5.14: a SYN retransmitted in SYN_SENT does not renew the timeout. */
  readonly synRetransmitKeepsTimeout: boolean;
  /** v5.17: only a SYN with a larger sequence number re-initialises the window; before, any packet. */
  readonly reinitOnSyn: boolean;
  /** v6.1.y and v6.3: an INVALID FIN or RST may shrink the timeout (nf_tcp_handle_invalid). */
  readonly invalidShrinksTimeout: boolean;
  /** v5.0: only UDP flows older than two seconds get the stream timeout. */
  readonly udpStreamAfter2s: boolean;
  /** v5.17: and only those are assured. */
  readonly onlyStreamsAssured: boolean;
  /** v5.4: a window of zero shortens the timeout to that of retransmissions. */
  readonly zeroWindowShortens: boolean;
  /** v4.10: the timeout is a time stamp; before, a timer that is moved only by whole seconds. */
  readonly timeoutIsTimestamp: boolean;
}

interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly el7: boolean;
}

function parseRelease(release: string): Version {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(release);
  if (match === null) throw new RangeError(`not a kernel release: ${release}`);
  return {
    major: Number(match[1]),
    minor: Number(match[2]),
    patch: Number(match[3] ?? 0),
    el7: release.startsWith('3.10') && /\.el7/.test(release),
  };
}

/** Behaviour of the kernel named like `uname -r` ("3.10.0-1127.el7", "5.4", "6.1.192"). */
export function kernelFeatures(release: string): KernelFeatures {
  const version = parseRelease(release);
  const since = (major: number, minor: number, patch = 0): boolean =>
    version.major !== major
      ? version.major > major
      : version.minor !== minor
        ? version.minor > minor
        : version.patch >= patch;
  /** In the stable branch major.minor from `patch` on. */
  const stable = (major: number, minor: number, patch: number): boolean =>
    version.major === major && version.minor === minor && version.patch >= patch;
  return {
    release,
    reuseBlock: reuseBlock(since, stable, version.el7),
    nodestReschedules: since(5, 9),
    timersOnTheJiffy: !since(4, 8),
    preEstablishedIsActive: since(4, 8),
    sloppy: since(3, 11),
    firstAckEstablishes: since(3, 11),
    assuredTemplates: since(4, 19),
    // Deviation: the point release of the 6.1 backport is not known; 6.1.192 has it, 5.10.223 has not.
    totalConns: since(7, 1) || stable(6, 1, 192),
    hashUpperBits: since(4, 18),
    conntrackOnDemand: since(4, 10),
    renamedKeepsPort: since(7, 1),
    natOnDemand: since(5, 13),
    largeNeighbourQueue: since(4, 14),
    conntrack: {
      overlyDelayedIgnored: since(6, 2) || stable(6, 1, 192),
      strictReset: since(5, 1),
      resetMayAnswerSyn: since(5, 14),
      closingAcceptsReset: since(5, 14),
      synRetransmitKeepsTimeout: since(5, 14) || stable(5, 10, 223),
      reinitOnSyn: since(5, 17),
      invalidShrinksTimeout: since(6, 3) || stable(6, 1, 192),
      udpStreamAfter2s: since(5, 0),
      onlyStreamsAssured: since(5, 17) || stable(5, 10, 223),
      zeroWindowShortens: since(5, 3),
      timeoutIsTimestamp: since(4, 10),
    },
  };
}

type Since = (major: number, minor: number, patch?: number) => boolean;
type Stable = (major: number, minor: number, patch: number) => boolean;

function reuseBlock(since: Since, stable: Stable, el7: boolean): 'A' | 'B' | 'C' | 'D' | 'E' {
  if (since(5, 16)) return 'E';
  // Point releases of the stable branches are inferred from when the patches were queued (Nov 2021, Aug 2020).
  if (stable(5, 15, 6) || stable(5, 10, 83) || stable(5, 4, 163) || stable(4, 19, 219) || stable(4, 14, 257))
    return 'E';
  if (since(5, 9)) return 'D';
  if (stable(5, 8, 2) || stable(5, 7, 16) || stable(5, 4, 60) || stable(4, 19, 141) || stable(4, 14, 194))
    return 'D';
  if (since(4, 6) || el7) return 'C';
  return since(4, 1) ? 'B' : 'A';
}
