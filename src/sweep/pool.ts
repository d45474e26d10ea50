/** Worker threads for runs. Needs the compiled worker: Node 20 loads no TypeScript into a thread. */
import { Tinypool } from 'tinypool';
import type { Execute } from './execute.ts';

export interface WorkerPool {
  readonly execute: Execute;
  /** How many runs it works on at once. */
  readonly jobs: number;
  /** Ends the threads at once, whatever they are doing. */
  close(): Promise<void>;
}

export function workerPool(jobs: number): WorkerPool {
  const pool = new Tinypool({
    filename: workerFile(),
    runtime: 'worker_threads',
    minThreads: 1,
    maxThreads: jobs,
    concurrentTasksPerWorker: 1,
    isolateWorkers: false,
  });
  return { execute: (task) => pool.run(task), jobs, close: () => pool.destroy() };
}

/** Beside this file when compiled; in dist/ when this file is run from its source. */
function workerFile(): string {
  const here = import.meta.url;
  const compiled = here.endsWith('.ts') ? '../../dist/sweep/worker.js' : './worker.js';
  return new URL(compiled, here).href;
}
