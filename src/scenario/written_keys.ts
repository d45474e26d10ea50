/**
 * Parts of the effective scenario as keys of a file: `delay_ns: 100000` is `delay: 100us`. `duration` writes a time.
 */
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
  if ('kind' in value) {
    // A distribution; what else has a kind in a scenario keeps it.
    if (value.kind === 'constant' && 'value_ns' in value) return duration(value.value_ns as number);
    if (value.kind === 'exponential' && 'mean_ns' in value)
      return { exponential: duration(value.mean_ns as number) };
    if (value.kind === 'empirical' && 'values_ns' in value)
      return { empirical: (value.values_ns as readonly number[]).map(duration) };
  }
  return writtenKeys(value, duration);
}

/** A real server as its keys would make it. */
export function realServerKeys({ cpu, ...server }: RealServer, duration: Duration): Keys {
  if (cpu === undefined) return writtenKeys(server, duration);
  const { cpuset, quota_ns, ...rest } = cpu;
  const limits = { ...(cpuset === 0 ? {} : { cpuset }), ...(quota_ns === 0 ? {} : { quota_ns }) };
  return { ...writtenKeys(server, duration), cpu: writtenKeys({ ...rest, ...limits }, duration) };
}
