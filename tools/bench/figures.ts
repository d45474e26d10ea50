/** Medians with their spread, and how they look on a screen. */

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return { min: sorted[0]!, median: sorted[sorted.length >> 1]!, max: sorted[sorted.length - 1]! };
}

/** The spread of each figure over all runs. */
export function spreads<Name extends string>(
  runs: readonly Readonly<Record<Name, number>>[],
): Record<Name, Spread> {
  const names = Object.keys(runs[0]!) as Name[];
  return Object.fromEntries(names.map((name) => [name, spread(runs.map((run) => run[name]))])) as Record<
    Name,
    Spread
  >;
}

/** 1234567.8 as `1 234 568`. */
export function grouped(value: number): string {
  return value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ' ');
}

export function decimals(digits: number): (value: number) => string {
  return (value) => value.toFixed(digits);
}

export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

/** `912 (817 to 1 158)`: the median, and in brackets the smallest and the largest. */
export function shown(figure: Spread, format: (value: number) => string): string {
  const [min, median, max] = [figure.min, figure.median, figure.max].map(format);
  return min === max ? median! : `${median} (${min} to ${max})`;
}
