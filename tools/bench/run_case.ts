/**
 * Measures one case in this process and prints a line of JSON: `node --expose-gc --import tsx
 * tools/bench/run_case.ts NAME`. A process of its own, so that memory is this case's alone.
 */
import { readFileSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseScenario } from '../../src/scenario/parse.ts';
import { createRun } from '../../src/simulate.ts';
import { CASES } from './cases.ts';
import { pushPoll_ns } from './push_poll.ts';

const wanted = CASES.find(({ name }) => name === process.argv[2]);
if (wanted === undefined) throw new RangeError(`no case ${process.argv[2]}`);
const { scenario: source, set, warmUp_s, measured_s } = wanted;
const file = fileURLToPath(new URL(`../../scenarios/${source}.yaml`, import.meta.url));
const text = source.includes('\n') ? source : readFileSync(file, 'utf8');
const { scenario, problems } = parseScenario(text, { set });
if (scenario === null) throw new RangeError(problems.map(({ message }) => message).join('; '));

const collect = globalThis.gc ?? (() => undefined);
let collections = 0;
let longestPause_ms = 0;
const observer = new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) {
    collections++;
    longestPause_ms = Math.max(longestPause_ms, duration);
  }
});

collect();
const idle_bytes = process.memoryUsage().rss;
const run = createRun(scenario);
run.advanceTo(warmUp_s * 1e9);
collect();
await new Promise((resolve) => setTimeout(resolve, 50));
const before = run.result(true);
const heapBefore_bytes = process.memoryUsage().heapUsed;
observer.observe({ entryTypes: ['gc'] });
const wallStart = process.hrtime.bigint();
const cpuStart = process.cpuUsage();
run.advanceTo((warmUp_s + measured_s) * 1e9);
const cpu = process.cpuUsage(cpuStart);
const wall_s = Number(process.hrtime.bigint() - wallStart) / 1e9;
await new Promise((resolve) => setTimeout(resolve, 50));
observer.disconnect();
const heapAfter_bytes = process.memoryUsage().heapUsed;
const after = run.result(true);
collect();
const full_bytes = process.memoryUsage().rss;

const last = (name: string) => after.series[name]?.at(-1) ?? 0;
const entries = (last('active_conn') ?? 0) + (last('inact_conn') ?? 0);
const cpu_s = (cpu.user + cpu.system) / 1e6;
const packets = after.totals.packets - before.totals.packets;
const requests = after.totals.complete - before.totals.complete;
/** What would wait in one big heap: every entry's timer, and each request in flight. */
const pending = entries + 1000;
process.stdout.write(
  `${JSON.stringify({
    name: wanted.name,
    requests,
    packets,
    wall_s,
    cpu_s,
    entries,
    requests_per_cpu_s: requests / cpu_s,
    packets_per_cpu_s: packets / cpu_s,
    packet_ns: (cpu_s * 1e9) / packets,
    push_poll_ns: pushPoll_ns(pending),
    push_poll_1000_ns: pushPoll_ns(1000),
    table_bytes: full_bytes - idle_bytes,
    collections,
    longest_pause_ms: longestPause_ms,
    heap_growth_bytes: heapAfter_bytes - heapBefore_bytes,
  })}\n`,
);
