/**
 * Kernel settings that people will try to set and that are not in sysctl.ts: some are written elsewhere in
 * a scenario, the others are not modelled. Ignoring them silently would give a wrong answer with confidence.
 */

/** Settings of the hosts at both ends: the list in the scenario whose items have the key, and a value. */
export const ELSEWHERE: Readonly<Record<string, readonly [of: Owner, key: string, example: string]>> = {
  'net.ipv4.ip_local_port_range': ['clients', 'ports', '1024-65000'],
  'net.ipv4.ip_local_reserved_ports': ['clients', 'reservedPorts', '40000-45000'],
  'net.ipv4.tcp_syn_retries': ['clients', 'synRetries', '6'],
  'net.ipv4.tcp_retries2': ['clients', 'tcpRetries2', '8'],
  'net.ipv4.tcp_keepalive_time': ['clients', 'tcpKeepalive.time', '600s'],
  'net.ipv4.tcp_keepalive_intvl': ['clients', 'tcpKeepalive.interval', '30s'],
  'net.ipv4.tcp_keepalive_probes': ['clients', 'tcpKeepalive.probes', '9'],
  'net.ipv4.tcp_timestamps': ['clients', 'tcpTimestamps', '2'],
  'net.ipv4.tcp_max_tw_buckets': ['realServers', 'tcpMaxTwBuckets', '16384'],
  'net.core.somaxconn': ['realServers', 'backlog', '511'],
};

type Owner = 'clients' | 'realServers';

const OWNERS: Readonly<Record<Owner, readonly [whose: string, path: string]>> = {
  clients: ["a client's", 'clients.0'],
  realServers: ["a real server's", 'service.realServers.0'],
};

const IPVS_UNMODELLED = [
  'backup_only',
  'cache_bypass',
  'conn_lfactor',
  'debug_level',
  'est_cpulist',
  'est_nice',
  'ignore_tunneled',
  'pmtu_disc',
  'run_estimation',
  'schedule_icmp',
  'sloppy_sctp',
  'snat_reroute',
  'svc_lfactor',
  'sync_persist_mode',
  'sync_ports',
  'sync_qlen_max',
  'sync_refresh_period',
  'sync_retries',
  'sync_sock_size',
  'sync_threshold',
  'sync_version',
];

const OTHER_UNMODELLED = [
  'net.ipv4.icmp_msgs_burst',
  'net.ipv4.icmp_msgs_per_sec',
  'net.ipv4.icmp_ratemask',
  'net.ipv4.ip_forward',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_max_syn_backlog',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_tw_recycle',
  'net.ipv4.tcp_tw_reuse',
  'net.netfilter.nf_conntrack_buckets',
  'net.netfilter.nf_conntrack_tcp_ignore_invalid_rst',
];

const UNMODELLED: ReadonlySet<string> = new Set([
  ...IPVS_UNMODELLED.map((name) => `net.ipv4.vs.${name}`),
  ...OTHER_UNMODELLED,
]);

/** What to tell about a setting outside the model: its message's end and a hint; null for an unknown name. */
export function sysctlElsewhere(name: string): { readonly message: string; readonly hint: string } | null {
  if (Object.hasOwn(ELSEWHERE, name)) {
    const [owner, key, example] = ELSEWHERE[name]!;
    const [whose, path] = OWNERS[owner];
    const hint = `it is ${whose}: write ${key}: ${example} there\n--set ${path}.${key}=${example}`;
    return { message: 'is not a setting of the director', hint };
  }
  if (!UNMODELLED.has(name)) return null;
  return {
    message: 'exists in Linux but is not modelled',
    hint: 'leave it out: it would change nothing here',
  };
}
