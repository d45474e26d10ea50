/**
 * `npm run bench`: whole runs in processes of their own, the growth of the tables, and the start of the
 * command line. Prints medians with their spread and writes results/bench.json. Machines are noisy: read
 * the ratios (pairs of push and poll for a packet), not the absolute times.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { CASES } from './cases.ts';

type Figures = Readonly<Record<string, number | string>>;

const root = fileURLToPath(new URL('../../', import.meta.url));
const repetitions = Number(process.env.BENCH_RUNS ?? 5);
const millions = process.env.BENCH_MILLIONS ?? '1';

function node(...args: string[]): string {
  return execFileSync(process.execPath, ['--expose-gc', '--import', 'tsx', ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 24,
  });
}

function spread(values: readonly number[]): { min: number; median: number; max: number } {
  const sorted = [...values].sort((a, b) => a - b);
  return { min: sorted[0]!, median: sorted[sorted.length >> 1]!, max: sorted[sorted.length - 1]! };
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

function summarise(runs: readonly Figures[]): Record<string, unknown> {
  const summary: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(runs[0]!)) {
    if (typeof value !== 'number') continue;
    const { min, median, max } = spread(runs.map((run) => run[key] as number));
    summary[key] = min === max ? value : { min: round(min), median: round(median), max: round(max) };
  }
  return summary;
}

const cases: Record<string, unknown> = {};
console.log('case                 requests/s   ns/packet   pairs   bytes/entry   GCs   longest pause');
for (const { name, what } of CASES) {
  const runs = Array.from(
    { length: repetitions },
    () => JSON.parse(node('tools/bench/run_case.ts', name)) as Record<string, number>,
  );
  const of = (key: string) => spread(runs.map((run) => run[key]!)).median;
  const pairs = spread(runs.map((run) => run.packet_ns! / run.push_poll_ns!)).median;
  cases[name] = { what, runs: repetitions, pairs_per_packet: round(pairs), ...summarise(runs) };
  console.log(
    [
      name.padEnd(20),
      of('requests_per_cpu_s').toFixed(0).padStart(10),
      of('packet_ns').toFixed(0).padStart(11),
      pairs.toFixed(2).padStart(7),
      (of('table_bytes') / of('entries')).toFixed(0).padStart(13),
      of('collections').toFixed(0).padStart(5),
      `${of('longest_pause_ms').toFixed(1)} ms`.padStart(15),
    ].join(' '),
  );
}

const growth = node('tools/bench/growth.ts', millions)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Record<string, number>);
for (const row of growth) {
  console.log(
    `${String(row.entries).padStart(10)} entries: ${row.packet_ns!.toFixed(0)} ns/packet, ${row.bytes_per_entry!.toFixed(0)} bytes/entry, longest packet ${row.longest_pause_ms!.toFixed(1)} ms`,
  );
}

const starts = Array.from({ length: repetitions * 2 }, () => {
  const start = process.hrtime.bigint();
  execFileSync(process.execPath, ['dist/cli/main.js', '--help'], { cwd: root, stdio: 'ignore' });
  return Number(process.hrtime.bigint() - start) / 1e6;
});
const start_ms = spread(starts);
console.log(
  `ipvsim --help: ${start_ms.median.toFixed(0)} ms (${start_ms.min.toFixed(0)} to ${start_ms.max.toFixed(0)})`,
);

const report = {
  schema: 1,
  machine: {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory_bytes: totalmem(),
    node: process.version,
  },
  cases,
  growth,
  start_ms,
};
writeFileSync(`${root}results/bench.json`, `${JSON.stringify(report, null, 2)}\n`);
console.log('results/bench.json');
