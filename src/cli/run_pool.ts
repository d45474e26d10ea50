/** What sweep, check and find-edge share: threads, Ctrl-C and the progress line around their runs. */
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { type Execute, executeRun } from '../sweep/execute.ts';
import { type Interrupt, listenForInterrupt } from './interrupt.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { showProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** How often the line moves while no run ends. */
const TICK_MS = 200;

export interface WorkerPool {
  readonly execute: Execute;
  readonly jobs: number;
  readonly interrupt: Interrupt;
  /** Counts runs: how many are done of how many, for the progress line. */
  count(done: number, total: number): void;
}

export interface WorkerPoolOptions {
  /** Threads; one per core when left out. Those that are not needed are not started. */
  readonly jobs?: number | undefined;
  /** How many runs there are at most. */
  readonly runs: number;
  /** What is being done, for the progress line: `sweeping k8s-cliff`. */
  readonly what: string;
  /** For the memory that the process may hold; what is free when left out. */
  readonly limits?: Limits;
}

export async function withWorkers<T>(
  { jobs, runs, what, limits = defaultLimits() }: WorkerPoolOptions,
  terminal: Terminal,
  work: (pool: WorkerPool) => Promise<T>,
): Promise<T> {
  const threads = Math.max(1, Math.min(jobs ?? availableParallelism(), runs));
  const interrupt = listenForInterrupt(terminal);
  const { execute, close } = threads === 1 ? ownThread(interrupt) : await workers(threads);
  const progress = showProgress(terminal);
  const start_ms = performance.now();
  let state = { done: 0, total: runs };
  const draw = () => {
    const { done, total } = state;
    const rate = done / ((performance.now() - start_ms) / 1000);
    const speed = done === 0 ? '' : ` · ${rate >= 10 ? Math.round(rate) : rate.toFixed(1)}/s`;
    progress.update(total === 0 ? 1 : done / total, `${what}: ${done} of ${total} runs${speed}`);
  };
  const ticker = setInterval(draw, TICK_MS);
  try {
    return await work({
      execute: (task) => execute({ ...task, maxMemory_bytes: limits.most_bytes }),
      jobs: threads,
      interrupt,
      count(done, total) {
        state = { done, total };
        draw();
      },
    });
  } finally {
    clearInterval(ticker);
    progress.clear();
    interrupt.release();
    await close();
  }
}

interface Executor {
  readonly execute: Execute;
  close(): Promise<void>;
}

async function workers(threads: number): Promise<Executor> {
  const { workerPool } = await import('../sweep/pool.ts');
  return workerPool(threads);
}

/** One run at a time on this thread, which looks up between slices; a run that is not wanted any more ends there. */
function ownThread(interrupt: Interrupt): Executor {
  const breathe = async () => {
    await setImmediate();
    if (interrupt.asked) throw new Error('interrupted');
  };
  const place = {
    breathe,
    usedBytes: () => process.memoryUsage.rss(),
    now_ms: () => performance.now(),
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    execute(task) {
      const mine = last.then(() => executeRun(task, place));
      last = mine.catch(() => undefined);
      return mine;
    },
    close: async () => undefined,
  };
}
