/**
 * Parts of the effective scenario as keys of a file: `delay_ns: 100000` is `delay: 100us`. `duration` writes a time.
 */
import { type Distribution, distributionEntry } from './distribution.ts';
import type { RealServer } from './scenario.ts';

type Keys = Readonly<Record<string, unknown>>;
type Duration = (ns: number) => string;

/** Units become part of the value; null is a key that is not there. */
export function writtenKeys(object: object, duration: Duration): Keys {
  const pairs = Object.entries(object).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(
    pairs.map(([key, value]) =>
      key.endsWith('_ns')
        ? [key.slice(0, -'_ns'.length), duration(value as number)]
        : [key, written(value, duration)],
    ),
  );
}

function written(value: unknown, duration: Duration): unknown {
  if (Array.isArray(value)) return value.map((each) => written(each, duration));
  if (typeof value !== 'object' || value === null) return value;
  // A distribution; what else has a kind in a scenario keeps it.
  if (isDistribution(value)) return distributionEntry(value, duration);
  return writtenKeys(value, duration);
}

function isDistribution(value: object): value is Distribution {
  return 'value_ns' in value || 'mean_ns' in value || 'values_ns' in value;
}

/** A real server as its keys would make it. */
export function realServerKeys({ cpu, ...server }: RealServer, duration: Duration): Keys {
  if (cpu === undefined) return writtenKeys(server, duration);
  const { cpuset, quota_ns, ...rest } = cpu;
  const limits = { ...(cpuset === 0 ? {} : { cpuset }), ...(quota_ns === 0 ? {} : { quota_ns }) };
  return { ...writtenKeys(server, duration), cpu: writtenKeys({ ...rest, ...limits }, duration) };
}
