/** The machine, without which no figure means anything. */
import { cpus, loadavg, release, totalmem } from 'node:os';

export type Machine = ReturnType<typeof machine>;

export function machine() {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory_bytes: totalmem(),
    system: `${process.platform} ${release()} ${process.arch}`,
    node: process.version,
    /** Processes that already wanted a core when the benchmark began. */
    load_before: Number(loadavg()[0]!.toFixed(2)),
  };
}
