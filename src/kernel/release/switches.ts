/**
 * What the kernel does differently from release to release, a switch each: the only place where numbers of
 * releases turn into behaviour. Everything else asks for a switch by name (features.ts, ipv4/tcp_features.ts);
 * what a release of a distributor carries is in the files beside this one.
 */

/** A branch of Linux: 5.4. */
export type Branch = readonly [major: number, minor: number];

/** The first point release with a change; or the last known without it and the first known with it. */
export type FirstPatch = number | readonly [without: number, withIt: number];

/** Read in the source or changelog named; follows from what was read; from memory. */
export type Confidence = 'seen' | 'derived' | 'memory';

export interface SwitchInfo {
  /** What the kernel does where it is on. */
  readonly meaning: string;
  readonly commit: string | null;
  /** The commit's title, for who looks for it in a distributor's changelog. */
  readonly title?: string;
  readonly since: Branch;
  /** Branches that got it as a backport. */
  readonly stable: Readonly<Record<string, FirstPatch>>;
  readonly confidence: Confidence;
}

/** A branch whose first point release with a change is not known, only some without it. */
const after = (without: number): FirstPatch => [without, Number.POSITIVE_INFINITY];

const TABLE = {
  connReuseMode: {
    meaning: 'sysctl conn_reuse_mode: a SYN may leave an entry in TIME_WAIT or CLOSE and be scheduled anew',
    commit: 'd752c3645717',
    title: 'ipvs: allow rescheduling of new connections when port reuse is detected',
    since: [4, 1],
    stable: {},
    confidence: 'seen',
  },
  reuseDropsTracked: {
    meaning: 'such a SYN is dropped where conntrack is in use, and only its retransmission is scheduled anew',
    commit: 'f719e3754ee2',
    title: 'ipvs: drop first packet to redirect conntrack',
    since: [4, 6],
    stable: { 4.1: [0, 52], 4.4: [0, 11], 4.5: [0, 7] },
    confidence: 'seen',
  },
  reuseDropsConfirmedOnly: {
    meaning: 'such a SYN is dropped only where its conntrack entry is an old, confirmed one',
    commit: 'f0a5e4d7a594',
    title: 'ipvs: allow connection reuse for unconfirmed conntrack',
    since: [5, 9],
    stable: { 4.14: 194, 4.19: 140, 5.4: 59, 5.7: 16, 5.8: 2 },
    confidence: 'seen',
  },
  nodestReschedules: {
    meaning:
      "expire_nodest_conn: a deleted real server's entries are swept, and their packets scheduled anew",
    commit: '35dfb013149f',
    title: 'ipvs: queue delayed work to expire no destination connections if expire_nodest_conn=1',
    since: [5, 9],
    stable: {},
    confidence: 'seen',
  },
  nodestInAnyMode: {
    meaning: 'expire_nodest_conn: a SYN leaves a real server of weight 0 with conn_reuse_mode 0, too',
    commit: 'c95c07836fa4',
    title: 'ipvs: Fix reuse connection if RS weight is 0',
    since: [5, 16],
    stable: { 4.14: 257, 4.19: 219, 5.4: 163, '5.10': 83, 5.15: 6 },
    confidence: 'seen',
  },
  lateTimers: {
    meaning: 'timers fire late by the granularity of their bucket in the timer wheel',
    commit: '500462a9de65',
    since: [4, 8],
    stable: {},
    confidence: 'memory',
  },
  preEstablishedIsActive: {
    meaning: 'connections in SYN_SENT, SYN_RECV and SYNACK count as active',
    commit: 'be2cef49904b',
    since: [4, 8],
    stable: {},
    confidence: 'seen',
  },
  sloppy: {
    meaning: 'sysctl sloppy_tcp: packets other than a SYN may open a connection',
    commit: null,
    since: [3, 11],
    stable: {},
    confidence: 'memory',
  },
  firstAckEstablishes: {
    meaning: 'with sloppy_tcp, an ACK coming in establishes an entry in state NONE',
    commit: null,
    since: [3, 11],
    stable: {},
    confidence: 'memory',
  },
  assuredTemplates: {
    meaning: 'an entry that expires takes its unused, unassured template of persistence with it',
    commit: '275411430f89',
    since: [4, 19],
    stable: {},
    confidence: 'seen',
  },
  totalConns: {
    meaning: 'a real server counts all its connections for lc and wlc, not active and inactive ones',
    commit: null,
    title: 'ipvs: add totalconns for dest',
    since: [7, 2],
    stable: { 5.15: after(190), 6.1: 183, 6.6: after(100), 6.12: 104, 6.18: after(0), 7.1: after(5) },
    confidence: 'derived',
  },
  hashUpperBits: {
    meaning: 'the schedulers sh, dh and lblc hash with the upper bits of the product',
    commit: null,
    since: [4, 18],
    stable: {},
    confidence: 'seen',
  },
  conntrackOnDemand: {
    meaning: 'conntrack looks at packets of a namespace only where a rule asks for it',
    commit: '0c66dc1ea3f0',
    since: [4, 10],
    stable: {},
    confidence: 'seen',
  },
  renamedKeepsPort: {
    meaning: 'an invalidated template of persistence keeps its virtual port',
    commit: null,
    since: [7, 1],
    stable: {},
    confidence: 'seen',
  },
  natOnDemand: {
    meaning: "NAT's hooks exist only where a NAT rule was made, not wherever the module is loaded",
    commit: 'fdacd57c79b7',
    since: [5, 15],
    stable: {},
    confidence: 'seen',
  },
  largeNeighbourQueue: {
    meaning: "an unresolved neighbour's queue holds SK_WMEM_MAX bytes instead of 64 KiB",
    commit: 'eaa72dc4748e',
    since: [4, 14],
    stable: {},
    confidence: 'seen',
  },
  notrackNeedsConntrack: {
    meaning:
      "IPVS takes only packets out of conntrack's sight that carry an entry, not INVALID ones (ip_vs_notrack)",
    commit: 'cc41c84b7e7f',
    title: 'netfilter: kill the fake untracked conntrack objects',
    since: [4, 12],
    stable: {},
    confidence: 'derived',
  },
  'conntrack.resolvesClashes': {
    meaning: 'a datagram whose tuple another conntrack has goes on with that one (nf_ct_resolve_clash)',
    commit: '71d8c47fc653',
    title: 'netfilter: conntrack: introduce clash resolution on insertion race',
    since: [4, 7],
    stable: {},
    confidence: 'memory',
  },
  'conntrack.overlyDelayedIgnored': {
    meaning: 'conntrack: segments below the window are ignored, not INVALID',
    commit: '6e250dcbff1d',
    since: [6, 1],
    stable: {},
    confidence: 'seen',
  },
  'conntrack.invalidShrinksTimeout': {
    meaning: 'conntrack: an INVALID FIN or RST may shorten the timeout (nf_tcp_handle_invalid)',
    commit: '628d694344a0',
    since: [6, 1],
    stable: {},
    confidence: 'seen',
  },
  'conntrack.strictReset': {
    meaning: 'conntrack: an RST that misses the expected sequence number leaves ESTABLISHED alone',
    commit: 'be0502a3f2e9',
    since: [5, 1],
    stable: { 4.19: [13, 48] },
    confidence: 'seen',
  },
  'conntrack.resetMayAnswerSyn': {
    meaning: "conntrack: an RST may answer a SYN that was let through, whatever the RST's sequence number",
    commit: 'c4edc3ccbc63',
    since: [5, 14],
    stable: {},
    confidence: 'seen',
  },
  'conntrack.closingAcceptsReset': {
    meaning: 'conntrack: a closing entry accepts any RST',
    commit: 'c4edc3ccbc63',
    since: [5, 14],
    stable: {},
    confidence: 'seen',
  },
  'conntrack.synRetransmitKeepsTimeout': {
    meaning: 'conntrack: a SYN retransmitted in SYN_SENT does not renew the timeout',
    commit: 'e15d4cdf27cb',
    since: [5, 14],
    stable: { 4.14: after(222), 4.19: after(222), 5.4: 231, '5.10': 166 },
    confidence: 'seen',
  },
  'conntrack.reinitOnSyn': {
    meaning: 'conntrack: only a SYN with a larger sequence number re-initialises the window, not any packet',
    commit: 'c7aab4f17021',
    since: [5, 18],
    stable: { 5.17: 6 },
    confidence: 'derived',
  },
  'conntrack.udpStreamAfter2s': {
    meaning: 'conntrack: only UDP flows older than two seconds get the stream timeout, which is 120 s',
    commit: 'd535c8a69c19',
    since: [5, 0],
    stable: {},
    confidence: 'seen',
  },
  // Recorded: 5.4.0 is without, 6.1.192 with it. Several commits lie between (77b337196a9d, v5.17, is one of them).
  'conntrack.sctpInitStaysClosed': {
    meaning:
      'conntrack: an SCTP INIT leaves its entry in CLOSED, whose timeout it does not renew; an association is established for 210 s',
    commit: null,
    since: [6, 1],
    stable: {},
    confidence: 'memory',
  },
  'conntrack.onlyStreamsAssured': {
    meaning: 'conntrack: only such UDP flows are assured',
    commit: 'b7b1d02fc439',
    since: [5, 16],
    stable: { 5.4: [159, 162], '5.10': 80, 5.15: 3 },
    confidence: 'derived',
  },
  'conntrack.zeroWindowShortens': {
    meaning: 'conntrack: a window of zero shortens the timeout to that of retransmissions',
    commit: 'fbcd253d2448',
    since: [4, 18],
    stable: {},
    confidence: 'derived',
  },
  'conntrack.timeoutIsTimestamp': {
    meaning: 'conntrack: the timeout is a time stamp, not a timer that is moved only by whole seconds',
    commit: 'f330a7fdbe16',
    since: [4, 9],
    stable: {},
    confidence: 'seen',
  },
  evenPortHint: {
    meaning: 'connect() starts its walk through the source ports at an even one, from one host-wide hint',
    commit: '07f4c90062f8',
    since: [4, 2],
    stable: {},
    confidence: 'seen',
  },
  evenPortsFirst: {
    meaning: 'connect() takes all even source ports before the odd ones',
    commit: '1580ab63fc9a',
    since: [4, 6],
    stable: {},
    confidence: 'seen',
  },
  portHintPerDestination: {
    meaning: 'connect() has a hint per destination, out of 256',
    commit: '190cc82489f4',
    since: [5, 12],
    stable: { 5.4: [195, 200], '5.10': 119 },
    confidence: 'seen',
  },
  randomPortSteps: {
    meaning: 'connect() has 65536 hints, moves on by random steps and starts elsewhere every 10 s',
    commit: '4c2c8f03a5ab',
    since: [5, 18],
    // 5.15.41 came out on the day of 5.17.9; 4.9.320 is from memory.
    stable: { 4.9: 320, 4.14: 285, 4.19: 249, 5.4: 201, '5.10': 125, 5.15: 41, 5.17: 9 },
    confidence: 'seen',
  },
  synLinearTimeouts: {
    meaning:
      'sysctl tcp_syn_linear_timeouts: a SYN is retransmitted four times after 1 s before the waits double',
    commit: 'ccce324dabfe',
    since: [6, 5],
    stable: {},
    confidence: 'derived',
  },
  clampsToUserTimeout: {
    meaning: 'a connection ends with its TCP_USER_TIMEOUT, not with the first retransmission after it',
    commit: null,
    since: [4, 19],
    stable: {},
    confidence: 'memory',
  },
  userTimeoutAtConnect: {
    meaning: 'TCP_USER_TIMEOUT counts for connect(), too',
    commit: null,
    since: [5, 0],
    stable: {},
    confidence: 'memory',
  },
  synResentSoon: {
    meaning: 'a SYN that an ACK or RST for an old connection answers is sent again after two jiffies',
    commit: '9603d47bad46',
    title: 'tcp: Reduce SYN resend delay if a suspicous ACK is received',
    since: [5, 6],
    stable: {},
    confidence: 'memory',
  },
  timestampOffsets: {
    meaning: 'TCP time stamps have a random offset, another for each connection',
    commit: '95a22caee396',
    title: 'tcp: attach random timestamp offset',
    since: [4, 10],
    stable: {},
    confidence: 'memory',
  },
  timestampsPerHosts: {
    meaning: 'that offset is the same for all connections between two hosts',
    commit: '28ee1b746f49',
    title: 'secure_seq: downgrade to per-host timestamp offsets',
    since: [4, 11],
    stable: {},
    confidence: 'memory',
  },
  timestampsPerConnection: {
    meaning: 'that offset differs from connection to connection again',
    commit: '165573e41f2f',
    title: 'tcp: secure_seq: add back ports to TS offset',
    since: [7, 0],
    // 6.1.191: its changelog has it (CVE-2026-23247).
    stable: { 6.1: 191, 6.18: 17, 6.19: 7 },
    confidence: 'seen',
  },
  cpuSlicesExpire: {
    meaning: "a CPU quota's slice that a processor has taken expires with its period",
    commit: '512ac999d275',
    since: [4, 18],
    stable: {},
    confidence: 'memory',
  },
  cpuSlicesStay: {
    meaning: 'such slices do not expire any more',
    commit: 'de53fd7aedb1',
    since: [5, 4],
    stable: {},
    confidence: 'memory',
  },
} as const satisfies Readonly<Record<string, SwitchInfo>>;

export type SwitchName = keyof typeof TABLE;

export const SWITCHES: Readonly<Record<SwitchName, SwitchInfo>> = TABLE;
export const SWITCH_NAMES = Object.keys(TABLE) as SwitchName[];
