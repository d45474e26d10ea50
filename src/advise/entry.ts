/** Parts of the effective scenario written as values of --set, in YAML's flow style. */
import { duration } from '../report/numbers.ts';
import type { Client, Distribution, RealServer } from '../scenario/scenario.ts';

export function realServerEntry(server: RealServer): string {
  const { serviceTime, ...plain } = server;
  return JSON.stringify({ ...plain, serviceTime: distributionEntry(serviceTime) });
}

export function clientEntry(client: Client): string {
  const { load, start_ns, ports, ...plain } = client;
  return JSON.stringify({ ...plain, ...loadEntry(load), ports: ports.join('-'), start: duration(start_ns) });
}

function loadEntry(load: Client['load']): Readonly<Record<string, unknown>> {
  switch (load.kind) {
    case 'closed':
      return { concurrency: load.concurrency, thinkTime: distributionEntry(load.think) };
    case 'open':
      return { rate: `${load.rate_per_s}/s`, arrivals: load.arrivals };
    case 'probe':
      return { probe: { port: load.port, every: duration(load.every_ns) } };
    default:
      return load satisfies never;
  }
}

function distributionEntry(distribution: Distribution): unknown {
  switch (distribution.kind) {
    case 'constant':
      return duration(distribution.value_ns);
    case 'exponential':
      return { exponential: duration(distribution.mean_ns) };
    case 'empirical':
      return { empirical: distribution.values_ns.map(duration) };
    default:
      return distribution satisfies never;
  }
}
