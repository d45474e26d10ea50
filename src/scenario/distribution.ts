/** Times that are always the same, or drawn. */

export type Distribution =
  | { readonly kind: 'constant'; readonly value_ns: number }
  | { readonly kind: 'exponential'; readonly mean_ns: number }
  | { readonly kind: 'empirical'; readonly values_ns: readonly number[] };

export const NO_TIME: Distribution = { kind: 'constant', value_ns: 0 };

export function mean_ns(distribution: Distribution): number {
  switch (distribution.kind) {
    case 'constant':
      return distribution.value_ns;
    case 'exponential':
      return distribution.mean_ns;
    case 'empirical':
      return distribution.values_ns.reduce((sum, value) => sum + value, 0) / distribution.values_ns.length;
    default:
      return distribution satisfies never;
  }
}

/** As a scenario file has it; `duration` writes a time. */
export function distributionEntry(distribution: Distribution, duration: (ns: number) => string): unknown {
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

/** In words; `time` writes a time. */
export function distributionWords(distribution: Distribution, time: (ns: number) => string): string {
  switch (distribution.kind) {
    case 'constant':
      return time(distribution.value_ns);
    case 'exponential':
      return `${time(distribution.mean_ns)} on average (exponential)`;
    case 'empirical':
      return `one of ${distribution.values_ns.length} measured times`;
    default:
      return distribution satisfies never;
  }
}
