/** The entry of a worker thread: what tinypool calls with a task. */
import { executeRun, type RunOutcome, type RunTask } from './execute.ts';

export default function work(task: RunTask): Promise<RunOutcome> {
  return executeRun(task, {
    usedBytes: () => process.memoryUsage.rss(),
    now_ms: () => performance.now(),
  });
}
