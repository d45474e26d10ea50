/**
 * Results of version 0.1.0, brought up to the second form. That version ended every run with its last answer,
 * scaled the rate of an interval that was cut short, counted packets of all kinds as SYNs dropped, and knew the
 * connect times of answered requests only.
 */

type Plain = Readonly<Record<string, unknown>>;

/** What met an old entry or a real server of weight 0 was a SYN for certain; of other drops form 1 does not say. */
const SYN_REASONS = ['old_conntrack', 'nodest_conntrack'] as const;

export function fromForm1(old: Plain): Plain {
  const { work: _, ...rest } = old;
  const totals = plain(old.totals);
  const drops = plain(old.drops);
  const series = plain(old.series);
  const scenario = plain(old.scenario);
  const times = plain(old.times_ms);
  const end_s = numbers(series.time_s).at(-1) ?? number(totals.seconds);
  const endedEarly = old.interrupted === false && end_s * 1e9 < number(scenario.duration_ns);
  return {
    ...rest,
    scenario: endedEarly ? { ...scenario, until: 'idle' } : old.scenario,
    end_s,
    totals: {
      ...totals,
      syn_dropped: sum(SYN_REASONS.map((reason) => number(drops[reason]))),
      // It counted attempts, and did not tell which of them failed.
      port_reuses: number(drops.old_conntrack),
      connects: number(totals.connections),
      connects_failed: 0,
      packets_dropped: sum(Object.values(drops).map(number)),
    },
    times_ms: { ...times, request_connect: times.connect },
    request_connect_ms_histogram: old.connect_ms_histogram,
    series: seriesOf(series, number(scenario.interval_ns), end_s),
  };
}

function seriesOf(series: Plain, interval_ns: number, end_s: number): Plain {
  const rows = numbers(series.time_s).length;
  const columns = Object.entries(series).filter(([name]) => name.startsWith('drops['));
  const added = (chosen: readonly (readonly [string, unknown])[]): number[] =>
    Array.from({ length: rows }, (_, row) => sum(chosen.map(([, values]) => numbers(values)[row] ?? 0)));
  const syns = columns.filter(([name]) => SYN_REASONS.some((reason) => name === `drops[${reason}]`));
  const isCut = interval_ns > 0 && Math.round(end_s * 1e9) % interval_ns !== 0;
  const qps = Array.isArray(series.qps) && isCut ? [...series.qps.slice(0, -1), null] : series.qps;
  return { ...series, qps, syn_dropped: added(syns), packets_dropped: added(columns) };
}

/** The checks come afterwards: what is not as it should be passes for nothing here. */
function plain(value: unknown): Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Plain) : {};
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function numbers(values: unknown): number[] {
  return Array.isArray(values) ? values.map(number) : [];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
