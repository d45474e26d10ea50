/**
 * Why a packet was dropped, in words: one entry per reason of kernel/drop_reason.ts. `ipvsim explain`, `why`,
 * the summaries and the HTML report all take their sentences from here.
 */
import type { DropReason } from '../measure/trace.ts';

export interface ReasonText {
  /** A few words, for legends and tables. */
  readonly title: string;
  /** What happened, as one sentence. */
  readonly happened: string;
  /** The kernel function that decides it. */
  readonly kernelFunction: string;
  /** What the client sees of it. */
  readonly client: string;
  /** Where it shows on a real node, if anywhere. */
  readonly visible: string;
  /** What helps, each with its price. */
  readonly remedies: readonly string[];
}

export const REASONS: Readonly<Record<DropReason, ReasonText>> = {
  old_conntrack: {
    title: 'SYN on an old entry',
    happened:
      'A SYN met the IPVS entry that the last connection from the same source port had left behind in TIME_WAIT or ' +
      'CLOSE, and carried a conntrack (before v5.9 any, from then on a confirmed one), which IPVS would not send to ' +
      'another real server; so it told the entry to expire and dropped the SYN.',
    kernelFunction: 'ip_vs_in() (ip_vs_in_hook() in 6.1)',
    client:
      'The connect takes one SYN retransmission longer: 1 s, or 3 s and 7 s when the next SYNs are dropped too.',
    visible:
      'In no IPVS counter. The client counts a TCPSynRetrans; a capture on both sides of the director shows a SYN ' +
      'that comes in and does not go out.',
    remedies: [
      'conn_reuse_mode=0: the SYN goes to the real server of the old entry at once; the price is that traffic ' +
        'keeps following real servers that are being removed, unless the kernel is 5.16 or newer with ' +
        'expire_nodest_conn=1.',
      'a kernel from 5.9 on: only a conntrack that is already confirmed makes IPVS drop, and a new connection on a ' +
        'finished one has a fresh conntrack.',
      'keep-alive: fewer connections, so that no source port comes back within the 120 s of TIME_WAIT.',
      'more source ports or client addresses: the reuse of a port moves beyond 120 s.',
      'net.ipv4.vs.conntrack=0: nothing holds the entry to its conntrack; the price is that iptables rules such as ' +
        'masquerading no longer see these packets.',
    ],
  },
  nodest_conntrack: {
    title: 'SYN on an entry with weight 0',
    happened:
      'A SYN met an entry whose real server has weight 0; expire_nodest_conn=1 asks for another server, but ' +
      'conntrack already knows the connection, so the entry was told to expire and the SYN was dropped.',
    kernelFunction: 'ip_vs_in() (ip_vs_in_hook() in 6.1)',
    client:
      'The connect takes one SYN retransmission longer, and then reaches a server that is not being removed.',
    visible: 'In no IPVS counter; the client counts a TCPSynRetrans.',
    remedies: [
      'usually none is wanted: this is how traffic leaves a server that is being drained.',
      'net.ipv4.vs.conntrack=0: the SYN is scheduled anew at once; the price is that iptables rules no longer see ' +
        'these packets.',
    ],
  },
  dest_unavailable: {
    title: 'entry of a deleted server',
    happened:
      'The packet matched an entry whose real server has been deleted from the service, and was dropped.',
    kernelFunction: 'ip_vs_in() (ip_vs_in_hook() in 6.1)',
    client:
      'Silence and retransmissions until the entry expires; with expire_nodest_conn=1 until the next packet, which is ' +
      'scheduled anew.',
    visible: 'In no IPVS counter; the entry of a server that is gone stays visible in ipvsadm -Lnc.',
    remedies: [
      'net.ipv4.vs.expire_nodest_conn=1: the entry goes with the first packet; before 5.9 at the price of that packet.',
      'set the weight to 0 first and delete the server when its connections are gone.',
    ],
  },
  no_dest: {
    title: 'no real server to be had',
    happened:
      'The scheduler found no real server: every one has weight 0, is over its upper threshold, or there is none. ' +
      'The director answers ICMP port unreachable.',
    kernelFunction: 'ip_vs_leave()',
    client:
      'Connection refused (ECONNREFUSED), at once; silence where the ICMP rate limit holds the answer back.',
    visible: 'In the ICMP counters of the director (OutDestUnreachs).',
    remedies: ['give a real server weight, raise its upper threshold (ipvsadm -x), or add one.'],
  },
  drop_packet: {
    title: 'defence against memory shortage',
    happened: 'The drop_packet defence is active and took its share of the packets that open connections.',
    kernelFunction: 'ip_vs_todrop() called from ip_vs_in()',
    client: 'The connect takes one SYN retransmission longer.',
    visible: 'In no IPVS counter.',
    remedies: ['net.ipv4.vs.drop_packet=0, or more memory than amemthresh asks for.'],
  },
  conn_max: {
    title: 'connection table full',
    happened: 'The IPVS table holds conn_max entries and took no new one; the packet was dropped in silence.',
    kernelFunction: 'ip_vs_conn_new()',
    client: 'SYN retransmissions until an entry goes, ETIMEDOUT if none does.',
    visible: 'In no IPVS counter; InActConn stands at the limit.',
    remedies: ['raise net.ipv4.vs.conn_max, or let connections be reused (keep-alive).'],
  },
  conntrack_full: {
    title: 'conntrack table full',
    happened: 'The conntrack table holds nf_conntrack_max entries and nothing in it could be given up.',
    kernelFunction: '__nf_conntrack_alloc()',
    client: 'SYN retransmissions; connections that exist are not affected.',
    visible: 'The kernel log says that the table is full; conntrack -S counts drop and early_drop.',
    remedies: [
      'raise net.netfilter.nf_conntrack_max; the price is memory.',
      'shorten net.netfilter.nf_conntrack_tcp_timeout_time_wait.',
    ],
  },
  conntrack_clash: {
    title: 'conntrack tuple taken',
    happened: 'Another conntrack already holds one of the two tuples that this connection needs.',
    kernelFunction: '__nf_conntrack_confirm()',
    client: 'The connect takes one SYN retransmission longer.',
    visible: 'In conntrack -S, as insert_failed and drop.',
    remedies: ['more source addresses or ports for masqueraded traffic.'],
  },
  conntrack_invalid: {
    title: 'refused by conntrack',
    happened: 'The TCP tracker found the packet impossible in the state of its connection and refused it.',
    kernelFunction: 'nf_conntrack_tcp_packet()',
    client: 'A retransmission, or a connection that does not end cleanly.',
    visible: 'In conntrack -S, as invalid.',
    remedies: ['net.netfilter.nf_conntrack_tcp_be_liberal=1 where windows are the cause.'],
  },
  local_silent: {
    title: 'ignored by the local stack',
    happened: 'No IPVS entry or service wanted the packet, and the local stack has no answer to its kind.',
    kernelFunction: 'ip_local_deliver()',
    client: 'Silence.',
    visible: 'In the TCP counters of the director, if at all.',
    remedies: ['none: the packet came after its connection had gone.'],
  },
  link_loss: {
    title: 'lost on a link',
    happened: 'The link lost the packet, as the scenario asks it to.',
    kernelFunction: 'none: the network',
    client: 'A retransmission.',
    visible: 'In a capture at both ends of the link.',
    remedies: ['links.loss: 0 in the scenario.'],
  },
  backlog_full: {
    title: "real server's accept queue full",
    happened: 'The SYN reached a real server whose accept queue is full, and was dropped there.',
    kernelFunction: 'tcp_conn_request() on the real server',
    client: 'The connect takes one SYN retransmission longer.',
    visible: 'On the real server: ListenOverflows and ListenDrops in nstat.',
    remedies: ['more workers or a longer backlog on the real server.'],
  },
  unreachable: {
    title: 'real server gone',
    happened: 'The packet went to a real server that no longer exists; nobody has this address.',
    kernelFunction: 'none: the network behind the director',
    client: 'SYN retransmissions and ETIMEDOUT, or EHOSTUNREACH where a router answers.',
    visible: 'The entry points at an address that does not answer.',
    remedies: [
      'net.ipv4.vs.expire_nodest_conn=1 with a kernel from 5.16 on, so that entries of removed servers are given up.',
      'conn_reuse_mode=1 before 5.16: reused ports leave the server, at the price of 1 s each.',
    ],
  },
};

/** The entry for a reason; a saved result may name one that this version does not know. */
export function reasonText(reason: string): ReasonText {
  if (Object.hasOwn(REASONS, reason)) return REASONS[reason as DropReason];
  return {
    title: reason,
    happened: `The packet was dropped (${reason}).`,
    kernelFunction: 'unknown to this version',
    client: '',
    visible: '',
    remedies: [],
  };
}
