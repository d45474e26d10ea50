/** A series in one line of text. */

const BLOCKS = '▁▂▃▄▅▆▇█';
const ASCII = '_.:-=+*#';

export interface SparklineOptions {
  readonly columns?: number;
  readonly unicode?: boolean;
  /** Value of the lowest sign (default 0) and of the highest (default: the largest value there is). */
  readonly min?: number;
  readonly max?: number;
  /** What stands for several values in one column: their mean (default), or their largest. */
  readonly pick?: 'mean' | 'max';
}

/** One sign per column; a blank where there is no value. */
export function sparkline(values: readonly (number | null)[], options: SparklineOptions = {}): string {
  const { columns = 40, unicode = true, min = 0, pick = 'mean' } = options;
  const buckets = resample(values, columns, pick);
  const known = buckets.filter((value) => value !== null);
  const max = options.max ?? Math.max(min, ...known);
  const signs = unicode ? BLOCKS : ASCII;
  return buckets
    .map((value) => {
      if (value === null) return ' ';
      const height = max > min ? (value - min) / (max - min) : 0;
      return signs[Math.max(0, Math.min(signs.length - 1, Math.round(height * (signs.length - 1))))];
    })
    .join('');
}

/** At most `columns` values, each standing for its equal share of the given ones. */
export function resample(
  values: readonly (number | null)[],
  columns: number,
  pick: 'mean' | 'max',
): (number | null)[] {
  if (values.length <= columns) return [...values];
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.floor(((column + 1) * values.length) / columns);
    const known = values.slice(from, to).filter((value) => value !== null);
    if (known.length === 0) return null;
    if (pick === 'max') return known.reduce((largest, value) => Math.max(largest, value));
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}
