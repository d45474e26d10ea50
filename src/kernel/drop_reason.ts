/**
 * Why a packet went no further. The kernel counts none of the first four (the NF_DROP of ip_vs_in moves
 * no ip_vs_stats counter); the simulator counts them all.
 */
export const DROP_REASONS = [
  /** ip_vs_in_hook(): a SYN met an entry in TIME_WAIT or CLOSE whose conntrack is in use. */
  'old_conntrack',
  /** ip_vs_in_hook(): expire_nodest_conn, weight 0, and the conntrack is in use. */
  'nodest_conntrack',
  /** ip_vs_in_hook(): the entry's destination has been deleted. */
  'dest_unavailable',
  /** ip_vs_leave(): no destination could be scheduled; the client gets ICMP port unreachable. */
  'no_dest',
  /** The filter table: externalTrafficPolicy Local, and no endpoint on the node; nobody is told. */
  'no_local_endpoint',
  /** ip_vs_in_hook(): drop_packet under memory pressure. */
  'drop_packet',
  /** ip_vs_conn_new(): the connection table is at conn_max. */
  'conn_max',
  /** nf_conntrack_alloc(): nf_conntrack_max is reached. */
  'conntrack_full',
  /** __nf_conntrack_confirm(): another entry holds one of the tuples. */
  'conntrack_clash',
  /** nf_conntrack_tcp_packet(): an RST or SYN that the tracker refuses. */
  'conntrack_invalid',
  /** The local stack has no use for the packet and answers nothing. */
  'local_silent',
  /** Lost on a link. */
  'link_loss',
  /** The real server's accept queue is full. */
  'backlog_full',
  /** The real server is gone: nobody has this address. */
  'unreachable',
  /** ip_handle_martian_source(): the packet that reaches a host says that it comes from there. */
  'martian_source',
] as const;

export type DropReason = (typeof DROP_REASONS)[number];
