/** What this process takes: its tables, the whole of it, the most it ever took, and the collections of garbage. */
import { readFileSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';

export interface Memory {
  /** ArrayBuffers, which the tables are made of. */
  readonly tables_bytes: number;
  readonly process_bytes: number;
  /** Includes the short time in which a column and its copy of twice the size are both there. */
  readonly peak_bytes: number;
}

export function collect(): void {
  if (globalThis.gc === undefined) throw new Error('memory is measured with node --expose-gc');
  globalThis.gc();
  globalThis.gc();
}

/** After a collection, so that garbage does not count, except in the peak. */
export function memory(): Memory {
  collect();
  const { arrayBuffers, rss } = process.memoryUsage();
  return { tables_bytes: arrayBuffers, process_bytes: rss, peak_bytes: peak_bytes() };
}

function peak_bytes(): number {
  // What getrusage() gives on Linux is at least what the parent had when it started this process.
  const own = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(own)?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kibibytes) * 1024;
}

/** Above an idle process, the peak too. */
export function memoryAbove(idle: Memory): Memory {
  const now = memory();
  return {
    tables_bytes: now.tables_bytes - idle.tables_bytes,
    process_bytes: now.process_bytes - idle.process_bytes,
    peak_bytes: now.peak_bytes - idle.process_bytes,
  };
}

/** Collections are reported a little later than they happen. */
const REPORT_DELAY_MS = 50;

export interface Collections {
  readonly collections: number;
  readonly longest_pause_ms: number;
}

/** Watches from now on; what it gives back ends that and says what there was. */
export async function watchCollections(): Promise<() => Promise<Collections>> {
  let collections = 0;
  let longest_pause_ms = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      collections++;
      longest_pause_ms = Math.max(longest_pause_ms, duration);
    }
  });
  await setTimeout(REPORT_DELAY_MS);
  observer.observe({ entryTypes: ['gc'] });
  return async () => {
    await setTimeout(REPORT_DELAY_MS);
    observer.disconnect();
    return { collections, longest_pause_ms };
  };
}
