/** What CPUs did, in words: the share of each cause in the CPU time and in the time of a request. */
import type { CpuResult, Result } from '../measure/result.ts';
import { count, milliseconds, percent } from './numbers.ts';

/** Null where the scenario describes no CPU. */
export function cpuSentence(result: Result): string | null {
  const { cpu } = result;
  if (cpu === undefined) return null;
  return [...serverSentences(cpu), ...nodeSentences(cpu, result.totals.seconds)].join(' ');
}

function serverSentences({ realServers, shares }: CpuResult): string[] {
  if (realServers.length === 0) return [];
  const sum = (key: 'requests' | 'switches' | 'migrations' | 'nr_periods' | 'nr_throttled'): number =>
    realServers.reduce((all, each) => all + each[key], 0);
  const each = (key: 'switches' | 'migrations'): string =>
    (sum(key) / Math.max(1, sum('requests'))).toFixed(1);
  const causes = [
    `its own work ${percent(shares.work)}`,
    `packets ${percent(shares.network)}`,
    `${each('switches')} context switches ${percent(shares.switches)}`,
    `${each('migrations')} migrations ${percent(shares.migrations)}`,
  ];
  const times = [
    `computing ${percent(shares.computing)}`,
    `waiting for something elsewhere ${percent(shares.downstream)}`,
    `waiting for a core ${percent(shares.queued)}`,
    `throttled ${percent(shares.throttled)}`,
  ];
  const periods = sum('nr_periods');
  return [
    `A request took ${milliseconds(shares.cpu_ms_per_request)} of CPU time: ${causes.join(', ')}.`,
    `Its time at the server: ${times.join(', ')}.`,
    ...(periods === 0
      ? []
      : [`The quota ran out in ${count(sum('nr_throttled'))} of ${count(periods)} periods.`]),
  ];
}

function nodeSentences({ node_busy_ns }: CpuResult, seconds: number): string[] {
  if (node_busy_ns === 0 || seconds === 0) return [];
  return [`Forwarding took the node ${(node_busy_ns / 1e9 / seconds).toFixed(2)} cores.`];
}
