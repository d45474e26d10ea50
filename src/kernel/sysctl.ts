/**
 * The sysctls of a namespace, as the fields the kernel reads. Names, ranges and meaning for users are the
 * scenario stage's business; this is only the switchboard.
 */
import type { KernelFeatures } from './features.ts';

export interface NetSysctl {
  conntrack: number;
  conn_reuse_mode: number;
  expire_nodest_conn: number;
  expire_quiescent_template: number;
  sloppy_tcp: number;
  secure_tcp: number;
  drop_entry: number;
  drop_packet: number;
  am_droprate: number;
  amemthresh: number;
  nat_icmp_send: number;
  conn_tab_bits: number;
  conn_max: number;
  /** Seconds, as set by `ipvsadm --set`; 0 leaves the protocol's default. */
  timeout_tcp: number;
  timeout_tcpfin: number;
  timeout_udp: number;
  nf_conntrack_max: number;
  nf_conntrack_tcp_loose: number;
  nf_conntrack_tcp_be_liberal: number;
  nf_conntrack_tcp_max_retrans: number;
  nf_conntrack_tcp_timeout_syn_sent: number;
  nf_conntrack_tcp_timeout_syn_recv: number;
  nf_conntrack_tcp_timeout_established: number;
  nf_conntrack_tcp_timeout_fin_wait: number;
  nf_conntrack_tcp_timeout_close_wait: number;
  nf_conntrack_tcp_timeout_last_ack: number;
  nf_conntrack_tcp_timeout_time_wait: number;
  nf_conntrack_tcp_timeout_close: number;
  nf_conntrack_tcp_timeout_max_retrans: number;
  nf_conntrack_tcp_timeout_unacknowledged: number;
  nf_conntrack_udp_timeout: number;
  nf_conntrack_udp_timeout_stream: number;
  /** Milliseconds between ICMP errors to one client; 0 for no limit. */
  icmp_ratelimit: number;
}

/** Full name to field. */
const FIELD: Readonly<Record<string, keyof NetSysctl>> = {
  'net.ipv4.vs.conntrack': 'conntrack',
  'net.ipv4.vs.conn_reuse_mode': 'conn_reuse_mode',
  'net.ipv4.vs.expire_nodest_conn': 'expire_nodest_conn',
  'net.ipv4.vs.expire_quiescent_template': 'expire_quiescent_template',
  'net.ipv4.vs.sloppy_tcp': 'sloppy_tcp',
  'net.ipv4.vs.secure_tcp': 'secure_tcp',
  'net.ipv4.vs.drop_entry': 'drop_entry',
  'net.ipv4.vs.drop_packet': 'drop_packet',
  'net.ipv4.vs.am_droprate': 'am_droprate',
  'net.ipv4.vs.amemthresh': 'amemthresh',
  'net.ipv4.vs.nat_icmp_send': 'nat_icmp_send',
  'net.ipv4.vs.conn_tab_bits': 'conn_tab_bits',
  'net.ipv4.vs.conn_max': 'conn_max',
  'net.ipv4.vs.timeout.tcp': 'timeout_tcp',
  'net.ipv4.vs.timeout.tcpfin': 'timeout_tcpfin',
  'net.ipv4.vs.timeout.udp': 'timeout_udp',
  'net.netfilter.nf_conntrack_max': 'nf_conntrack_max',
  'net.netfilter.nf_conntrack_tcp_loose': 'nf_conntrack_tcp_loose',
  'net.netfilter.nf_conntrack_tcp_be_liberal': 'nf_conntrack_tcp_be_liberal',
  'net.netfilter.nf_conntrack_tcp_max_retrans': 'nf_conntrack_tcp_max_retrans',
  'net.netfilter.nf_conntrack_tcp_timeout_syn_sent': 'nf_conntrack_tcp_timeout_syn_sent',
  'net.netfilter.nf_conntrack_tcp_timeout_syn_recv': 'nf_conntrack_tcp_timeout_syn_recv',
  'net.netfilter.nf_conntrack_tcp_timeout_established': 'nf_conntrack_tcp_timeout_established',
  'net.netfilter.nf_conntrack_tcp_timeout_fin_wait': 'nf_conntrack_tcp_timeout_fin_wait',
  'net.netfilter.nf_conntrack_tcp_timeout_close_wait': 'nf_conntrack_tcp_timeout_close_wait',
  'net.netfilter.nf_conntrack_tcp_timeout_last_ack': 'nf_conntrack_tcp_timeout_last_ack',
  'net.netfilter.nf_conntrack_tcp_timeout_time_wait': 'nf_conntrack_tcp_timeout_time_wait',
  'net.netfilter.nf_conntrack_tcp_timeout_close': 'nf_conntrack_tcp_timeout_close',
  'net.netfilter.nf_conntrack_tcp_timeout_max_retrans': 'nf_conntrack_tcp_timeout_max_retrans',
  'net.netfilter.nf_conntrack_tcp_timeout_unacknowledged': 'nf_conntrack_tcp_timeout_unacknowledged',
  'net.netfilter.nf_conntrack_udp_timeout': 'nf_conntrack_udp_timeout',
  'net.netfilter.nf_conntrack_udp_timeout_stream': 'nf_conntrack_udp_timeout_stream',
  'net.ipv4.icmp_ratelimit': 'icmp_ratelimit',
};

/** The kernel's own defaults. */
export function defaultSysctl(features: KernelFeatures): NetSysctl {
  return {
    conntrack: 0,
    conn_reuse_mode: features.connReuseMode ? 1 : 0,
    expire_nodest_conn: 0,
    expire_quiescent_template: 0,
    sloppy_tcp: 0,
    secure_tcp: 0,
    drop_entry: 0,
    drop_packet: 0,
    am_droprate: 10,
    amemthresh: 1024,
    nat_icmp_send: 0,
    conn_tab_bits: 12,
    conn_max: 2 ** 30,
    timeout_tcp: 0,
    timeout_tcpfin: 0,
    timeout_udp: 0,
    nf_conntrack_max: 262144,
    nf_conntrack_tcp_loose: 1,
    nf_conntrack_tcp_be_liberal: 0,
    nf_conntrack_tcp_max_retrans: 3,
    nf_conntrack_tcp_timeout_syn_sent: 120,
    nf_conntrack_tcp_timeout_syn_recv: 60,
    nf_conntrack_tcp_timeout_established: 432000,
    nf_conntrack_tcp_timeout_fin_wait: 120,
    nf_conntrack_tcp_timeout_close_wait: 60,
    nf_conntrack_tcp_timeout_last_ack: 30,
    nf_conntrack_tcp_timeout_time_wait: 120,
    nf_conntrack_tcp_timeout_close: 10,
    nf_conntrack_tcp_timeout_max_retrans: 300,
    nf_conntrack_tcp_timeout_unacknowledged: 300,
    nf_conntrack_udp_timeout: 30,
    nf_conntrack_udp_timeout_stream: features.conntrack.udpStreamAfter2s ? 120 : 180,
    icmp_ratelimit: 1000,
  };
}

/** The field behind a full sysctl name, or undefined for one the model does not have. */
export function sysctlField(name: string): keyof NetSysctl | undefined {
  return FIELD[name];
}
