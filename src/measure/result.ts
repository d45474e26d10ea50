/**
 * The saved result of a run: plain JSON with a schema number, all that a report needs. Reports are pure
 * functions of it. Nothing in it depends on the day, the machine or the process that made it.
 */
import type { Refusal } from '../network/cluster/cluster.ts';
import type { Scenario } from '../scenario/scenario.ts';

export const RESULT_SCHEMA = 2;

export interface Result {
  readonly schema: number;
  /** Version of ipvsim. */
  readonly ipvsim: string;
  /** First 12 hex digits of a hash over the effective scenario. */
  readonly scenarioHash: string;
  /** True when the run was stopped before its end; all figures then cover what was simulated. */
  readonly interrupted: boolean;
  readonly scenario: Scenario;
  /** Simulated seconds that the result covers: less than the duration when interrupted, or ended when idle. */
  readonly end_s: number;
  readonly totals: Totals;
  /** Connect time of each connection in whole milliseconds (rounded down), as text, to the number of connections. */
  readonly connect_ms_histogram: Readonly<Record<string, number>>;
  /** The same of each answered request, as ab counts: 0 where the connection was there already. */
  readonly request_connect_ms_histogram: Readonly<Record<string, number>>;
  /** Request time (connect included) in whole milliseconds to the number of requests. */
  readonly total_ms_histogram: Readonly<Record<string, number>>;
  /** Rows as in ab's table, in milliseconds. Its own row of connects is that of the requests. */
  readonly times_ms: {
    readonly connect: Times;
    readonly request_connect: Times;
    readonly processing: Times;
    readonly waiting: Times;
    readonly total: Times;
  };
  /** Aligned columns, one value per interval; null where there is nothing to say (no connection completed). */
  readonly series: Readonly<Record<string, readonly (number | null)[]>>;
  /** Packets dropped, by reason (see kernel/drop_reason.ts). */
  readonly drops: Readonly<Record<string, number>>;
  /** Failed requests by the name of the client's errno. */
  readonly errors: Readonly<Record<string, number>>;
  /** Per real server at the end of the run. */
  readonly realServers: readonly RealServerTotals[];
  /** What each node's IPVS has done; only where the scenario has several. */
  readonly nodes?: readonly NodeTotals[];
  readonly cliff: Cliff | null;
  /** Events that could not be carried out, because a controller had changed the table; only where there are some. */
  readonly refusals?: readonly Refusal[];
  /** Only where the scenario describes CPUs. */
  readonly cpu?: CpuResult;
  readonly expectations: readonly Verdict[];
}

export interface CpuResult {
  readonly realServers: readonly CpuTotals[];
  /** Of all real servers together. */
  readonly shares: CpuShares;
  /** CPU time that packets have cost the node. */
  readonly node_busy_ns: number;
}

/** A real server's CPU: what its threads did, and the counters of cpu.stat. */
export interface CpuTotals {
  readonly service: string;
  readonly address: string;
  readonly requests: number;
  readonly work_ns: number;
  readonly network_ns: number;
  readonly switch_ns: number;
  readonly migration_ns: number;
  readonly downstream_ns: number;
  readonly queued_ns: number;
  /** Time that requests waited because their core was throttled. */
  readonly throttled_ns: number;
  readonly switches: number;
  readonly migrations: number;
  readonly nr_periods: number;
  readonly nr_throttled: number;
  /** Time that cores were throttled. */
  readonly throttled_time_ns: number;
}

export interface CpuShares {
  readonly cpu_ms_per_request: number;
  /** Of the CPU time: they add up to 1. */
  readonly work: number;
  readonly network: number;
  readonly switches: number;
  readonly migrations: number;
  /** Of the time of requests at the servers: they add up to 1. */
  readonly computing: number;
  readonly downstream: number;
  readonly queued: number;
  readonly throttled: number;
  /** Of the periods of quotas. */
  readonly throttled_periods: number;
}

export interface Totals {
  readonly complete: number;
  readonly failed: number;
  /** Of the load: from its first client's start to its last answer, or to the end of the run. */
  readonly seconds: number;
  readonly rps: number;
  /** SYNs dropped anywhere, and the packets dropped, they among them. */
  readonly syn_dropped: number;
  readonly packets_dropped: number;
  readonly syn_retransmitted: number;
  /** SYNs of new connections that met the entry of an older one from the same source port. */
  readonly port_reuses: number;
  readonly packets: number;
  /** Calls of connect(), those that ended with an error, and those that made a connection. */
  readonly connects: number;
  readonly connects_failed: number;
  readonly connections: number;
  readonly response_bytes: number;
  /** Segments that a TIME_WAIT of a real server refused for their time stamp (PAWS); only where there were any. */
  readonly paws_rejected?: number;
  /** Connections that ended without TIME_WAIT, for tcpMaxTwBuckets; only where there were any. */
  readonly timewait_overflows?: number;
  /** The longest that a request took to fail; only where some did. */
  readonly longest_failure_s?: number;
}

/** A row of ab's table "Connection Times (ms)". */
export interface Times {
  readonly min: number;
  readonly mean: number;
  readonly sd: number;
  readonly median: number;
  readonly max: number;
  /** Percentile (50, 66, 75, 80, 90, 95, 98, 99, 100) to milliseconds. */
  readonly percentiles: Readonly<Record<string, number>>;
}

export interface RealServerTotals {
  readonly service: string;
  readonly address: string;
  /** Of several nodes the largest. */
  readonly weight: number;
  readonly active_conn: number;
  readonly inact_conn: number;
  readonly connections: number;
  readonly requests: number;
}

/** One of several nodes at the end of the run. */
export interface NodeTotals {
  readonly name: string;
  /** Connections that it has scheduled. */
  readonly connections: number;
  /** Entries of its table. */
  readonly entries: number;
  readonly packets_dropped: number;
  /** What its table says of each real server; `connections` is Conns of ipvsadm --stats. */
  readonly realServers: readonly {
    readonly service: string;
    readonly address: string;
    /** 0 also where it is deleted; absent in results of older versions. */
    readonly weight?: number;
    readonly active_conn: number;
    readonly inact_conn: number;
    readonly connections: number;
  }[];
}

/** The fall from fast to slow, if there was one. */
export interface Cliff {
  /** When the first SYN was dropped for its old entry's sake. */
  readonly first_drop_s: number;
  /** Connections completed before that. */
  readonly connections_before: number;
  readonly rps_before: number;
  /** While it lasted, like what follows: in all its phases together (see cliff.ts). */
  readonly rps_after: number;
  readonly connect_p50_before_ms: number;
  readonly connect_p50_after_ms: number;
  /** The share of connects that took half a second or longer; older results lack it. */
  readonly slow_share?: number;
  /** Entries in the table at the first drop. */
  readonly entries: number;
  /** When requests were fast again, at the end of its first phase; null where that had none. */
  readonly recovery_s: number | null;
  /** How many times it came, the first included; older results lack it. */
  readonly phases?: number;
  /** When its last phase ended; null where it went on as the load or the run ended; older results lack it. */
  readonly over_s?: number | null;
  /** Drop reason and kernel function that decided it. */
  readonly reason: string;
  readonly kernelFunction: string;
}

export interface Verdict {
  readonly expression: string;
  readonly line: number;
  readonly verdict: 'pass' | 'fail' | 'unknown';
  /** The left side's value; null when it cannot be said. */
  readonly measured: number | null;
  readonly message: string;
}
