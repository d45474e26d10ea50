/**
 * Grows the director's tables to a number of entries in this process and prints a line of JSON: `node --expose-gc
 * --import tsx tools/bench/run_growth.ts ENTRIES`, once measure.ts has bundled director_growth.ts.
 */
import type * as DirectorGrowth from './director_growth.ts';
import { memory, memoryAbove } from './own_process.ts';

/** What one growth gives. */
export interface GrowthRun {
  /** The same in every run. */
  readonly counts: typeof counts;
  readonly measured: Readonly<Record<GrowthFigure, number>>;
}

export type GrowthFigure = keyof typeof measured;

/**
 * V8 compiles for the first director it sees and again for the second. Nothing may be collected after that: code
 * made for a director goes with it.
 */
const WARM_UP = { directors: 5, entries: 5000 };

const bundle = new URL('../../out/bench/director_growth.js', import.meta.url);
const { bareDirector, grow, PACKETS_PER_ENTRY }: typeof DirectorGrowth = await import(bundle.href);
const wanted = Number(process.argv[2]);
const idle = memory();
for (let i = 0; i < WARM_UP.directors; i++) grow(bareDirector(), WARM_UP.entries);
const setting = bareDirector();
const cpuStart = process.cpuUsage();
const longest_packet_ms = grow(setting, wanted);
const { user, system } = process.cpuUsage(cpuStart);
const aboveIdle = memoryAbove(idle);

const { connectionCount: entries, net } = setting.director;
const packets = wanted * PACKETS_PER_ENTRY;
const counts = {
  entries,
  ipvs_probes_per_packet: net.conns.probes / packets,
  conntrack_probes_per_packet: net.conntracks.probes / packets,
};
const measured = {
  packet_ns: ((user + system) * 1e3) / packets,
  longest_packet_ms,
  ...aboveIdle,
  process_bytes_per_entry: aboveIdle.process_bytes / entries,
};
process.stdout.write(`${JSON.stringify({ counts, measured })}\n`);
