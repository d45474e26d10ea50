/** Counts the collections of garbage, and times them. */
import { PerformanceObserver } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';

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
