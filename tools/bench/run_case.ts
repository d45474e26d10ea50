/**
 * Measures one case in this process and prints a line of JSON: `node --expose-gc --import tsx
 * tools/bench/run_case.ts NAME`. A process of its own, so that memory is this case's alone.
 */
import { readyCase } from './case_run.ts';
import { collect, memory, memoryAbove, watchCollections } from './own_process.ts';
import { pushPoll_ns } from './push_poll.ts';

/** What one run of a case gives. */
export interface CaseRun {
  /** The same in every run. */
  readonly counts: Readonly<Record<'requests' | 'packets' | 'entries' | 'pending', number>>;
  readonly measured: Readonly<Record<CaseFigure, number>>;
}

export type CaseFigure = keyof typeof measured;

const { start, warmUp_s, measured_s } = await readyCase(process.argv[2]);
const idle = memory();
const run = start();
run.advanceTo(warmUp_s * 1e9);
collect();
const before = run.result(true).totals;
const endOfWatch = await watchCollections();
const heapBefore_bytes = process.memoryUsage().heapUsed;
const wallStart = process.hrtime.bigint();
const cpuStart = process.cpuUsage();
run.advanceTo((warmUp_s + measured_s) * 1e9);
const cpu = process.cpuUsage(cpuStart);
const wall_s = Number(process.hrtime.bigint() - wallStart) / 1e9;
const heapAfter_bytes = process.memoryUsage().heapUsed;
const collections = await endOfWatch();
const { totals, series } = run.result(true);
const aboveIdle = memoryAbove(idle);

const last = (metric: string) => series[metric]?.at(-1) ?? 0;
const entries = last('active_conn') + last('inact_conn');
/** What would wait in one big heap: every entry's timer, and each request in flight. */
const pending = entries + 1000;
const requests = totals.complete - before.complete;
const packets = totals.packets - before.packets;
const cpu_s = (cpu.user + cpu.system) / 1e6;
const packet_ns = (cpu_s * 1e9) / packets;
// In the process of the case and right after it: the two share a machine that is fast or slow by the minute.
const pushPoll = { pending: pushPoll_ns(pending).median, 1000: pushPoll_ns(1000).median };

const measured = {
  wall_s,
  cpu_s,
  requests_per_cpu_s: requests / cpu_s,
  packets_per_cpu_s: packets / cpu_s,
  packet_ns,
  push_poll_ns: pushPoll.pending,
  push_poll_1000_ns: pushPoll[1000],
  pairs_per_packet: packet_ns / pushPoll.pending,
  pairs_1000_per_packet: packet_ns / pushPoll[1000],
  ...aboveIdle,
  process_bytes_per_entry: aboveIdle.process_bytes / entries,
  ...collections,
  heap_growth_bytes: heapAfter_bytes - heapBefore_bytes,
};
const counts = { requests, packets, entries, pending };
process.stdout.write(`${JSON.stringify({ counts, measured })}\n`);
