/** Kernel functions as topics: what each decides, and what of ours names it. */
import { CAUSES } from '../causes/causes.ts';
import { REASONS } from '../causes/drop_reasons.ts';
import { SYSCTLS } from '../scenario/sysctl.ts';
import type { Topic } from './topic.ts';

const CORE = 'net/netfilter/ipvs/ip_vs_core.c';
const CONN = 'net/netfilter/ipvs/ip_vs_conn.c';
const XMIT = 'net/netfilter/ipvs/ip_vs_xmit.c';
const CONNTRACK = 'net/netfilter/nf_conntrack_core.c';

/** Name, file, what it does. */
const FUNCTIONS: readonly (readonly [name: string, file: string, meaning: string])[] = [
  [
    'ip_vs_in',
    CORE,
    'A packet for a virtual service: looks for its entry, decides about a SYN that meets one, has others scheduled, and ' +
      'sends the packet on. It is a hook at LOCAL_IN, and called ip_vs_in_hook() in newer kernels.',
  ],
  ['ip_vs_in_hook', CORE, 'ip_vs_in() under its newer name.'],
  [
    'ip_vs_out',
    CORE,
    'A packet from a real server: gives it back the address of the service. A hook at FORWARD.',
  ],
  ['ip_vs_schedule', CORE, 'Has the scheduler pick a real server and makes an entry for the connection.'],
  [
    'ip_vs_sched_persist',
    CORE,
    "The same for a persistent service: the client's template decides, and is made if there is none.",
  ],
  [
    'ip_vs_leave',
    CORE,
    'There is no real server to choose: answers ICMP port unreachable and drops the packet.',
  ],
  ['ip_vs_todrop', CORE, 'The drop_packet defence: takes each n-th packet that would open a connection.'],
  [
    'is_new_conn_expected',
    CORE,
    'Whether a SYN that meets an entry is a new connection: in TIME_WAIT and CLOSE, if conn_reuse_mode is not 0.',
  ],
  [
    'tcp_timewait_state_process',
    'net/ipv4/tcp_minisocks.c',
    'A segment for a connection in TIME_WAIT, at the real server: a SYN whose sequence number or time stamp is later opens a ' +
      'new connection; one whose time stamp is earlier (PAWS) is answered with an ACK of the old one.',
  ],
  ['ip_vs_conn_new', CONN, 'Makes an entry; none beyond conn_max.'],
  ['ip_vs_conn_expire', CONN, 'The timer of an entry is over: removes it, unless others refer to it.'],
  ['ip_vs_conn_expire_now', CONN, 'Ends the timer of an entry that is not wanted any more.'],
  [
    'ip_vs_check_template',
    CONN,
    'Whether a template of a persistent service still holds: not when its real server is deleted, or has weight 0 and ' +
      'expire_quiescent_template is set.',
  ],
  [
    'ip_vs_expire_nodest_conn_flush',
    CONN,
    'From v5.9 on: with expire_nodest_conn, ends the entries of a deleted real server.',
  ],
  [
    'ip_vs_conn_uses_conntrack',
    'include/net/ip_vs.h',
    'Before v5.9: whether the packet belongs to a conntrack. A SYN that does, and whose entry is to be replaced, is dropped.',
  ],
  [
    'ip_vs_conn_uses_old_conntrack',
    'include/net/ip_vs.h',
    'From v5.9 on: whether the conntrack is confirmed already, as that of a new connection is not.',
  ],
  [
    'ip_vs_nat_xmit',
    XMIT,
    "Sends a packet to a masqueraded real server, with its address in place of the service's.",
  ],
  ['ip_vs_dr_xmit', XMIT, 'Sends a packet unchanged to the link address of a real server (direct routing).'],
  ['ip_vs_tunnel_xmit', XMIT, 'Sends a packet to a real server inside of another (IPIP).'],
  [
    'set_tcp_state',
    'net/netfilter/ipvs/ip_vs_proto_tcp.c',
    'Moves an entry to its next TCP state and sets its timer.',
  ],
  [
    'udp_state_transition',
    'net/netfilter/ipvs/ip_vs_proto_udp.c',
    'Restarts the timer of an entry with each datagram.',
  ],
  ['nf_conntrack_in', CONNTRACK, 'Finds the conntrack of a packet, or makes one.'],
  [
    '__nf_conntrack_alloc',
    CONNTRACK,
    'Makes a conntrack; drops the packet when there are nf_conntrack_max and none can be given up.',
  ],
  [
    '__nf_conntrack_confirm',
    CONNTRACK,
    'Puts a conntrack into the table when its first packet has passed all rules.',
  ],
  ['early_drop', CONNTRACK, 'Gives up a conntrack that is not assured, to make room.'],
  [
    'nf_conntrack_tcp_packet',
    'net/netfilter/nf_conntrack_proto_tcp.c',
    'Moves a conntrack to its next TCP state; refuses what is impossible in it.',
  ],
  [
    'nf_conntrack_sctp_packet',
    'net/netfilter/nf_conntrack_proto_sctp.c',
    'Moves the conntrack of an association to its next state; refuses a chunk whose verification tag does not fit.',
  ],
  [
    'sctp_rcv',
    'net/sctp/input.c',
    'The SCTP of a host: without an association for a packet it answers with ABORT, or SHUTDOWN-COMPLETE, and the tag it came with.',
  ],
  [
    'icmp_send',
    'net/ipv4/icmp.c',
    'Tells the sender of a packet that its destination is unreachable (the port where no UDP socket has it, the protocol where no module has ' +
      'SCTP), as often as icmp_ratelimit allows.',
  ],
  ['tcp_v4_rcv', 'net/ipv4/tcp_ipv4.c', 'The local TCP: without a socket for a segment it answers with RST.'],
  [
    'tcp_v4_send_reset',
    'net/ipv4/tcp_ipv4.c',
    'Answers a segment for which there is no socket. The virtual address is local, so the director itself does.',
  ],
  [
    'tcp_conn_request',
    'net/ipv4/tcp_input.c',
    'A SYN for a listening socket; dropped when the accept queue is full.',
  ],
  [
    'tcp_write_timeout',
    'net/ipv4/tcp_timer.c',
    'Whether a segment has been sent often enough: tcp_syn_retries, tcp_retries2, TCP_USER_TIMEOUT.',
  ],
  [
    'ip_handle_martian_source',
    'net/ipv4/route.c',
    'Drops a packet whose source cannot be where it comes from, as the own address of its host.',
  ],
  [
    'ipt_do_table',
    'net/ipv4/netfilter/ip_tables.c',
    "Walks a packet through a table of iptables' rules, kube-proxy's among them.",
  ],
  ['ip6t_do_table', 'net/ipv6/netfilter/ip6_tables.c', 'The same for ip6tables.'],
  [
    'reject_tg4',
    'net/ipv4/netfilter/ipt_REJECT.c',
    "A rule that refuses, as kube-proxy's for a service without endpoints: ICMP port unreachable, at a limited rate.",
  ],
  [
    'reject_tg6',
    'net/ipv6/netfilter/ip6t_REJECT.c',
    'The same over IPv6: ICMPv6 port unreachable (1/4), which has a limit of its own.',
  ],
  [
    'icmpv6_xrlim_allow',
    'net/ipv6/icmp.c',
    'How soon a host gets its next ICMPv6 error: after net.ipv6.icmp.ratelimit, 1000 ms, and after a quarter of it where the route ' +
      'to the host is a /64. For an error of IPv4 it is icmpv4_xrlim_allow() and icmp_ratelimit.',
  ],
  ['nft_do_chain', 'net/netfilter/nf_tables_core.c', 'The same for a chain of nftables.'],
  [
    '__inet_hash_connect',
    'net/ipv4/inet_hashtables.c',
    'connect() chooses a source port; EADDRNOTAVAIL when there is none.',
  ],
  [
    'inet_csk_listen_stop',
    'net/ipv4/inet_connection_sock.c',
    'A listening socket is closed: connections that nobody has accepted are reset.',
  ],
  ['arp_error_report', 'net/ipv4/arp.c', 'Nobody has answered for the next hop: ICMP host unreachable.'],
  [
    'ndisc_error_report',
    'net/ipv6/ndisc.c',
    'The same over IPv6, where neighbours are asked by ICMPv6: address unreachable (1/3).',
  ],
];

export function functionTopics(): readonly Topic[] {
  return FUNCTIONS.map(([name, file, meaning]) => {
    const names = (text: string): boolean => new RegExp(`(?<![\\w])${name}\\(`, 'u').test(text);
    const reasons = Object.entries(REASONS).filter(([, reason]) => names(reason.kernelFunction));
    const causes = CAUSES.filter(({ kernel }) => names(kernel));
    const sysctls = SYSCTLS.filter(({ kernelFunction }) => names(kernelFunction));
    return {
      name,
      kind: 'kernel function',
      meaning,
      facts: [
        ['File', file],
        ['Settings', sysctls.map(({ name: sysctl }) => sysctl).join(', ')],
        ['Drops for', reasons.map(([reason]) => reason).join(', ')],
        ['Causes', causes.map((cause) => cause.name).join(', ')],
      ],
    };
  });
}
