/**
 * Every kernel setting the model knows: sysctls of IPVS and conntrack, the table's size (a module parameter) and the
 * timeouts that `ipvsadm --set` changes, which have no sysctl and get names of their own here. A row is all that
 * there is to say of one: the fields that the kernel reads (sysctl.ts), the schema, completion, `explain` and
 * docs/scenarios.md are made from it. Settings that Linux has and the model has not are in scenario/sysctl_elsewhere.ts.
 */
import { type KernelRelease, kernelAtLeast } from './release/release.ts';
import type { SwitchName } from './release/switches.ts';

/** By the release's name, or by a switch that distributors backport, too. */
export type Since = readonly [number, number] | SwitchName;

interface Default {
  readonly since: Since;
  readonly value: number;
}

export interface SysctlRow<Name extends string = string> {
  readonly name: Name;
  /** Where one sets it on a real host. */
  readonly kind: 'sysctl' | 'module parameter' | 'ipvsadm --set';
  /** The kernel's own default, in the order of the kernels: the last one whose `since` has come holds. */
  readonly defaults: readonly Default[];
  readonly min: number;
  readonly max: number;
  /** `s`, `ms`, `entries` ...; empty for switches and counts. */
  readonly unit: string;
  /** First kernel that has it; null where all supported ones do. */
  readonly since: Since | null;
  readonly kernelFunction: string;
  /** One sentence. */
  readonly meaning: string;
}

type Entry<Name> = readonly [name: Name, value: number, range: readonly [number, number], unit: string];

function entry<const Name extends string>(
  [name, value, [min, max], unit]: Entry<Name>,
  kernelFunction: string,
  meaning: string,
  more: Partial<SysctlRow<Name>> = {},
): SysctlRow<Name> {
  return {
    name,
    kind: 'sysctl',
    defaults: [{ since: [3, 10], value }],
    min,
    max,
    unit,
    since: null,
    kernelFunction,
    meaning,
    ...more,
  };
}

const SWITCH = [0, 1] as const;
const LEVEL = [0, 3] as const;
/** The largest number of seconds that jiffies at HZ=1000 can count in an int. */
const SECONDS = [0, 2_147_483] as const;
const INT = [0, 2_147_483_647] as const;

const IPVS = [
  entry(
    ['net.ipv4.vs.conntrack', 0, SWITCH, ''],
    'ip_vs_conn_new(), ip_vs_conntrack_enabled()',
    'Whether IPVS keeps conntrack entries for its connections; without them no SYN is ever dropped for an old one.',
  ),
  entry(
    ['net.ipv4.vs.conn_reuse_mode', 1, LEVEL, ''],
    'is_new_conn_expected(), ip_vs_in_hook()',
    'What a SYN does on an old entry of its port: 0 keeps the entry and its real server, 1 reschedules in TIME_WAIT and CLOSE, bit 2 also in FIN_WAIT where no output was seen.',
    { since: 'connReuseMode' },
  ),
  entry(
    ['net.ipv4.vs.expire_nodest_conn', 0, SWITCH, ''],
    'ip_vs_in_hook(), __ip_vs_del_dest()',
    'Whether entries of a real server with weight 0 or without a real server are expired when a packet meets them.',
  ),
  entry(
    ['net.ipv4.vs.expire_quiescent_template', 0, SWITCH, ''],
    'ip_vs_check_template()',
    'Whether a persistence template of a real server with weight 0 is given up.',
  ),
  entry(
    ['net.ipv4.vs.sloppy_tcp', 0, SWITCH, ''],
    'tcp_conn_schedule()',
    'Whether a packet that is no SYN may open an entry.',
    { since: 'sloppy' },
  ),
  entry(
    ['net.ipv4.vs.secure_tcp', 0, LEVEL, ''],
    'ip_vs_protocol_timeout_change(), tcp_timeout_change()',
    'Which TCP state table is used: 3 is the one that establishes an entry only after the reply; 1 and 2 ask for memory pressure, which the model does not have.',
  ),
  entry(
    ['net.ipv4.vs.drop_entry', 0, LEVEL, ''],
    'ip_vs_random_dropentry()',
    'Whether half-open entries are dropped at random every second: 3 always; 1 and 2 ask for memory pressure, which the model does not have.',
  ),
  entry(
    ['net.ipv4.vs.drop_packet', 0, LEVEL, ''],
    'ip_vs_todrop()',
    'Whether one in so many packets that would open an entry is dropped: 3 at the rate of am_droprate; 1 and 2 ask for memory pressure, which the model does not have.',
  ),
  entry(
    ['net.ipv4.vs.am_droprate', 10, [1, INT[1]], 'packets'],
    'update_defense_level()',
    'With drop_packet 3, one packet in so many is dropped.',
  ),
  entry(
    ['net.ipv4.vs.amemthresh', 1024, INT, 'pages'],
    'update_defense_level()',
    'Free memory below which modes 1 and 2 of the defences act; the model is never short of memory.',
  ),
  entry(
    ['net.ipv4.vs.lblc_expiration', 86_400, SECONDS, 's'],
    'ip_vs_lblc_full_check()',
    'How long the scheduler lblc remembers the real server of an address that nobody asks for; looked at every half hour.',
  ),
  entry(
    ['net.ipv4.vs.lblcr_expiration', 86_400, SECONDS, 's'],
    'ip_vs_lblcr_schedule(), ip_vs_lblcr_full_check()',
    'How long the scheduler lblcr keeps the real servers of an address without change before the most loaded one goes, and without use before all go.',
  ),
  entry(
    ['net.ipv4.vs.nat_icmp_send', 0, SWITCH, ''],
    'handle_response(), ip_vs_out_hook()',
    'Whether a real server gets port unreachable for a packet that matches no entry.',
  ),
  entry(
    ['net.ipv4.vs.conn_max', 2 ** 30, [0, 2 ** 30], 'entries'],
    'ip_vs_conn_new()',
    'Entries that one network namespace may hold.',
    { since: [7, 2] },
  ),
  entry(
    ['net.ipv4.vs.conn_tab_bits', 12, [8, 27], 'bits'],
    'ip_vs_conn_init()',
    'Buckets of the connection table, as a power of two; not a sysctl but the parameter conn_tab_bits of module ip_vs, fixed once loaded.',
    { kind: 'module parameter' },
  ),
  entry(
    ['net.ipv4.vs.timeout.tcp', 900, [1, SECONDS[1]], 's'],
    'ip_vs_set_timeout()',
    'Timeout of ESTABLISHED; not a sysctl but the first number of ipvsadm --set.',
    { kind: 'ipvsadm --set' },
  ),
  entry(
    ['net.ipv4.vs.timeout.tcpfin', 120, [1, SECONDS[1]], 's'],
    'ip_vs_set_timeout()',
    'Timeout of FIN_WAIT (TIME_WAIT stays 120 s); not a sysctl but the second number of ipvsadm --set.',
    { kind: 'ipvsadm --set' },
  ),
  entry(
    ['net.ipv4.vs.timeout.udp', 300, [1, SECONDS[1]], 's'],
    'ip_vs_set_timeout()',
    'Timeout of UDP entries; not a sysctl but the third number of ipvsadm --set.',
    { kind: 'ipvsadm --set' },
  ),
];

function conntrackTimeout<const State extends string>(state: State, seconds: number, meaning: string) {
  return entry(
    [`net.netfilter.nf_conntrack_tcp_timeout_${state}` as const, seconds, SECONDS, 's'],
    'nf_conntrack_tcp_packet()',
    meaning,
  );
}

const CONNTRACK = [
  entry(
    ['net.netfilter.nf_conntrack_max', 262_144, INT, 'entries'],
    '__nf_conntrack_alloc()',
    'Conntrack entries the host may hold, 0 for no limit; the default is that of a host with more than 4 GB.',
  ),
  conntrackTimeout('syn_sent', 120, 'Timeout of conntrack entries that have seen a SYN only.'),
  conntrackTimeout('syn_recv', 60, 'Timeout of conntrack entries that have seen the SYN+ACK.'),
  conntrackTimeout('established', 432_000, 'Timeout of established conntrack entries.'),
  conntrackTimeout('fin_wait', 120, 'Timeout of conntrack entries after the first FIN.'),
  conntrackTimeout('close_wait', 60, 'Timeout of conntrack entries whose first FIN is acknowledged.'),
  conntrackTimeout('last_ack', 30, 'Timeout of conntrack entries after the second FIN.'),
  conntrackTimeout('time_wait', 120, 'Timeout of conntrack entries whose second FIN is acknowledged.'),
  conntrackTimeout('close', 10, 'Timeout of conntrack entries after a reset.'),
  conntrackTimeout('max_retrans', 300, 'Cap on the timeout after tcp_max_retrans retransmissions.'),
  conntrackTimeout('unacknowledged', 300, 'Cap on the timeout while data waits for its acknowledgement.'),
  entry(
    ['net.netfilter.nf_conntrack_tcp_loose', 1, SWITCH, ''],
    'tcp_new()',
    'Whether an ACK without an entry may open an established one.',
  ),
  entry(
    ['net.netfilter.nf_conntrack_tcp_be_liberal', 0, SWITCH, ''],
    'tcp_in_window()',
    'Whether segments outside the window are tracked all the same.',
  ),
  entry(
    ['net.netfilter.nf_conntrack_tcp_max_retrans', 3, [0, 255], 'packets'],
    'nf_conntrack_tcp_packet()',
    'Retransmissions after which the timeout is capped.',
  ),
  entry(
    ['net.netfilter.nf_conntrack_sctp_timeout_closed', 10, SECONDS, 's'],
    'nf_conntrack_sctp_packet()',
    'Timeout of SCTP conntrack entries whose association is over; so long no INIT from its port is one of its own.',
  ),
  entry(
    ['net.netfilter.nf_conntrack_udp_timeout', 30, SECONDS, 's'],
    'nf_conntrack_udp_packet()',
    'Timeout of UDP conntrack entries without a reply.',
  ),
  entry(
    ['net.netfilter.nf_conntrack_udp_timeout_stream', 180, SECONDS, 's'],
    'nf_conntrack_udp_packet()',
    'Timeout of UDP conntrack entries that have seen a reply.',
    {
      defaults: [
        { since: [3, 10], value: 180 },
        { since: 'conntrack.udpStreamAfter2s', value: 120 },
      ],
    },
  ),
  entry(
    ['net.ipv4.icmp_ratelimit', 1000, INT, 'ms'],
    'icmpv4_xrlim_allow()',
    'Least time between two ICMP errors to one client, 0 for no limit.',
  ),
];

export const SYSCTL_TABLE = [...IPVS, ...CONNTRACK];

export type SysctlName = (typeof SYSCTL_TABLE)[number]['name'];

/** What cannot be told counts as there. */
export function sysctlExistsIn({ since }: SysctlRow, kernel: KernelRelease): boolean {
  return since === null || hasCome(since, kernel) !== 'no';
}

function hasCome(since: Since, kernel: KernelRelease): 'yes' | 'no' | 'unknown' {
  if (typeof since === 'string') return kernel.answers[since].state;
  return kernelAtLeast(kernel, ...since) ? 'yes' : 'no';
}

/** The kernel's own default in that release. */
export function kernelDefault({ defaults }: SysctlRow, kernel: KernelRelease): number {
  let value = defaults[0]!.value;
  for (const later of defaults) if (hasCome(later.since, kernel) === 'yes') value = later.value;
  return value;
}
