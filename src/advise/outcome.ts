/** What a remedy does and what it costs, in figures, from the results of its two runs (see drain.ts). */
import type { Span } from '../causes/evidence.ts';
import type { Result } from '../measure/result.ts';
import { column } from '../report/series.ts';
import { serverLabels } from '../scenario/server_labels.ts';
import type { DrainTest } from './drain.ts';

export interface Effect {
  /** Null where the span has no length: the cliff came with the end of the run. */
  readonly rps: number | null;
  /** Median over the rows of the span, null where no connection completed. */
  readonly connect_p50_ms: number | null;
  readonly connect_max_ms: number | null;
  readonly answered: number;
  readonly failed: number;
  /** Until the slowest request of the run was answered, or had failed. */
  readonly longest_ms: number;
  /** As in Price, over the whole run. */
  readonly balance: number | null;
  readonly packets: number;
  /** The most that the connection table held at the end of an interval. */
  readonly entries: number;
}

export interface Price {
  /** Requests of the busiest real server over what its weight entitles it to: 1 is perfect balance. */
  readonly balance: number | null;
  /** Share of all requests that a real server still gets after its weight went to 0. */
  readonly stale: number | null;
  /** Seconds after which no request went to it any more; null when some still did at the end. */
  readonly empty_after_s: number | null;
}

/** How the run went where the scenario as it is had its cliff. */
export function effectOf(result: Result, span: Span): Effect {
  const medians = within(result, 'connect_p50_ms', span).filter((value) => value !== null);
  const longest = within(result, 'connect_max_ms', span).filter((value) => value !== null);
  const answered = sum(within(result, 'completed', span));
  const active = column(result, 'active_conn');
  const inactive = column(result, 'inact_conn');
  return {
    rps: span.to_s > span.from_s ? answered / (span.to_s - span.from_s) : null,
    connect_p50_ms:
      medians.length === 0 ? null : medians.sort((a, b) => a - b)[Math.floor(medians.length / 2)]!,
    connect_max_ms: longest.length === 0 ? null : longest.reduce((a, b) => Math.max(a, b)),
    answered,
    failed: sum(within(result, 'failed', span)),
    longest_ms: Math.max(result.times_ms.total.max, (result.totals.longest_failure_s ?? 0) * 1000),
    balance: balanceOf(result, WHOLE),
    packets: result.totals.packets,
    entries: active.reduce(
      (most: number, value, row) => Math.max(most, (value ?? 0) + (inactive[row] ?? 0)),
      0,
    ),
  };
}

export function priceOf(result: Result, test: DrainTest): Price {
  const at_s = test.at_ns / 1e9;
  const before = { from_s: 0, to_s: at_s };
  const after = { from_s: at_s, to_s: Number.POSITIVE_INFINITY };
  const all = sum(within(result, 'completed', after));
  const label = serverLabels(result.scenario).of(test.service, test.drained);
  const drained = within(result, `requests[${label}]`, after);
  const last = drained.findLastIndex((value) => (value ?? 0) > 0);
  const interval_s = result.scenario.interval_ns / 1e9;
  return {
    balance: balanceOf(result, before),
    stale: all === 0 ? null : sum(drained) / all,
    empty_after_s: last === drained.length - 1 ? null : (last + 1) * interval_s,
  };
}

const WHOLE: Span = { from_s: 0, to_s: Number.POSITIVE_INFINITY };

function balanceOf(result: Result, span: Span): number | null {
  const labels = serverLabels(result.scenario);
  const servers = result.scenario.services.flatMap(({ name, realServers }) =>
    realServers.map(({ address, weight }) => ({ label: labels.of(name, address), weight })),
  );
  const requests = servers.map(({ label }) => sum(within(result, `requests[${label}]`, span)));
  const all = sum(requests);
  const weights = sum(servers.map((server) => server.weight));
  if (all === 0 || weights === 0) return null;
  return Math.max(
    ...servers.map((server, index) =>
      server.weight === 0 ? 0 : requests[index]! / all / (server.weight / weights),
    ),
  );
}

/** The rows of a column that lie within a span; a row is named by the instant at which it ends. */
function within(result: Result, name: string, { from_s, to_s }: Span): (number | null)[] {
  const times = column(result, 'time_s');
  return column(result, name).filter((_, row) => times[row]! > from_s && times[row]! <= to_s);
}

function sum(values: readonly (number | null)[]): number {
  return values.reduce((total: number, value) => total + (value ?? 0), 0);
}
