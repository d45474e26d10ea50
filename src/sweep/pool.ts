/** Worker threads for runs. Needs the compiled worker: Node 20 loads no TypeScript into a thread. */
import { Tinypool } from 'tinypool';
import { UserError } from '../storage/user_error.ts';
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
  const execute: Execute = (task) => pool.run(task).catch(explain);
  return { execute, jobs, close: () => pool.destroy() };
}

/** A thread that ran out of memory is nobody's bug. */
function explain(error: unknown): never {
  const { code, message } = error as NodeJS.ErrnoException;
  const noMemory =
    code === 'ERR_WORKER_OUT_OF_MEMORY' || /allocation failed|Invalid typed array length/.test(message);
  if (noMemory) throw new UserError('not enough memory for this run', 'fewer --jobs leave more for each run');
  throw error;
}

/** Beside this file when compiled; in dist/ when this file is run from its source. */
function workerFile(): string {
  const here = import.meta.url;
  const compiled = here.endsWith('.ts') ? '../../dist/sweep/worker.js' : './worker.js';
  return new URL(compiled, here).href;
}
