/** What sweep, check and find-edge share: worker threads, Ctrl-C and the progress line around their runs. */
import { availableParallelism } from 'node:os';
import type { Execute } from '../sweep/execute.ts';
import { workerPool } from '../sweep/pool.ts';
import { type Interrupt, listenForInterrupt } from './interrupt.ts';
import { showProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** How often the line moves while no run ends. */
const TICK_MS = 200;

export interface Crew {
  readonly execute: Execute;
  readonly jobs: number;
  readonly interrupt: Interrupt;
  /** Counts runs: how many are done of how many, for the progress line. */
  count(done: number, total: number): void;
}

/** Threads that are not needed are not started. `runs` is how many runs there are at most. */
export async function withCrew<T>(
  jobs: number | undefined,
  runs: number,
  terminal: Terminal,
  work: (crew: Crew) => Promise<T>,
): Promise<T> {
  const threads = Math.max(1, Math.min(jobs ?? availableParallelism(), runs));
  const pool = workerPool(threads);
  const interrupt = listenForInterrupt(terminal);
  const progress = showProgress(terminal);
  const start_ms = performance.now();
  let state = { done: 0, total: runs };
  const draw = () => {
    const { done, total } = state;
    const rate = done / ((performance.now() - start_ms) / 1000);
    const speed = done === 0 ? '' : ` · ${rate >= 10 ? Math.round(rate) : rate.toFixed(1)}/s`;
    progress.update(total === 0 ? 1 : done / total, `${done}/${total} runs${speed}`);
  };
  const ticker = setInterval(draw, TICK_MS);
  try {
    return await work({
      execute: pool.execute,
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
    await pool.close();
  }
}
