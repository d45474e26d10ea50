/**
 * What happened to a packet that was dropped, in words: one entry per reason of kernel/drop_reason.ts, for
 * traces, ladders, legends and tables. Why it came to that is told by the causes in known/.
 */
import type { DropReason } from '../measure/trace.ts';

export interface ReasonText {
  /** A few words, for legends and tables. */
  readonly title: string;
  /** What happened, as one sentence. */
  readonly happened: string;
  /** The kernel function that decides it. */
  readonly kernelFunction: string;
}

export const REASONS: Readonly<Record<DropReason, ReasonText>> = {
  old_conntrack: {
    title: 'SYN on an old entry',
    happened:
      'A SYN (or an INIT of SCTP) met the IPVS entry that the last connection from the same source port had left behind in TIME_WAIT or ' +
      'CLOSE, and carried a conntrack (before v5.9 any, from then on a confirmed one), which IPVS would not send to ' +
      'another real server; so it told the entry to expire and dropped the SYN.',
    kernelFunction: 'ip_vs_in() (ip_vs_in_hook() in 6.1)',
  },
  nodest_conntrack: {
    title: 'SYN on an entry with weight 0',
    happened:
      'A SYN met an entry whose real server has weight 0; expire_nodest_conn=1 asks for another server, but ' +
      'conntrack already knows the connection, so the entry was told to expire and the SYN was dropped.',
    kernelFunction: 'ip_vs_in() (ip_vs_in_hook() in 6.1)',
  },
  dest_unavailable: {
    title: 'entry of a deleted server',
    happened:
      'The packet matched an entry whose real server has been deleted from the service, and was dropped.',
    kernelFunction: 'ip_vs_in() (ip_vs_in_hook() in 6.1)',
  },
  no_dest: {
    title: 'no real server to be had',
    happened:
      'The scheduler found no real server: there is none, or each that it looks at has weight 0 or is over its upper ' +
      'threshold. The director answers ICMP port unreachable.',
    kernelFunction: 'ip_vs_leave()',
  },
  no_local_endpoint: {
    title: 'no endpoint on this node',
    happened:
      'The packet was for an outer address of a service with externalTrafficPolicy Local, no endpoint of which is on this node; a ' +
      'rule of kube-proxy drops it without a word.',
    kernelFunction: 'ipt_do_table(), or nft_do_chain()',
  },
  drop_packet: {
    title: 'defence against memory shortage',
    happened: 'The drop_packet defence is active and took its share of the packets that open connections.',
    kernelFunction: 'ip_vs_todrop() called from ip_vs_in()',
  },
  conn_max: {
    title: 'connection table full',
    happened: 'The IPVS table holds conn_max entries and took no new one; the packet was dropped in silence.',
    kernelFunction: 'ip_vs_conn_new()',
  },
  conntrack_full: {
    title: 'conntrack table full',
    happened: 'The conntrack table holds nf_conntrack_max entries and nothing in it could be given up.',
    kernelFunction: '__nf_conntrack_alloc()',
  },
  conntrack_clash: {
    title: 'conntrack tuple taken',
    happened: 'Another conntrack already holds one of the two tuples that this connection needs.',
    kernelFunction: '__nf_conntrack_confirm()',
  },
  conntrack_invalid: {
    title: 'refused by conntrack',
    happened:
      'The tracker of its protocol found the packet impossible in the state of its connection and refused it.',
    kernelFunction: 'nf_conntrack_tcp_packet(), nf_conntrack_sctp_packet()',
  },
  local_silent: {
    title: 'ignored by the local stack',
    happened: 'No IPVS entry or service wanted the packet, and the local stack has no answer to its kind.',
    kernelFunction: 'ip_local_deliver()',
  },
  link_loss: {
    title: 'lost on a link',
    happened: 'The link lost the packet, as the scenario asks it to.',
    kernelFunction: 'none: the network',
  },
  backlog_full: {
    title: "real server's accept queue full",
    happened: 'The SYN reached a real server whose accept queue is full, and was dropped there.',
    kernelFunction: 'tcp_conn_request() on the real server',
  },
  martian_source: {
    title: "from the host's own address",
    happened:
      'The packet came back to the host that had sent it, with its own address as the source, and was dropped there.',
    kernelFunction: 'ip_handle_martian_source() on the real server',
  },
  unreachable: {
    title: 'nobody there',
    happened:
      'The packet went to an address that nobody has: that of a real server that no longer exists, or a virtual one that is on no interface.',
    kernelFunction: 'none: the network behind the director',
  },
};

/** The entry for a reason; a saved result may name one that this version does not know. */
export function reasonText(reason: string): ReasonText {
  if (Object.hasOwn(REASONS, reason)) return REASONS[reason as DropReason];
  return {
    title: reason,
    happened: `The packet was dropped (${reason}).`,
    kernelFunction: 'unknown to this version',
  };
}
