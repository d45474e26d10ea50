/**
 * Hand-made results. The figures follow the seed case's arithmetic (32 256 connections
 * at 2 000/s, then 120 workers at 1.06 s each, recovery 127 s after the start), so that reports look real.
 */
import type { Result, Times, Verdict } from '../../src/measure/result.ts';
import type { Scenario, Service } from '../../src/scenario/scenario.ts';

const SERVICE: Service = {
  name: 'web',
  address: '10.96.0.1:80',
  protocol: 'tcp',
  scheduler: 'rr',
  schedulerFlags: [],
  forward: 'masq',
  persistent_s: 0,
  onePacket: false,
  path: 'ipvs',
  realServers: [
    {
      address: '10.244.1.5:8080',
      weight: 1,
      upperThreshold: 0,
      lowerThreshold: 0,
      serviceTime: { kind: 'constant', value_ns: 60_000_000 },
      workers: 0,
      backlog: 511,
      closesFirst: 'server',
      keepAliveRequests: 0,
      responseBytes: 612,
    },
  ],
};

export function scenario(changes: Partial<Scenario> = {}): Scenario {
  return {
    name: 'k8s-cliff',
    title: 'A Kubernetes service falls from 2000 to 120 requests per second',
    description: 'One pod behind a cluster IP, ab with 120 workers, kernel of CentOS 7.8.',
    seed: 'ipvsim',
    duration_ns: 300e9,
    interval_ns: 1e9,
    kernel: '3.10.0-1127.el7',
    hz: 1000,
    conntrackHooks: true,
    sysctl: {
      'net.ipv4.vs.conn_reuse_mode': 1,
      'net.ipv4.vs.conntrack': 1,
      'net.ipv4.vs.expire_nodest_conn': 0,
      'net.netfilter.nf_conntrack_max': 262144,
    },
    sysctlOrigin: {
      'net.ipv4.vs.conn_reuse_mode': 'kernel default',
      'net.ipv4.vs.conntrack': 'kube-proxy 1.19.12',
      'net.ipv4.vs.expire_nodest_conn': 'kernel default',
      'net.netfilter.nf_conntrack_max': 'kernel default',
    },
    services: [SERVICE],
    clients: [
      {
        name: 'ab',
        to: 'web',
        addresses: ['10.0.0.1'],
        kernel: '3.10.0-1127.el7',
        hz: 1000,
        ports: [1024, 65535],
        start_ns: 0,
        requests: 0,
        keepAlive: false,
        requestBytes: 100,
        load: { kind: 'closed', concurrency: 120, think: { kind: 'constant', value_ns: 0 } },
        synRetries: 6,
      },
    ],
    links: { clientSide: { delay_ns: 100_000, loss: 0 }, serverSide: { delay_ns: 100_000, loss: 0 } },
    events: [],
    expect: [],
    ...changes,
  };
}

export const VERDICTS: readonly Verdict[] = [
  { expression: 'min(qps, 1s..15s) >= 1990', line: 31, verdict: 'pass', measured: 2000, message: 'is 2000' },
  {
    expression: 'p50(connect) in 999ms..1070ms',
    line: 32,
    verdict: 'fail',
    measured: 0.4,
    message: '0.4 ms is below 999 ms',
  },
  {
    expression: 'max(qps, 400s..500s) < 10',
    line: 33,
    verdict: 'unknown',
    measured: null,
    message: 'the run ended at 300 s, before the window',
  },
];

const FAST_QPS = 1994;
const SLOW_QPS = 119;

/** One second of the seed case: what a client and the tables show. */
function second(row: number) {
  const cycle = row % 127;
  const fast = row < 127 ? cycle < 16 : cycle < 8;
  const edge = row === 16;
  const qps = edge ? 366 : fast ? FAST_QPS : SLOW_QPS;
  const inactive = Math.min(32256, Math.max(FAST_QPS * (row + 1) - 120, 0));
  return { fast: fast && !edge, qps, inactive, dropped: fast && !edge ? 0 : edge ? 120 : SLOW_QPS };
}

function series(rows: number): Result['series'] {
  const all = Array.from({ length: rows }, (_, row) => second(row));
  return {
    time_s: all.map((_, row) => row + 1),
    completed: all.map(({ qps }) => qps),
    failed: all.map(() => 0),
    qps: all.map(({ qps }) => qps),
    connect_p50_ms: all.map(({ fast }, row) => (row === 40 ? null : fast ? 0.4 : 1000.4)),
    connect_p95_ms: all.map(({ fast }, row) => (row === 40 ? null : fast ? 0.4 : 1001.4)),
    connect_p99_ms: all.map(({ fast }, row) => (row === 40 ? null : fast ? 0.4 : 1004.2)),
    connect_max_ms: all.map(({ fast }, row) =>
      row === 40 ? null : fast ? 0.5 : row === 120 ? 3004.4 : 1004.9,
    ),
    active_conn: all.map(({ fast }) => (fast ? 120 : 8)),
    inact_conn: all.map(({ inactive }) => inactive),
    syn_dropped: all.map(({ dropped }) => dropped),
    syn_retransmitted: all.map(({ dropped }) => dropped),
    conntrack_entries: all.map(({ inactive }) => inactive + 120),
    in_flight: all.map(() => 120),
    total_p50_ms: all.map(({ fast }) => (fast ? 60.6 : 1060.6)),
    total_p95_ms: all.map(({ fast }) => (fast ? 60.6 : 1061.4)),
    total_p99_ms: all.map(({ fast }) => (fast ? 60.6 : 1064.4)),
    total_max_ms: all.map(({ fast }) => (fast ? 60.8 : 1065.1)),
    entries: all.map(({ inactive }) => inactive + 120),
    'entries[TIME_WAIT]': all.map(({ inactive }) => inactive),
    packets: all.map(({ qps }) => qps * 10),
    packets_dropped: all.map(({ dropped }) => dropped),
    'active_conn[10.244.1.5:8080]': all.map(({ fast }) => (fast ? 120 : 8)),
    'inact_conn[10.244.1.5:8080]': all.map(({ inactive }) => inactive),
    'requests[10.244.1.5:8080]': all.map(({ qps }) => qps),
    'drops[old_conntrack]': all.map(({ dropped }) => dropped),
  };
}

const SLOW_PERCENTILES = { 75: 1000.4, 80: 1000.4, 90: 1000.4, 95: 1001.4, 98: 1002, 99: 1004.2 };

function timesOf(min: number, mean: number, sd: number, median: number, max: number): Times {
  const percentiles = {
    50: median,
    66: median,
    75: median,
    80: median,
    90: median,
    95: median,
    98: median,
    99: median,
    100: max,
  };
  return { min, mean, sd, median, max, percentiles };
}

export function result(changes: Partial<Result> = {}, rows = 300): Result {
  const columns = series(rows);
  const sum = (name: string) => columns[name]!.reduce<number>((total, value) => total + (value ?? 0), 0);
  const complete = sum('completed');
  const slow = sum('syn_dropped');
  return {
    schema: 2,
    ipvsim: '0.1.0',
    scenarioHash: '1f2e3d4c5b6a',
    interrupted: false,
    scenario: scenario(),
    end_s: rows,
    totals: {
      complete,
      failed: 0,
      seconds: rows,
      rps: complete / rows,
      syn_dropped: slow,
      syn_retransmitted: slow,
      packets: complete * 10,
      packets_dropped: slow,
      port_reuses: 100,
      connects: complete,
      connects_failed: 0,
      connections: complete,
      response_bytes: complete * 612,
    },
    connect_ms_histogram: { 0: complete - slow, 1000: slow - 240, 1001: 230, 1004: 8, 3004: 2 },
    request_connect_ms_histogram: { 0: complete - slow, 1000: slow },
    total_ms_histogram: { 60: complete - slow, 1060: slow - 10, 1064: 8, 3064: 2 },
    times_ms: {
      connect: {
        ...timesOf(0.4, 419.2, 493.1, 0.4, 3004.4),
        percentiles: { ...SLOW_PERCENTILES, 50: 0.4, 66: 0.4, 100: 3004.4 },
      },
      request_connect: {
        ...timesOf(0.4, 419.2, 493.1, 0.4, 3004.4),
        percentiles: { ...SLOW_PERCENTILES, 50: 0.4, 66: 0.4, 100: 3004.4 },
      },
      processing: timesOf(60.2, 60.2, 0, 60.2, 60.2),
      waiting: timesOf(60.2, 60.2, 0, 60.2, 60.2),
      total: {
        ...timesOf(60.6, 479.4, 493.1, 60.6, 3064.6),
        percentiles: {
          50: 60.6,
          66: 1060.6,
          75: 1060.6,
          80: 1060.6,
          90: 1060.6,
          95: 1061.4,
          98: 1062,
          99: 1064.4,
          100: 3064.6,
        },
      },
    },
    series: columns,
    drops: { old_conntrack: slow },
    errors: {},
    realServers: [
      {
        service: 'web',
        address: '10.244.1.5:8080',
        weight: 1,
        active_conn: 8,
        inact_conn: 32256,
        connections: complete,
        requests: complete,
      },
    ],
    cliff: {
      first_drop_s: 16.128,
      connections_before: 32256,
      rps_before: 2000,
      rps_after: 118.9,
      connect_p50_before_ms: 0.4,
      connect_p50_after_ms: 1000.4,
      entries: 32256,
      recovery_s: 127.02,
      reason: 'old_conntrack',
      kernelFunction: 'ip_vs_in',
    },
    expectations: VERDICTS,
    ...changes,
  };
}

/** The same case with mode 0: no cliff. */
export function healthy(rows = 300): Result {
  const sick = result({}, rows);
  const flat = (value: number) => Array.from({ length: rows }, () => value);
  const complete = FAST_QPS * rows;
  return result(
    {
      scenario: scenario({
        name: 'mode-0',
        title: 'The same with conn_reuse_mode=0',
        sysctl: { ...sick.scenario.sysctl, 'net.ipv4.vs.conn_reuse_mode': 0 },
        sysctlOrigin: { ...sick.scenario.sysctlOrigin, 'net.ipv4.vs.conn_reuse_mode': '--set' },
      }),
      totals: {
        ...sick.totals,
        complete,
        rps: FAST_QPS,
        syn_dropped: 0,
        packets_dropped: 0,
        syn_retransmitted: 0,
        connects: complete,
        connections: complete,
      },
      connect_ms_histogram: { 0: complete },
      request_connect_ms_histogram: { 0: complete },
      total_ms_histogram: { 60: complete },
      times_ms: {
        ...sick.times_ms,
        connect: timesOf(0.4, 0.4, 0, 0.4, 0.4),
        request_connect: timesOf(0.4, 0.4, 0, 0.4, 0.4),
        total: timesOf(60.6, 60.6, 0, 60.6, 60.6),
      },
      series: {
        ...sick.series,
        completed: flat(FAST_QPS),
        qps: flat(FAST_QPS),
        connect_p50_ms: flat(0.4),
        connect_p95_ms: flat(0.4),
        connect_p99_ms: flat(0.4),
        connect_max_ms: flat(0.4),
        active_conn: flat(120),
        syn_dropped: flat(0),
        packets_dropped: flat(0),
        syn_retransmitted: flat(0),
        'drops[old_conntrack]': flat(0),
      },
      drops: {},
      cliff: null,
      expectations: [],
    },
    rows,
  );
}

/** What somebody might write into a scenario to break a report: markup, escape sequences, formulas, ends of strings. */
export const HOSTILE =
  '</title><script>document.title="owned"</script><img src=x onerror="document.title=\'owned\'">' +
  '\u001b[2J\u001b]0;owned\u0007\u202e|`--> ]]> "quote" =HYPERLINK("http://evil")';

export function hostile(): Result {
  const base = result();
  const address = '10.244.1.5:8080"><script>document.title="owned"</script>';
  return result({
    scenario: scenario({
      name: `=cmd ${HOSTILE}`,
      title: HOSTILE,
      description: HOSTILE,
      seed: HOSTILE,
      kernel: HOSTILE,
      sysctlOrigin: { 'net.ipv4.vs.conntrack': HOSTILE },
      services: [{ ...SERVICE, name: HOSTILE, realServers: [{ ...SERVICE.realServers[0]!, address }] }],
      clients: [{ ...base.scenario.clients[0]!, name: HOSTILE, addresses: [HOSTILE], to: HOSTILE }],
    }),
    series: {
      ...base.series,
      [`active_conn[${address}]`]: base.series.active_conn!,
      [`drops[${HOSTILE}]`]: base.series.failed!,
    },
    realServers: [{ ...base.realServers[0]!, service: HOSTILE, address }],
    expectations: [{ expression: HOSTILE, line: 1, verdict: 'fail', measured: 1, message: HOSTILE }],
    cliff: { ...base.cliff!, reason: HOSTILE, kernelFunction: HOSTILE },
    drops: { [HOSTILE]: 3 },
    errors: { [HOSTILE]: 1 },
    ipvsim: HOSTILE,
    scenarioHash: HOSTILE,
  });
}
