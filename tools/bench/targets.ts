/** What the benchmark is to reach on one core of a two-core machine, beside what it measured. */
import { grouped } from './figures.ts';
import type { Measured } from './measure.ts';

export interface Target {
  readonly what: string;
  /** Null: this benchmark did not measure it. */
  readonly measured: number | null;
  readonly bound: 'at least' | 'at most';
  readonly limit: number;
  readonly held: boolean | null;
}

const TEN_MILLION = 10_000_000;

/** Medians decide, but for pauses: there the worst of all runs does. */
export function targets({
  cases,
  million_to_small,
  bare_loop,
  growth,
  commands,
}: Measured): readonly Target[] {
  const steady = cases['a-mode0-steady']!;
  const million = cases['c-million']!;
  const sizes = growth.map(({ entries }) => entries);
  const tenMillion = growth[sizes.indexOf(TEN_MILLION)];
  const tenMillion_MB = tenMillion === undefined ? null : tenMillion.process_bytes.median / 1e6;
  const longestCollection_ms = Math.max(...Object.values(cases).map((one) => one.longest_pause_ms.max));
  const longestPacket_ms = Math.max(...growth.map((one) => one.longest_packet_ms.max));
  return [
    atLeast('(a) requests per second of processor time', steady.requests_per_cpu_s.median, 150_000),
    atMost(`(a) pairs a packet, ${grouped(steady.pending)} pending`, steady.pairs_per_packet.median, 2.5),
    atMost('(c) packet on a million entries by one on a small table', million_to_small.median, 1.5),
    atLeast('(a) share of the bare loop in C', bare_loop?.steady_share.median ?? null, 0.4),
    // The bytes of one are the megabytes of a million.
    atMost('(c) a million live connections, MB', million.process_bytes_per_entry.median, 160),
    atMost('growth to 10 million entries, MB, without sockets', tenMillion_MB, 1600),
    atMost('ipvsim run k8s-cliff-mode0, s', commands.seed_case_ms.median / 1e3, 3),
    atMost('ipvsim --help, ms', commands.help_ms.median, 150),
    atMost('longest collection in any case, ms', longestCollection_ms, 50),
    atMost(`longest packet up to ${grouped(Math.max(...sizes))} entries, ms`, longestPacket_ms, 50),
  ];
}

function atLeast(what: string, measured: number | null, limit: number): Target {
  return { what, measured, bound: 'at least', limit, held: measured === null ? null : measured >= limit };
}

function atMost(what: string, measured: number | null, limit: number): Target {
  return { what, measured, bound: 'at most', limit, held: measured === null ? null : measured <= limit };
}
