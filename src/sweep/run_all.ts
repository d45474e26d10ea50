/** Gives tasks to an executor, a fixed number at a time, and hands the outcomes back as they come. */

export interface Failure<T> {
  readonly item: T;
  readonly error: unknown;
}

export interface RunAllOptions<T, R> {
  readonly items: Iterable<T>;
  readonly jobs: number;
  readonly signal: AbortSignal | null;
  execute(item: T): Promise<R>;
  /** Called in order of completion. What it throws stops everything. */
  onOutcome(item: T, outcome: R): void;
}

/**
 * A failed item stops no other; the failures come back together. After an abort nothing new is begun, and
 * what comes from the runs that were under way is dropped.
 */
export async function runAll<T, R>(options: RunAllOptions<T, R>): Promise<readonly Failure<T>[]> {
  const { signal } = options;
  const failures: Failure<T>[] = [];
  const items = options.items[Symbol.iterator]();
  let stopped = false;
  const lane = async () => {
    while (!stopped && !signal?.aborted) {
      const next = items.next();
      if (next.done) return;
      const outcome = await options.execute(next.value).then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      if (stopped || signal?.aborted) return;
      if ('error' in outcome) failures.push({ item: next.value, error: outcome.error });
      else options.onOutcome(next.value, outcome.value);
    }
  };
  const stop = (error: unknown): never => {
    stopped = true;
    throw error;
  };
  const lanes = Array.from({ length: Math.max(1, options.jobs) }, () => lane().catch(stop));
  const aborted = signal === null ? new Promise<never>(() => undefined) : whenAborted(signal);
  await Promise.race([Promise.all(lanes), aborted]);
  return failures;
}

function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
