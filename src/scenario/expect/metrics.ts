/**
 * Everything an expectation can speak of: the columns of the series, the totals, the counters of drops and
 * errors, the two histograms of times, and the cliff. Explanations and docs/scenarios.md are made from it.
 */

export type MetricUnit = 'ms' | 's' | '/s' | '';

export interface MetricInfo {
  /** As written; a family is `drop.REASON`, `error.NAME` or `active_conn[ADDRESS:PORT]`. */
  readonly name: string;
  /**
   * series: a value per interval; counter: a series of counts with a total; scalar: one value for the run;
   * histogram: every connection's or request's time.
   */
  readonly kind: 'series' | 'counter' | 'scalar' | 'histogram';
  readonly unit: MetricUnit;
  /** One sentence. */
  readonly meaning: string;
}

function metric(name: string, kind: MetricInfo['kind'], unit: MetricUnit, meaning: string): MetricInfo {
  return { name, kind, unit, meaning };
}

/** The unit of the percentile columns is in their names. */
export const METRICS: readonly MetricInfo[] = [
  metric('completed', 'counter', '', 'Requests answered.'),
  metric('failed', 'counter', '', 'Requests that ended with an error.'),
  metric(
    'qps',
    'series',
    '/s',
    'Requests answered per second, in whole intervals; without a window, in those with load from end to end.',
  ),
  metric('connect_p50_ms', 'series', 'ms', 'Median time to make the connections of the interval.'),
  metric('connect_p95_ms', 'series', 'ms', '95th percentile of the same.'),
  metric('connect_p99_ms', 'series', 'ms', '99th percentile of the same.'),
  metric('connect_max_ms', 'series', 'ms', 'Longest of the same.'),
  metric('active_conn', 'series', '', 'ActiveConn of all real servers at the end of the interval.'),
  metric(
    'entries',
    'series',
    '',
    'Entries of the connection table at the end of the interval, templates included.',
  ),
  metric('inact_conn', 'series', '', 'InActConn of all real servers at the end of the interval.'),
  metric(
    'syn_dropped',
    'counter',
    '',
    'SYNs (of SCTP: INITs) that were dropped, by the director or elsewhere.',
  ),
  metric('packets_dropped', 'counter', '', 'Packets that were dropped, SYNs among them.'),
  metric('syn_retransmitted', 'counter', '', 'SYNs (of SCTP: INITs) that clients sent again.'),
  metric('conntrack_entries', 'series', '', 'Conntrack entries at the end of the interval.'),
  metric('in_flight', 'series', '', 'Requests under way at the end of the interval.'),
  metric('total_p50_ms', 'series', 'ms', 'Median time of the requests answered in the interval.'),
  metric('total_p95_ms', 'series', 'ms', '95th percentile of the same.'),
  metric('total_p99_ms', 'series', 'ms', '99th percentile of the same.'),
  metric('total_max_ms', 'series', 'ms', 'Longest of the same.'),
  metric(
    'cpu',
    'series',
    '',
    'CPU time of real servers as a share of what they may use: cores, or a quota (where one has `cpu`).',
  ),
  metric('packets', 'counter', '', 'Packets that came to the director.'),
  metric(
    'seconds',
    'scalar',
    's',
    "Time of the load: from the first client's start to the last answer, or to the end of the run.",
  ),
  metric('rps', 'scalar', '/s', 'Requests answered per second of that time, as ab prints it.'),
  metric('port_reuses', 'scalar', '', "First SYNs of connections that met an older one's entry."),
  metric(
    'paws_rejected',
    'scalar',
    '',
    "Segments that a real server's TIME_WAIT refused for their time stamp (PAWSEstab in nstat).",
  ),
  metric(
    'timewait_overflows',
    'scalar',
    '',
    'Connections that ended without TIME_WAIT, for tcpMaxTwBuckets (TCPTimeWaitOverflow).',
  ),
  metric('connects', 'scalar', '', 'Calls of connect() by TCP clients, however they ended.'),
  metric(
    'connects_failed',
    'scalar',
    '',
    'Connects that ended with an error, for want of a port among others.',
  ),
  metric('connections', 'scalar', '', 'Connects that made a connection.'),
  metric('response_bytes', 'scalar', '', 'Bytes of all answers.'),
  metric(
    'connect',
    'histogram',
    'ms',
    'Time to make each connection, from the first SYN to the SYN+ACK (of SCTP: INIT to COOKIE-ACK).',
  ),
  metric(
    'request_connect',
    'histogram',
    'ms',
    'The same of each answered request, as ab counts: 0 on a connection that was there already.',
  ),
  metric('total', 'histogram', 'ms', 'Time of each request, its connection included.'),
  metric('cliff.first_drop_s', 'scalar', 's', "When the first SYN was dropped for an old entry's sake."),
  metric('cliff.connections_before', 'scalar', '', 'Connections completed before that.'),
  metric('cliff.entries', 'scalar', '', 'Entries of the connection table at that moment.'),
  metric('cliff.rps_before', 'scalar', '/s', 'Requests answered per second before that.'),
  metric('cliff.rps_after', 'scalar', '/s', 'Requests answered per second while it lasted.'),
  metric('cliff.connect_p50_before_ms', 'scalar', 'ms', 'Median connect time before that.'),
  metric('cliff.connect_p50_after_ms', 'scalar', 'ms', 'Median connect time while it lasted.'),
  metric(
    'cliff.slow_share',
    'scalar',
    '',
    'Share of the connects while it lasted that took 500 ms or longer, from 0 to 1.',
  ),
  metric(
    'cliff.recovery_s',
    'scalar',
    's',
    'When requests were fast again, and stayed so for 2 s or longer.',
  ),
  metric('cliff.phases', 'scalar', '', 'How many times it came, the first included.'),
  metric('cliff.over_s', 'scalar', 's', 'When it was over for good; none where it went on to the end.'),
  metric('cpu.cpu_ms_per_request', 'scalar', 'ms', 'CPU time of real servers per request.'),
  metric('cpu.work', 'scalar', '', 'Share of that time, from 0 to 1, that is perRequest.'),
  metric('cpu.network', 'scalar', '', 'Share of it that packets cost (payer realServer).'),
  metric('cpu.switches', 'scalar', '', 'Share of it that context switches cost.'),
  metric('cpu.migrations', 'scalar', '', 'Share of it that migrations cost.'),
  metric('cpu.computing', 'scalar', '', "Share of requests' time at real servers in which they compute."),
  metric('cpu.downstream', 'scalar', '', 'Share of it in which they wait for something elsewhere.'),
  metric('cpu.queued', 'scalar', '', 'Share of it in which they wait for a core.'),
  metric('cpu.throttled', 'scalar', '', 'Share of it in which their core is throttled.'),
  metric('cpu.throttled_periods', 'scalar', '', 'Share of the periods in which the quota ran out.'),
];

/** Columns that also exist for each real server: `inact_conn[10.244.1.5:8080]`. */
export const SERVER_METRICS: readonly MetricInfo[] = [
  metric('active_conn', 'series', '', 'ActiveConn of that real server at the end of the interval.'),
  metric('inact_conn', 'series', '', 'InActConn of that real server at the end of the interval.'),
  metric('requests', 'counter', '', 'Requests that the real server answered.'),
  metric(
    'weight',
    'series',
    '',
    'Weight of that real server at the end of the interval, of several nodes the largest; where it can change.',
  ),
];

/** Columns of each of several nodes: `node.entries[node2]`. */
export const NODE_METRICS: readonly MetricInfo[] = [
  metric(
    'node.connections',
    'counter',
    '',
    'Connections that the node has scheduled, or its rules have sent to an endpoint.',
  ),
  metric('node.active_conn', 'series', '', "ActiveConn of all real servers in the node's table."),
  metric('node.inact_conn', 'series', '', "InActConn of all real servers in the node's table."),
  metric(
    'node.weight',
    'series',
    '',
    "Weights of all real servers in the node's table or rules, where something changes them; a deleted one has none.",
  ),
  metric('node.entries', 'series', '', "Entries of the node's connection table, templates included."),
  metric('node.conntrack_entries', 'series', '', "Entries of the node's conntrack."),
  metric('node.syn_dropped', 'counter', '', 'SYNs that the node dropped.'),
  metric('node.packets_dropped', 'counter', '', 'Packets that the node dropped, SYNs among them.'),
];

/** Those that each real server has in it, too: `node.connections[node2/10.244.1.5:8080]`. */
export const NODE_SERVER_METRICS: ReadonlySet<string> = new Set([
  'node.connections',
  'node.active_conn',
  'node.inact_conn',
  'node.weight',
]);

/** Reasons of drops, as `drop.REASON`; the names are those of kernel/drop_reason.ts (a test compares). */
export const DROP_METRICS: readonly MetricInfo[] = (
  [
    ['old_conntrack', 'SYNs on an entry in TIME_WAIT or CLOSE whose conntrack was in use: ip_vs_in_hook().'],
    [
      'nodest_conntrack',
      'SYNs on an entry of a real server with weight 0, conntrack in use: ip_vs_in_hook().',
    ],
    ['dest_unavailable', 'Packets of an entry whose real server had been deleted: ip_vs_in_hook().'],
    ['no_dest', 'Packets for which no real server could be scheduled: ip_vs_leave().'],
    [
      'no_local_endpoint',
      'Packets for an outer address of policy Local on a node without an endpoint, by rules.',
    ],
    ['drop_packet', 'Packets dropped by net.ipv4.vs.drop_packet: ip_vs_todrop().'],
    ['conn_max', 'Packets that would have made an entry beyond net.ipv4.vs.conn_max: ip_vs_conn_new().'],
    ['conntrack_full', 'Packets beyond nf_conntrack_max: __nf_conntrack_alloc().'],
    ['conntrack_clash', 'Packets whose conntrack tuple another entry held: __nf_conntrack_confirm().'],
    [
      'conntrack_invalid',
      'Packets that the tracker of TCP or SCTP refused: nf_conntrack_tcp_packet(), nf_conntrack_sctp_packet().',
    ],
    ['local_silent', 'Packets that no entry matched and that the host left unanswered.'],
    ['link_loss', 'Packets lost on a link.'],
    ['backlog_full', "SYNs, and last packets of handshakes, beyond a real server's backlog."],
    ['unreachable', 'Packets to a real server that was gone.'],
    ['martian_source', 'Packets back to the host that had sent them, with its own address as their source.'],
  ] as const
).map(([reason, meaning]) => metric(`drop.${reason}`, 'counter', '', meaning));

/** Entries by what they are, named as ipvsadm names states; those of kernel/ipvs/ip_vs_conn.ts (a test compares). */
export const STATE_METRICS: readonly MetricInfo[] = [
  ...[
    'NONE',
    'ESTABLISHED',
    'SYN_SENT',
    'SYN_RECV',
    'FIN_WAIT',
    'TIME_WAIT',
    'CLOSE',
    'CLOSE_WAIT',
    'LAST_ACK',
    'LISTEN',
    'SYNACK',
  ].map((state) => [state, `Entries of TCP connections in ${state} at the end of the interval.`] as const),
  ['UDP', 'Entries of UDP at the end of the interval.'] as const,
  ['TEMPLATE', 'Templates of persistent services at the end of the interval.'] as const,
  ['SCTP', 'Entries of SCTP associations at the end of the interval, whatever their state.'] as const,
].map(([state, meaning]) => metric(`entries[${state}]`, 'series', '', meaning));

/** Failed requests by the client's errno, as `error.NAME`. */
export const ERROR_METRICS: readonly MetricInfo[] = (
  [
    ['ECONNREFUSED', 'Connections refused by a reset or a port unreachable.'],
    ['ECONNRESET', 'Connections reset after they were made.'],
    ['ETIMEDOUT', 'Connections given up after the last SYN.'],
    ['EHOSTUNREACH', 'Connections ended by a host unreachable.'],
    ['ENETUNREACH', 'Connections ended by a network unreachable.'],
    ['EPERM', 'Datagrams of clients on the node that the node itself dropped.'],
    ['EADDRINUSE', 'Probes whose source port was still in use.'],
    ['EADDRNOTAVAIL', 'Connections that found no free source port.'],
  ] as const
).map(([name, meaning]) => metric(`error.${name}`, 'counter', '', meaning));

const BY_NAME: ReadonlyMap<string, MetricInfo> = new Map(
  [...METRICS, ...STATE_METRICS, ...DROP_METRICS, ...ERROR_METRICS].map((info) => [info.name, info]),
);

/** Columns of the series that have another name as metrics: `drops[REASON]` is `drop.REASON`. */
const COLUMN = /^(drop|error)s\[(.*)\]$/;

/** The metric of that name; columns of the series may be called by theirs. */
export function metricInfo(name: string): MetricInfo | null {
  return BY_NAME.get(name) ?? BY_NAME.get(name.replace(COLUMN, '$1.$2')) ?? null;
}

/** The metric that goes with a real server or a node in brackets. */
export function serverMetricInfo(name: string): MetricInfo | null {
  return [...SERVER_METRICS, ...NODE_METRICS].find((info) => info.name === name) ?? null;
}

export function isNodeMetric({ name }: MetricInfo): boolean {
  return name.startsWith('node.');
}

/** What stands in the brackets of a node's metric: a node, or one of the real servers in its table. */
export function nodeLabel(label: string): { readonly node: string; readonly server: string | null } {
  const slash = label.indexOf('/');
  return slash < 0
    ? { node: label, server: null }
    : { node: label.slice(0, slash), server: label.slice(slash + 1) };
}

export const METRIC_NAMES: readonly string[] = [...BY_NAME.keys()];
