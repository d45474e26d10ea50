/**
 * A result as OpenMetrics text. Where the meaning is the same, names are node_exporter's, so that dashboards
 * made for a real director show a simulated one. `promtool tsdb create-blocks-from openmetrics` reads it.
 */
import type { Result } from '../../measure/result.ts';
import type { Snapshot } from '../../measure/snapshot.ts';
import { hostOf, portOf } from '../../text/endpoint.ts';
import { escapeOpenMetrics } from '../../text/escape.ts';
import { column, labelsOf, times, type Values } from '../series.ts';

export interface OpenMetricsOptions {
  /** The director at the end of the run, for the counters of packets and bytes. */
  readonly snapshot?: Snapshot;
  /** Unix time that stands for the start of the run: simulated time has no date of its own. */
  readonly epoch_s?: number;
}

type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly suffix?: string;
  readonly labels?: Labels;
  readonly value: number;
  readonly at_s?: number;
}

interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'info' | 'histogram';
  readonly help: string;
  readonly unit?: string;
  readonly samples: readonly Sample[];
}

/** Upper bounds of the connect time histogram in seconds: a bound below each class of retransmitted SYNs. */
const CONNECT_BOUNDS_S = [0.001, 0.01, 0.1, 0.5, 1, 1.1, 2, 3, 3.5, 5, 7, 8, 15, 31, 63, 127];

export function renderOpenMetrics(result: Result, options: OpenMetricsOptions = {}): string {
  const families = [
    info(result),
    ...clientFamilies(result),
    connectHistogram(result),
    ...directorFamilies(result),
    ...backendFamilies(result),
    ...(options.snapshot === undefined ? [] : snapshotFamilies(options.snapshot)),
  ];
  const end_s = times(result).at(-1) ?? result.totals.seconds;
  const at = (sample: Sample) => (options.epoch_s ?? 0) + (sample.at_s ?? end_s);
  return `${families
    .filter(({ samples }) => samples.length > 0)
    .map((family) => familyText(family, at))
    .join('')}# EOF\n`;
}

function familyText({ name, type, help, unit, samples }: Family, at: (sample: Sample) => number): string {
  const head =
    `# TYPE ${name} ${type}\n` +
    (unit === undefined ? '' : `# UNIT ${name} ${unit}\n`) +
    `# HELP ${name} ${escapeOpenMetrics(help)}\n`;
  const fixed = { counter: '_total', gauge: '', info: '_info', histogram: '' }[type];
  return (
    head +
    samples
      .map(
        (sample) =>
          `${name}${sample.suffix ?? fixed}${labelText(sample.labels)} ${sample.value} ${at(sample)}\n`,
      )
      .join('')
  );
}

function labelText(labels: Labels = {}): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeOpenMetrics(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function info({ ipvsim, scenario, scenarioHash }: Result): Family {
  const { kernel, name, seed } = scenario;
  const labels = { version: ipvsim, scenario: name, hash: scenarioHash, seed, kernel };
  return { name: 'ipvsim_run', type: 'info', help: 'What was simulated.', samples: [{ labels, value: 1 }] };
}

function clientFamilies(result: Result): Family[] {
  const quantiles: readonly (readonly [string, string])[] = [
    ['connect_p50_ms', '0.5'],
    ['connect_p95_ms', '0.95'],
    ['connect_p99_ms', '0.99'],
    ['connect_max_ms', '1'],
  ];
  return [
    counter(result, 'ipvsim_requests_completed', 'Requests that were answered.', 'completed'),
    counter(result, 'ipvsim_requests_failed', 'Requests that failed.', 'failed'),
    counter(
      result,
      'ipvsim_syn_retransmitted',
      'SYNs (of SCTP: INITs) that clients sent again.',
      'syn_retransmitted',
    ),
    gauge(result, 'ipvsim_requests_in_flight', 'Requests under way at the end of the interval.', 'in_flight'),
    {
      name: 'ipvsim_connect_quantile_seconds',
      type: 'gauge',
      unit: 'seconds',
      help: 'Connect time of the connections completed in the interval.',
      samples: quantiles.flatMap(([name, quantile]) =>
        points(result, column(result, name), { quantile }, 1e-3),
      ),
    },
  ];
}

function directorFamilies(result: Result): Family[] {
  const reasons = labelsOf(result, 'drops');
  return [
    {
      name: 'ipvsim_packets_dropped',
      type: 'counter',
      help: 'Packets that went no further, by reason.',
      samples: reasons.flatMap((reason) =>
        points(result, running(column(result, `drops[${reason}]`)), { reason }),
      ),
    },
    counter(result, 'ipvsim_syn_dropped', 'SYNs (of SCTP: INITs) that were dropped.', 'syn_dropped'),
    gauge(result, 'node_nf_conntrack_entries', 'Entries in the conntrack table.', 'conntrack_entries'),
  ];
}

/** Labels and names as node_exporter's ipvs collector has them. */
function backendFamilies(result: Result): Family[] {
  const servers = labelsOf(result, 'requests');
  const backends = result.realServers.map(({ service, address, weight }) => {
    const of = result.scenario.services.find(({ name }) => name === service);
    const [local_address, local_port] = splitAddress(of?.address ?? service);
    const [remote_address, remote_port] = splitAddress(address);
    const labels = {
      local_address,
      local_port,
      local_mark: '',
      proto: (of?.protocol ?? 'tcp').toUpperCase(),
      remote_address,
      remote_port,
    };
    // The series name a server by its service as well where several services have it.
    const column = [`${service}/${address}`, address].find((name) => servers.includes(name)) ?? address;
    return { column, labels, weight };
  });
  const series = (name: string, help: string, metric: string): Family => ({
    name,
    type: 'gauge',
    help,
    samples: backends.flatMap(({ column: name, labels }) =>
      points(result, column(result, `${metric}[${name}]`), labels),
    ),
  });
  return [
    series('node_ipvs_backend_connections_active', 'ActiveConn of a real server.', 'active_conn'),
    series('node_ipvs_backend_connections_inactive', 'InActConn of a real server.', 'inact_conn'),
    {
      name: 'node_ipvs_backend_weight',
      type: 'gauge',
      help: 'Weight of a real server.',
      samples: backends.map(({ labels, weight }) => ({ labels, value: weight })),
    },
  ];
}

function snapshotFamilies({ stats, at_ns }: Snapshot): Family[] {
  const one = (name: string, help: string, value: number): Family => ({
    name,
    type: 'counter',
    help,
    samples: [{ value, at_s: at_ns / 1e9 }],
  });
  return [
    one('node_ipvs_connections', 'Connections that the director has scheduled.', stats.conns),
    one('node_ipvs_incoming_packets', 'Packets from clients that the director has forwarded.', stats.inpkts),
    one(
      'node_ipvs_outgoing_packets',
      'Packets from real servers that the director has forwarded.',
      stats.outpkts,
    ),
    one('node_ipvs_incoming_bytes', 'Bytes from clients that the director has forwarded.', stats.inbytes),
    one(
      'node_ipvs_outgoing_bytes',
      'Bytes from real servers that the director has forwarded.',
      stats.outbytes,
    ),
  ];
}

function connectHistogram({ connect_ms_histogram, times_ms }: Result): Family {
  const rows = Object.entries(connect_ms_histogram).map(
    ([text, times]) => [Number(text) / 1e3, times] as const,
  );
  const all = rows.reduce((sum, [, times]) => sum + times, 0);
  // Times are cut to whole milliseconds, so that "below the bound" is what "at most the bound" would be.
  const below = (bound: number) => rows.reduce((sum, [at_s, times]) => (at_s < bound ? sum + times : sum), 0);
  return {
    name: 'ipvsim_connect_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Connect times of the whole run, in whole milliseconds.',
    samples: [
      ...CONNECT_BOUNDS_S.map((bound) => ({
        suffix: '_bucket',
        labels: { le: String(bound).includes('.') ? String(bound) : `${bound}.0` },
        value: below(bound),
      })),
      { suffix: '_bucket', labels: { le: '+Inf' }, value: all },
      { suffix: '_count', value: all },
      { suffix: '_sum', value: round((times_ms.connect.mean * all) / 1e3) },
    ],
  };
}

function counter(result: Result, name: string, help: string, metric: string): Family {
  return { name, type: 'counter', help, samples: points(result, running(column(result, metric))) };
}

function gauge(result: Result, name: string, help: string, metric: string): Family {
  return { name, type: 'gauge', help, samples: points(result, column(result, metric)) };
}

function points(result: Result, values: Values, labels: Labels = {}, factor = 1): Sample[] {
  const at = times(result);
  return values.flatMap((value, row) =>
    value === null ? [] : [{ labels, value: factor === 1 ? value : round(value * factor), at_s: at[row]! }],
  );
}

/** A counter never goes down: the sum of a column's intervals so far. */
function running(values: Values): number[] {
  let sum = 0;
  return values.map((value) => (sum += value ?? 0));
}

function round(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}

function splitAddress(text: string): [string, string] {
  return text.includes(':') ? [hostOf(text), String(portOf(text))] : [text, ''];
}
